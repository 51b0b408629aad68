"""Feeds from and for other feed readers."""

from __future__ import annotations

import pytest
from lxml import etree

from pipelines.errors import ConfigError
from pipelines.feeds.opml import Subscription, parse_opml, render_opml
from pipelines.models import Feed

READER = """<?xml version="1.0" encoding="windows-1251"?>
<opml version="1.0"><head><title>Подписки</title></head><body>
  <outline text="Қазақ тілі" title="x">
    <outline type="rss" text="Үкілі" xmlUrl=" https://ukili.example/rss " language="kk-KZ"/>
    <outline text="Ішкі"><outline TEXT="Ескі" XMLURL="http://eski.example/?a=1&amp;b=2"/></outline>
  </outline>
  <outline text="без папки" xmlUrl="https://one.example/feed"/>
  <outline text="ещё раз" xmlUrl="https://one.example/feed"/>
  <outline text="не лента" url="https://x.example/"/>
</body></opml>"""


def test_folders_are_kept_and_addresses_come_once():
    """Readers nest folders, spell attributes in any case, and list a feed in two folders."""
    body = READER.replace("Қазақ тілі", "&#1178;аза&#1179; тілі").replace("Үкілі", "&#1198;кілі")
    first, second, third = parse_opml(body.encode("cp1251"), file="a.opml")
    assert first == Subscription(url="https://ukili.example/rss", title="Үкілі", folder="Қазақ тілі", language="kk")
    assert (second.url, second.folder) == ("http://eski.example/?a=1&b=2", "Ішкі")
    assert (third.title, third.folder) == ("без папки", "")


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"", "XML"), (b"<opml><body>", "XML"), (b"<rss/>", "<rss>"), (b"\xff\xfe", "XML"), (b"{}", "XML")],
    ids=["empty", "cut off", "a feed", "no text", "JSON"],
)
def test_anything_else_is_refused_in_a_sentence(body: bytes, says: str):
    """A person picks the wrong file; a traceback would not say so."""
    with pytest.raises(ConfigError, match=says):
        parse_opml(body, file="a.opml")


def test_entities_read_no_file():
    """A file from a stranger must not bring in what is on this machine."""
    body = b'<!DOCTYPE o [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><body><outline xmlUrl="&e;x"/></body></opml>'
    try:
        found = parse_opml(body, file="a.opml")
    except ConfigError:
        return
    assert not any("root" in each.url for each in found)


def test_what_is_written_is_read_again():
    """A feed list goes to a reader and comes back."""
    feeds = [
        Feed(id="b", url="https://b.example/?x=1&y=2", source="b", family="qara", languages=("kk",)),
        Feed(id="a", url="https://a.example/", source="a", family="aq", languages=("kk", "ru")),
        Feed(id="c", url="https://c.example/", source="c", family="qara"),
    ]
    text = render_opml(feeds, title="kuzet")
    assert etree.fromstring(text.encode()).get("version") == "2.0"
    found = parse_opml(text.encode(), file="a.opml")
    assert [(each.url, each.folder, each.language) for each in found] == [
        ("https://a.example/", "aq", ""),
        ("https://b.example/?x=1&y=2", "qara", "kk"),
        ("https://c.example/", "qara", ""),
    ]
