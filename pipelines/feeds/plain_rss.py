"""RSS 2.0 as most sites write it → what feedparser would give for it, in a twentieth of the time.

Read here is only a document in which feedparser has nothing to decide: well-formed, each element at most once and in
its usual place, text without markup of XML, no bases and languages of XML, nothing for it to guess or mend. Any other
document is left to feedparser. `tests/unit/feeds/test_plain_rss.py` holds the two to the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lxml.etree

VERSION = "rss20"
_SPECIAL = re.compile(r"<!DOCTYPE|\bxml:(?:base|lang)\b", re.IGNORECASE)
_GUESSED = re.compile(r"[\x80-\x9f]")
"""Characters that feedparser takes for windows-1252."""

_WEB = re.compile(r"https?://[^\s\[\]]+")
_ENTITY_LIKE = re.compile(r"&([A-Za-z0-9_]+);")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_NAMES = {"title": "title", "description": "summary", "pubDate": "published"}
_IGNORED = frozenset(
    {
        "author",
        "category",
        "comments",
        "{http://purl.org/dc/elements/1.1/}creator",
        "{http://purl.org/rss/1.0/modules/slash/}comments",
        "{http://wellformedweb.org/CommentAPI/}commentRss",
        "{com-wordpress:feed-additions:1}post-id",
    }
)
_FEED_NAMES = {
    "title": "title",
    "link": "link",
    "language": "language",
    "ttl": "ttl",
    f"{_SYNDICATION}updatePeriod": "sy_updateperiod",
    f"{_SYNDICATION}updateFrequency": "sy_updatefrequency",
}
_FEED_IGNORED = frozenset(
    """
    description pubDate lastBuildDate generator copyright managingEditor webMaster docs category cloud image
    """.split()  # noqa: SIM905 - a list of ten lines reads worse
)
_IMAGE_PARTS = frozenset({"url", "title", "link", "width", "height", "description"})
_OTHER_RELATIONS = frozenset({"self", "hub", "next", "first", "last", "search"})


class _NotPlain(Exception):  # noqa: N818 - no error: feedparser reads the document then
    """Something is in the document that feedparser would decide."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser found: the feed's own words, its items under feedparser's names, its format, what is wrong."""

    feed: Mapping[str, Any]
    items: list[Any]
    version: str
    note: str = ""


def read_plain_rss(text: str) -> ParsedDocument | None:
    """Read a plain document; None for any other. Opens nothing, resolves no entities. Time is linear."""
    if _SPECIAL.search(text):
        return None
    parser = lxml.etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
    try:
        root = lxml.etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
        return _document(root)
    except (lxml.etree.LxmlError, ValueError, _NotPlain):
        return None


def _document(root: lxml.etree._Element) -> ParsedDocument:
    if root.tag != "rss" or root.get("version") != "2.0" or len(root) != 1 or root[0].tag != "channel":
        raise _NotPlain
    feed: dict[str, str] = {}
    items = []
    for element in root[0].iterchildren(tag=lxml.etree.Element):
        tag = str(element.tag)
        if tag == "item":
            items.append(_item(element))
        elif name := _FEED_NAMES.get(tag):
            _set(feed, name, _text(element))
        elif not _is_ignored(element, tag):
            raise _NotPlain
    if not items or not feed.get("title"):
        raise _NotPlain
    return ParsedDocument(feed=feed, items=items, version=VERSION)


def _is_ignored(element: lxml.etree._Element, tag: str) -> bool:
    if tag == _ATOM_LINK:
        return element.get("rel") in _OTHER_RELATIONS and not element.text
    return tag in _FEED_IGNORED and all(tag == "image" and child.tag in _IMAGE_PARTS for child in element)


def _item(element: lxml.etree._Element) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for child in element.iterchildren(tag=lxml.etree.Element):
        tag = str(child.tag)
        if name := _NAMES.get(tag):
            _set(item, name, _text(child))
        elif tag == "link":
            _set(item, "link", _link(child))
        elif tag == "guid":
            _set(item, "id", _text(child, attributes={"isPermaLink"}))
            item["guidislink"] = child.get("isPermaLink", "true") == "true"
        elif tag == _CONTENT and "summary" in item:
            _set(item, "content", _text(child))
        elif not _add_picture(item, child, tag) and (tag not in _IGNORED or len(child)):
            raise _NotPlain
    if "title" not in item or not ("link" in item or item.get("id")):
        raise _NotPlain
    item["links"] = [{"rel": "alternate", "href": item["link"]}] if "link" in item else []
    item["content"] = [{"value": item["content"]}] if "content" in item else []
    return item


def _add_picture(item: dict[str, Any], child: lxml.etree._Element, tag: str) -> bool:
    """Add an enclosure or picture to the item; False for any other element."""
    names = {"enclosure": "enclosures", f"{_MEDIA}content": "media_content", f"{_MEDIA}thumbnail": "media_thumbnail"}
    name = names.get(tag)
    if name is None:
        return False
    if len(child) or (child.text or "").strip():
        raise _NotPlain
    attributes = {str(key).lower(): str(value) for key, value in child.attrib.items()}
    if tag == "enclosure":
        attributes["href"] = attributes.get("url", "")
    item.setdefault(name, []).append(attributes)
    return True


def _link(element: lxml.etree._Element) -> str:
    """Return a link as feedparser does: `&amp;` that was written twice is one ampersand, `&id;` is no entity."""
    text = _text(element)
    if not _WEB.fullmatch(text):
        raise _NotPlain
    return _ENTITY_LIKE.sub(r"&\g<1>", text.replace("&amp;", "&"))


def _set(record: dict[str, Any], name: str, text: str) -> None:
    if name in record:
        raise _NotPlain
    record[name] = text


def _text(element: lxml.etree._Element, *, attributes: frozenset[str] | set[str] = frozenset()) -> str:
    """Return an element's words. Markup in it, attributes, and what feedparser would decode again are not plain."""
    text = (element.text or "").strip()
    if len(element) or not attributes.issuperset(map(str, element.attrib)) or _GUESSED.search(text):
        raise _NotPlain
    if not text.isascii() and max(text) <= "\xff":
        raise _NotPlain
    return text
