"""The links of items, as sites write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.links import link_base, read_link

BASE = "https://alatau.example/rss/all.xml"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://alatau.example/news/7", "https://alatau.example/news/7"),
        ("  https://alatau.example/news/7\n", "https://alatau.example/news/7"),
        ("/news/7", "https://alatau.example/news/7"),
        ("//alatau.example/news/7", "https://alatau.example/news/7"),
        ("www.alatau.example/news/7", "https://www.alatau.example/news/7"),
        ("alatau.example/news/7", "https://alatau.example/news/7"),
        ("other.html/7", "https://alatau.example/rss/other.html/7"),
        ("https:/alatau.example/news/7", "https://alatau.example/news/7"),
        ("https//alatau.example/news/7", "https://alatau.example/news/7"),
        ("http: //alatau.example/news/7", "http://alatau.example/news/7"),
        ("http://https://alatau.example/news/7", "https://alatau.example/news/7"),
        ("feed://alatau.example/news/7", "https://alatau.example/news/7"),
        ("feed:https://alatau.example/news/7", "https://alatau.example/news/7"),
        ("https://alatau.example/http://alatau.example/news/7", "http://alatau.example/news/7"),
        (
            "https://archive.example/2025/https://alatau.example/7",
            "https://archive.example/2025/https://alatau.example/7",
        ),
        ("<a href='https://alatau.example/news/7'>толығырақ</a>", "https://alatau.example/news/7"),
        ('<a class="x" href="/news/7">оқу</a>', "https://alatau.example/news/7"),
        ("javascript:void(0)", ""),
        ("mailto:news@alatau.example", ""),
        ("", ""),
    ],
)
def test_a_link_leads_where_it_was_meant_to(written: str, meant: str):
    """An invented address is a 404 for ever, and the article is lost."""
    assert read_link(written, base=BASE) == meant


@pytest.mark.parametrize(
    ("url", "site", "base"),
    [
        ("https://feeds.example/alatau", "https://alatau.example/", "https://alatau.example/"),
        ("https://feeds.alatau.kz/all", "https://alatau.kz/", "https://feeds.alatau.kz/all"),
        ("https://alatau.example/rss", "", "https://alatau.example/rss"),
    ],
)
def test_relative_links_of_a_feed_served_elsewhere_belong_to_its_site(url: str, site: str, base: str):
    """Feed services serve feeds of others: their own host has none of the pages."""
    assert link_base(url, site) == base


@given(
    st.text(alphabet="htps:/.w<a ef='>#?&%@feed[]алтау", max_size=60),
    st.sampled_from([BASE, "", "http://[bad", "https://алатау.kz/a?b", "ftp://x/"]),
)
def test_any_text_gives_an_address_or_nothing(text: str, base: str):
    """Links and bases come from strangers: no text may raise."""
    link = read_link(text, base=base)
    assert link == "" or link.startswith(("http://", "https://"))
