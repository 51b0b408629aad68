"""What a search found, as a feed for other readers: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    """The feed of one search. `home`: the page with the same articles; `address`: the feed itself."""

    title: str
    home: str
    address: str
    updated_at: str


def atom(found: Sequence[FoundArticle], channel: Channel) -> bytes:
    """Render found articles as an Atom document."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # None is the default namespace
    _add(feed, "title", channel.title)
    _add(feed, "id", channel.address)
    _add(feed, "updated", channel.updated_at)
    etree.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=_clean(channel.address))
    etree.SubElement(feed, f"{{{ATOM}}}link", href=_clean(channel.home))
    for article in found:
        _add_entry(feed, article)
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True)


def json_feed(found: Sequence[FoundArticle], channel: Channel) -> dict[str, Any]:
    """Render found articles as a JSON feed."""
    return {
        "version": JSON_FEED,
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "items": [_item(article) for article in found],
    }


def _add_entry(feed: etree._Element, article: FoundArticle) -> None:
    document = article.document
    entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "title", document["title"])
    _add(entry, "id", f"urn:kuzet:{article.article_id}")
    etree.SubElement(entry, f"{{{ATOM}}}link", href=_clean(document["url"]))
    _add(entry, "published", document["published_at"])
    _add(entry, "updated", document["indexed_at"])
    _add(etree.SubElement(entry, f"{{{ATOM}}}author"), "name", document["source"])
    for topic in document.get("topics", ()):
        etree.SubElement(entry, f"{{{ATOM}}}category", term=_clean(topic))
    _add(entry, "summary", document.get("why", ""))


def _item(article: FoundArticle) -> dict[str, Any]:
    document = article.document
    return {
        "id": article.article_id,
        "url": document["url"],
        "title": document["title"],
        "content_text": document.get("why", "") or document["title"],
        "date_published": document["published_at"],
        "date_modified": document["indexed_at"],
        "authors": [{"name": document["source"]}],
        "language": document["language"],
        "tags": list(document.get("topics", ())),
    }


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
