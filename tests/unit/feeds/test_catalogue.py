"""The catalogue of feeds, ours and a mistaken one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigError
from pipelines.feeds import parse_catalogue
from pipelines.models import Feed, FeedFormat

OURS = Path(__file__).parents[3] / "config" / "feeds.yaml"

GOOD = """
feeds:
  - id: a-kk
    url: https://a.example/rss
    source: a.example
    family: a
    languages: [kk, ru]
  - id: b
    url: https://b.example/news.xml
    source: b.example
    family: b
    format: sitemap
    enabled: false
    note: 404 since May
"""

BOTH_ON = (
    "https://b.example/news.xml\n    source: b.example\n    family: b\n    format: sitemap\n    enabled: false\n",
    "https://a.example/rss\n    source: b.example\n    family: b\n",
)


def test_a_feed_that_is_off_may_have_the_address_of_another():
    """A feed that was renamed leaves its old id behind, switched off."""
    text = GOOD.replace("https://b.example/news.xml", "https://a.example/rss")
    assert [feed.enabled for feed in parse_catalogue(text, file="feeds.yaml")] == [True, False]


def test_a_catalogue_is_read_in_its_order():
    """Every key arrives; feeds that are off are there too, with their reason."""
    first, second = parse_catalogue(GOOD, file="feeds.yaml")
    assert first == Feed(id="a-kk", url="https://a.example/rss", source="a.example", family="a", languages=("kk", "ru"))
    assert (second.format, second.enabled, second.note) == (FeedFormat.SITEMAP, False, "404 since May")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("family: a", "familly: a", 6, "familly", "id, url, source, family"),
        ("    family: a\n", "", 3, "family", "missing"),
        ("id: b", "id: a-kk", 8, "id", "line 3"),
        (BOTH_ON[0], BOTH_ON[1], 9, "url", "line 4"),
        ("id: b", "id: B b", 8, "id", "a-z"),
        ("https://b.example/news.xml", "b.example/news.xml", 9, "url", "https://"),
        ("format: sitemap", "format: atom", 12, "format", "feed, sitemap"),
        ("enabled: false", "enabled: no", 13, "enabled", "true, false"),
        ("languages: [kk, ru]", "languages: [kz]", 7, "languages", "kk, ru"),
        ("    note: 404 since May\n", "", 13, "enabled", "note"),
        ("feeds:", "feed:", 3, "feed", "feeds"),
        ("[kk, ru]", "[kk, ru", None, "", "not readable"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_allowed(
    old: str, new: str, line: int | None, key: str, says: str
):
    """Analysts edit this file by hand: the message has to be enough to mend it."""
    with pytest.raises(ConfigError) as caught:
        parse_catalogue(GOOD.replace(old, new), file="feeds.yaml")
    assert "feeds.yaml" in str(caught.value)
    assert says in str(caught.value)
    assert caught.value.key == key
    assert line is None or caught.value.line == line


def test_our_own_catalogue_is_readable_and_covers_the_country():
    """The file we ship has no mistake, sources in both languages, and no feed that is off without a reason."""
    feeds = parse_catalogue(OURS.read_text(encoding="utf-8"), file="feeds.yaml")
    on = [feed for feed in feeds if feed.enabled]
    assert len(on) >= 12
    assert {"kk", "ru"} <= {language for feed in on for language in feed.languages}
    assert {feed.family for feed in on if feed.source.endswith("nur.kz")} == {"nur"}
    assert all(feed.note for feed in feeds if not feed.enabled)
