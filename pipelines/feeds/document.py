"""A feed document → its entries. Reads RSS, RDF and Atom by feedparser, plain RSS by itself, and JSON Feed."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import feedparser

from pipelines.errors import FeedUnusableError
from pipelines.feeds.hints import declared_ttl_s
from pipelines.feeds.identity import REPEATED, with_identities
from pipelines.feeds.items import DroppedItem, read_item
from pipelines.feeds.json_feed import is_json, read_json_feed
from pipelines.feeds.links import link_base, read_link
from pipelines.feeds.plain_rss import ParsedDocument, read_plain_rss
from pipelines.models import Entry, ParsedFeed
from pipelines.reading.encodings import charset_of, decode
from pipelines.reading.markup import MAX_ATTRIBUTES, has_too_many_attributes, one_line, plain_text, without_controls
from pipelines.reading.packing import unpacked
from pipelines.reading.references import with_xml_references

MAX_BYTES = 20_000_000
MAX_ITEMS = 2_000
"""Items read of one document, in its order; the largest feeds of the country have 200. The others are counted as
dropped.
"""

MAX_TAGS = 200_000
"""Tags in those items; feedparser takes 25 µs for one. The largest feeds have 6,000."""

MAX_REFERENCES = 1_500_000
"""Ampersands in those items, 2 µs each; HTML written as text has many."""

OVER_LIMIT = "over_limit"
PROLOG_CHARACTERS = 20_000
"""Comments of the exporter before the feed begins; the longest seen has 3,000 characters."""

# feedparser promises nothing about broken input: these are what its parsers were seen to raise on it.
_PARSER_FAULTS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, ArithmeticError, RecursionError)

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>\s*", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]{0,300}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_ITEM = re.compile(r"<(?:\w{1,20}:)?(item|entry)[\s>/]")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<body[\s>]", re.IGNORECASE)
_FEED = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:\w{1,20}:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_PROLOG = re.compile(r"\A(?:\s+|<!--.*?-->|<\?.*?\?>)+", re.DOTALL)
_NESTED_CDATA = re.compile(r"<!\[CDATA\[\s*(?:<!\[CDATA\[\s*)+")
_NESTED_END = re.compile(r"\]\](?:>\s*)?\]\]>(?!<!\[CDATA\[>)")
_SENTENCES = {
    "html": "an HTML page came, not a feed",
    "json": "a JSON document came; kuzet reads RSS, Atom, RDF, JSON Feed and news sitemaps",
    "sitemap": "a sitemap came, not a feed: write `format: sitemap` into the catalogue",
}


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed document as text, without its XML declaration; `left_out` items were cut off."""

    text: str
    encoding: str
    left_out: int = 0


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> ParsedFeed:
    """Read the entries of a feed document that was fetched from `url` (the final one) with these response headers.

    An item that is no entry is counted in `dropped` by its reason and never spoils the others. Entries keep the
    document's order. Raises FeedUnusableError: `empty`, `too_large`, `html`, `json`, `sitemap`, `bomb`, `broken`,
    `no_entries` (an empty feed) or `nothing_usable`. Time is linear in the document: at most MAX_ITEMS items are read.
    """
    if is_json(body):
        return _parse_json(body, url=url, headers=headers, now=now)
    document = read_document(body, url=url, headers=headers)
    _refuse_other_kinds(document.text, url=url)
    parsed = read_plain_rss(document.text) or _parse(document.text, url=url)
    base = link_base(url, read_link(str(parsed.feed.get("link") or ""), base=url))
    language = str(parsed.feed.get("language") or "")
    items = [_read(item, base=base, language=language, now=now) for item in parsed.items[:MAX_ITEMS]]
    entries, dropped = sorted_out(items, left_out=document.left_out)
    if not entries:
        raise _nothing(parsed, document.text, url=url, dropped=dropped)
    return ParsedFeed(
        format=parsed.version or "unknown",
        title=one_line(plain_text(str(parsed.feed.get("title") or ""))),
        encoding=document.encoding,
        entries=entries,
        dropped=dropped,
        ttl_s=declared_ttl_s(parsed.feed),
        note=parsed.note,
    )


def _parse_json(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> ParsedFeed:
    """Read a JSON Feed by the rules for any other feed: its items come in feedparser's shape."""
    if len(body) > MAX_BYTES:
        raise FeedUnusableError(url, f"{len(body):,} bytes are more than a feed can have", reason="too_large")
    document = read_json_feed(body, url=url, headers=headers)
    base = link_base(url, read_link(document.site, base=url))
    items = [_read(item, base=base, language=document.language, now=now) for item in document.items[:MAX_ITEMS]]
    entries, dropped = sorted_out(items, left_out=len(document.items[MAX_ITEMS:]))
    if not entries:
        raise _nothing_usable(url, dropped) if dropped else _no_items(url)
    title = one_line(plain_text(document.title))
    return ParsedFeed(format="json", title=title, encoding=document.encoding, entries=entries, dropped=dropped)


def sorted_out(items: Sequence[Entry | DroppedItem], *, left_out: int) -> tuple[tuple[Entry, ...], dict[str, int]]:
    """Return the entries, each with an identity, and how many items are none, by reason."""
    entries, repeated = with_identities(item for item in items if isinstance(item, Entry))
    dropped = Counter(item.reason for item in items if isinstance(item, DroppedItem))
    dropped += Counter({OVER_LIMIT: left_out, REPEATED: repeated})
    return entries, dict(dropped)


def read_document(body: bytes, *, url: str, headers: Mapping[str, str]) -> FeedText:
    """Decode a document and cut it to size. Raises FeedUnusableError: `empty`, `too_large` or `bomb`."""
    body = unpacked(body, max_bytes=MAX_BYTES)
    if len(body) > MAX_BYTES:
        raise FeedUnusableError(url, f"{len(body):,} bytes are more than a feed can have", reason="too_large")
    match = _DECLARED_ENCODING.search(body[:1000])
    decoded = decode(body, declared=(charset_of(headers.get("content-type", "")), match[1].decode() if match else ""))
    text = _DECLARATION.sub("", without_controls(decoded.text)).lstrip()
    if not text:
        raise FeedUnusableError(url, "the document is empty", reason="empty")
    if has_too_many_attributes(text):
        raise FeedUnusableError(url, f"an element has more than {MAX_ATTRIBUTES} attributes", reason="bomb")
    text, left_out = _cut(_without_nested_cdata(text))
    if text.count("<") > MAX_TAGS or text.count("&") > MAX_REFERENCES:
        raise FeedUnusableError(url, f"more than {MAX_TAGS:,} tags or {MAX_REFERENCES:,} references", reason="bomb")
    return FeedText(text=with_xml_references(text), encoding=decoded.encoding, left_out=left_out)


def _without_nested_cdata(text: str) -> str:
    """Take out CDATA sections within CDATA sections, which XML does not have and exporters write."""
    flat, nested = _NESTED_CDATA.subn("<![CDATA[", text)
    return _NESTED_END.sub("]]>", flat) if nested else text


def _cut(text: str) -> tuple[str, int]:
    """Keep the first MAX_ITEMS items and what follows the last one, so that the document stays well-formed."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    if len(starts) <= MAX_ITEMS:
        return text, 0
    tail = max(text.rfind("</item>") + len("</item>"), text.rfind("</entry>") + len("</entry>"))
    return text[: starts[MAX_ITEMS]] + text[max(tail, starts[MAX_ITEMS]) :][:10_000], len(starts) - MAX_ITEMS


def _refuse_other_kinds(text: str, *, url: str) -> None:
    """Raise for what is plainly something else than a feed."""
    head = _PROLOG.sub("", text[:PROLOG_CHARACTERS])[:2_000] or text[:2_000]
    if _FEED.search(head):
        return
    kind = "json" if head[0] in "{[" else "sitemap" if _SITEMAP.search(head) else "html" if _HTML.search(head) else ""
    if kind:
        raise FeedUnusableError(url, _SENTENCES[kind], reason=kind)


def _parse(text: str, *, url: str) -> ParsedDocument:
    # The bytes are UTF-8 by now and the header says so. HTML stays as it is: sanitising is slow and we take the
    # words only. Without a base feedparser leaves links as they are written, for `read_link` to mend.
    headers = {"content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except _PARSER_FAULTS as error:
        raise FeedUnusableError(url, f"the document cannot be parsed ({error})", reason="broken") from error
    version = parsed.get("version") or ""
    return ParsedDocument(feed=parsed.feed, items=parsed.entries, version=version, note=_note(parsed))


def _read(item: Any, *, base: str, language: str, now: datetime) -> Entry | DroppedItem:  # noqa: ANN401 - feedparser has no types
    try:
        return read_item(item, base=base, language=language, now=now)
    except _PARSER_FAULTS:
        return DroppedItem("unreadable")


def _nothing(parsed: ParsedDocument, text: str, *, url: str, dropped: Mapping[str, int]) -> FeedUnusableError:
    if dropped:
        return _nothing_usable(url, dropped)
    if parsed.version:
        return _no_items(url)
    if _HTML.search(text):
        return FeedUnusableError(url, _SENTENCES["html"], reason="html")
    return FeedUnusableError(url, "the document is no feed, or a broken one", reason="broken")


def _nothing_usable(url: str, dropped: Mapping[str, int]) -> FeedUnusableError:
    reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    return FeedUnusableError(
        url, f"no item of the feed is usable ({reasons})", reason="nothing_usable", dropped=dropped
    )


def _no_items(url: str) -> FeedUnusableError:
    return FeedUnusableError(url, "the feed has no items", reason="no_entries")


def _note(parsed: Any) -> str:  # noqa: ANN401 - as above
    return f"not well-formed: {one_line(str(parsed.bozo_exception))[:160]}" if parsed.get("bozo") else ""
