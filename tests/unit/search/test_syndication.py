"""A search as a feed that other readers take."""

from __future__ import annotations

import feedparser

from pipelines.search.answer import FoundArticle
from pipelines.search.syndication import Channel, Entry, atom, entry_of, json_feed

CHANNEL = Channel(
    title="kuzet: <өрт>",
    home="http://d/search?q=1&x=2",
    address="http://d/search.atom?q=1&x=2",
    updated_at="2026-11-30T08:00:00Z",
)
FOUND = [
    FoundArticle(
        article_id="ab" * 16,
        score=None,
        document={
            "id": "ab" * 16, "title": "Өрт <b>шықты</b>\x00\x0b & ]]>", "url": "https://a.kz/1?x=1&y=2",
            "source": "a", "language": "kk", "published_at": "2026-11-30T07:00:00.000Z",
            "indexed_at": "2026-11-30T07:01:00.000Z", "topics": ["emergency"], "why": "emergency: өрт",
        },
        highlights={},
    )
]  # fmt: skip


def test_atom_is_read_by_a_feed_reader():
    """Markup and control characters of a title must not break the document."""
    read = feedparser.parse(atom(map(entry_of, FOUND), CHANNEL))
    assert not read.bozo
    assert read.feed.title == "kuzet: <өрт>"
    (entry,) = read.entries
    assert entry.link == "https://a.kz/1?x=1&y=2"
    assert entry.tags[0].term == "emergency"
    assert "шықты" in entry.title
    assert entry.id == f"urn:kuzet:{'ab' * 16}"


def test_a_json_feed_has_the_same():
    """Some readers prefer it."""
    feed = json_feed(map(entry_of, FOUND), CHANNEL)
    assert feed["version"].endswith("/1.1")
    assert feed["items"][0]["url"] == "https://a.kz/1?x=1&y=2"
    assert feed["items"][0]["content_text"] == "emergency: өрт"


def test_a_feed_in_a_file_has_an_id_and_no_address():
    """It is not known where it will be put: a made-up address would be asked for."""
    channel = Channel(title="t", home="", address="urn:kuzet:search:1", updated_at="2026-11-30T08:00:00Z")
    story = Entry(
        id="s1", url="https://a.kz/1", title="t", published_at="2026-11-30T07:00:00Z",
        updated_at="2026-11-30T08:00:00Z", author="a, b", summary="",
    )  # fmt: skip
    read = feedparser.parse(atom([story], channel))
    assert not read.bozo
    assert (read.feed.id, read.feed.get("links", [])) == ("urn:kuzet:search:1", [])
    feed = json_feed([story], channel)
    assert not feed.keys() & {"home_page_url", "feed_url"}
    assert "language" not in feed["items"][0]
