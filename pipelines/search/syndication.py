"""What a search found, as a feed for other readers: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipelines.search.answer import FoundArticle

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 has no letters for these: a document with one of them is refused whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The feed of one search. `home`: a page with the same, or empty; `address`: of the feed, or a URN."""

    title: str
    home: str
    address: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article or a story in a feed. `id` stays the same; times are ISO 8601."""

    id: str
    url: str
    title: str
    published_at: str
    updated_at: str
    author: str
    summary: str
    topics: tuple[str, ...] = ()
    language: str = ""


def entry_of(article: FoundArticle) -> Entry:
    """Return a found article as an entry."""
    document = article.document
    return Entry(
        id=article.article_id,
        url=document["url"],
        title=document["title"],
        published_at=document["published_at"],
        updated_at=document["indexed_at"],
        author=document["source"],
        summary=document.get("why", ""),
        topics=tuple(document.get("topics", ())),
        language=document["language"],
    )


def atom(entries: Iterable[Entry], channel: Channel) -> bytes:
    """Render entries as an Atom document."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # None is the default namespace
    _add(feed, "title", channel.title)
    _add(feed, "id", channel.address)
    _add(feed, "updated", channel.updated_at)
    if _is_link(channel.address):
        etree.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=_clean(channel.address))
    if channel.home:
        etree.SubElement(feed, f"{{{ATOM}}}link", href=_clean(channel.home))
    for entry in entries:
        _add_entry(feed, entry)
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True)


def json_feed(entries: Iterable[Entry], channel: Channel) -> dict[str, Any]:
    """Render entries as a JSON feed."""
    links = {"home_page_url": channel.home, "feed_url": channel.address if _is_link(channel.address) else ""}
    return {
        "version": JSON_FEED,
        "title": channel.title,
        **{name: link for name, link in links.items() if link},
        "items": [_item(entry) for entry in entries],
    }


def _is_link(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _add_entry(feed: etree._Element, one: Entry) -> None:
    entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "title", one.title)
    _add(entry, "id", f"urn:kuzet:{one.id}")
    etree.SubElement(entry, f"{{{ATOM}}}link", href=_clean(one.url))
    _add(entry, "published", one.published_at)
    _add(entry, "updated", one.updated_at)
    _add(etree.SubElement(entry, f"{{{ATOM}}}author"), "name", one.author)
    for topic in one.topics:
        etree.SubElement(entry, f"{{{ATOM}}}category", term=_clean(topic))
    _add(entry, "summary", one.summary)


def _item(one: Entry) -> dict[str, Any]:
    item = {
        "id": one.id,
        "url": one.url,
        "title": one.title,
        "content_text": one.summary or one.title,
        "date_published": one.published_at,
        "date_modified": one.updated_at,
        "authors": [{"name": one.author}],
        "tags": list(one.topics),
    }
    return item | ({"language": one.language} if one.language else {})


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
