"""The short way for plain RSS gives what feedparser gives, or leaves the document to it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import FeedUnusableError
from pipelines.feeds.document import read_document
from pipelines.feeds.hints import declared_ttl_s
from pipelines.feeds.items import read_item
from pipelines.feeds.plain_rss import ParsedDocument, read_plain_rss

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://news.example/rss"
PLAIN = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
 <atom:link href="https://news.example/rss" rel="self"/><title>Жетісу</title><link>https://news.example/</link>
 <image><url>/i.png</url><title>Белгі</title><link>https://logo.example/</link></image><language>kk</language>
 <ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>{items}</channel></rss>"""
ITEM = """<item><title>Пожар &amp;laquo;на рынке&amp;raquo;</title><link>https://news.example/?id=7&amp;copy=1</link>
 <dc:creator>А</dc:creator><guid isPermaLink="false">{guid}</guid><pubDate>Thu, 24 Sep 2026 10:00:00 +0500</pubDate>
 <description><![CDATA[<p>Өрт <b>сөндірілді</b>.<!-- 1 --></p>]]></description>
 <content:encoded><![CDATA[<p>{text}</p>]]></content:encoded><enclosure url="/1.jpg" type="image/jpeg" length="1"/>
 <media:content url="https://news.example/2.jpg" medium="image"/><category>Қоғам</category></item>"""


def by_feedparser(text: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(text.encode(), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def is_the_same(ours: ParsedDocument, text: str) -> bool:
    theirs = by_feedparser(text)
    language = str(theirs.feed.get("language") or "")
    entries = [
        [read_item(item, base=URL, language=language, now=NOW) for item in items]
        for items in (ours.items, theirs.entries)
    ]
    words = [[str(feed.get(name) or "") for name in ("title", "link", "language")] for feed in (ours.feed, theirs.feed)]
    hints = [declared_ttl_s(feed) for feed in (ours.feed, theirs.feed)]
    return (
        entries[0] == entries[1]
        and words[0] == words[1]
        and hints[0] == hints[1]
        and (ours.version, bool(theirs.bozo)) == (theirs.version, False)
    )


def document(items: str) -> str:
    return PLAIN.format(items=items)


def test_a_plain_feed_goes_the_short_way():
    """Half of the work of a poll is feedparser's; most feeds leave it nothing to decide."""
    text = document("".join(ITEM.format(guid=f"n-{number}", text="Мәтін. " * 200) for number in range(3)))
    ours = read_plain_rss(text)
    assert ours is not None
    assert len(ours.items) == 3
    assert is_the_same(ours, text)


@pytest.mark.parametrize(
    "item",
    [
        "<item><title>А</title><link>/1</link></item>",
        "<item><title>А</title><link>https://a.kz/1</link><link>https://a.kz/2</link></item>",
        "<item><title>А <b>б</b></title><link>https://a.kz/1</link></item>",
        "<item><title>Ð\x90</title><link>https://a.kz/1</link></item>",
        "<item><title>А\x97Б</title><link>https://a.kz/1</link></item>",
        "<item><title>А</title></item>",
        "<item><title>А</title><link>https://a.kz/1</link><dc:date>2026-09-24</dc:date></item>",
        "<item><title>А</title><link>https://a.kz/1</link><content:encoded>т</content:encoded></item>",
        '<item><title type="html">А</title><link>https://a.kz/1</link></item>',
        "<item><title>А</title><link>https://a.kz/1</link><media:content><media:title>Б</media:title></media:content></item>",
        '<item xml:base="https://b.kz/"><title>А</title><link>https://a.kz/1</link></item>',
        "<item><title>А</title><link>https://a.kz/1</link></item><atom:link href='https://c.kz/'/>",
        "<item><title>А</title><link>https://a.kz/1</link></item><broken>",
    ],
)
def test_what_feedparser_would_decide_is_left_to_it(item: str):
    assert read_plain_rss(document(item)) is None


@given(
    title=st.text(alphabet="Aбә &;#amplt<>\"'\xa0\xe9\u200b]", max_size=20),
    link=st.text(alphabet="https://a.kz?&;amp=1 ", max_size=30),
    guid=st.text(alphabet="1a:/ &", max_size=8),
)
def test_whatever_is_written_the_two_agree(title: str, link: str, guid: str):
    """Texts are put into sections that need no escapes: ampersands, quotes and brackets come as they are."""
    parts = (("title", title), ("link", link), ("guid", guid), ("description", title))
    item = "".join(f"<{name}><![CDATA[{text.replace(']', '')}]]></{name}>" for name, text in parts)
    text = document(f"<item>{item}</item>")
    ours = read_plain_rss(text)
    assert ours is None or is_the_same(ours, text)


def test_both_agree_on_every_real_feed():
    shared = os.environ.get("KUZET_SHARED")
    if not shared:
        pytest.skip("KUZET_SHARED is not set: it names the folder with real feeds")
    files = [path for name in ("feeds", "wild/feeds") for path in (Path(shared) / "data" / name).rglob("*.*")]
    texts = filter(None, map(text_of, files))
    short = [(text, ours) for text in texts if (ours := read_plain_rss(text))]
    assert len(short) > 10
    assert all(is_the_same(ours, text) for text, ours in short)


def text_of(path: Path) -> str:
    try:
        return read_document(path.read_bytes(), url=URL, headers={}).text if path.is_file() else ""
    except FeedUnusableError:
        return ""
