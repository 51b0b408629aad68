"""Where a site may have a feed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.discovery import COMMON_PATHS, COMMON_SITEMAPS, Named, candidates
from pipelines.models import FeedFormat

SITE = "https://dala.example/kk/"
PAGE = """<html><head><link rel="alternate" type="application/rss+xml" href="/rss/kk.xml">
<link rel="Alternate" type="application/feed+json" href="feed.json"><link rel="alternate" hreflang="ru" href="/ru/">
</head><body><a href="/rss/ru.xml">RSS</a><a href="https://other.example/rss">x</a><a href="/rss/kk.xml">again</a>
<a href="/rssnews">no</a></body></html>"""
ROBOTS = "User-agent: *\nSitemap: https://dala.example/news.xml\nsitemap:/all.xml\n# Sitemap: /no.xml"


def test_what_a_site_names_comes_before_what_is_common():
    """A request to an address that no one named is the last resort."""
    found = candidates(PAGE, ROBOTS, url=SITE)
    named = [(each.url.removeprefix("https://dala.example"), each.named) for each in found]
    assert named[:5] == [
        ("/rss/kk.xml", Named.ADVERTISED),
        ("/kk/feed.json", Named.ADVERTISED),
        ("/rss/ru.xml", Named.LINKED),
        ("/news.xml", Named.ROBOTS),
        ("/all.xml", Named.ROBOTS),
    ]
    assert [path for path, _ in named[5:]] == [*COMMON_PATHS, *COMMON_SITEMAPS]
    assert found[3].format is FeedFormat.SITEMAP


@pytest.mark.parametrize("page", ["", "<link rel=alternate type=application/rss+xml href='http://[broken'>", "\0<"])
def test_a_page_that_names_nothing_leaves_the_common_addresses(page: str):
    """Many sites do not advertise the feed that they have."""
    assert {each.named for each in candidates(page, "", url=SITE)} == {Named.COMMON}


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_page_and_no_robots_txt_breaks_the_search(page: str, robots: str):
    """Both are of strangers."""
    assert candidates(f"<a href='{page}/rss'>{page}", f"Sitemap: {robots}", url=SITE)
