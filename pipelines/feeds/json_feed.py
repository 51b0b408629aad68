"""A JSON Feed (https://jsonfeed.org, 1.0 and 1.1) → the items that feedparser would give for RSS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import FeedUnusableError
from pipelines.reading.encodings import charset_of, decode

JSON = b"{"
BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xff\xfe\x00"
HEAD_BYTES = 256
VERSION = "jsonfeed.org/version/"
_WORDS = ("title", "summary", "content_html", "content_text")
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonDocument:
    """What a JSON Feed says of itself, and its items in the shape of feedparser's."""

    title: str
    site: str
    language: str
    encoding: str
    items: tuple[Mapping[str, Any], ...]


def is_json(body: bytes) -> bool:
    """True if a document begins like a JSON object."""
    head = body[:HEAD_BYTES].lstrip(BYTE_ORDER_MARKS).replace(b"\0", b"")
    return head.lstrip()[:1] == JSON


def read_json_feed(body: bytes, *, url: str, headers: Mapping[str, str]) -> JsonDocument:
    """Read a JSON Feed. Raises FeedUnusableError: `broken` for what is no JSON, `json` for JSON of another kind."""
    decoded = decode(body, declared=(charset_of(headers.get("content-type", "")),))
    try:
        document = _loaded(decoded.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FeedUnusableError(url, f"the document is broken JSON ({error})", reason="broken") from error
    items = document.get("items")
    items = list(items.values()) if items and isinstance(items, dict) else items
    if not isinstance(items, list) or not (VERSION in _text(document.get("version")) or any(map(_is_item, items))):
        raise FeedUnusableError(url, "a JSON document came that is no JSON Feed", reason="json")
    return JsonDocument(
        title=_text(document.get("title")),
        site=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        encoding=decoded.encoding,
        items=tuple(_item(item) if isinstance(item, dict) else {} for item in items),
    )


def _loaded(text: str) -> Any:  # noqa: ANN401 - JSON
    """Load JSON that people wrote: line breaks inside of texts, a comma behind the last item. Raises ValueError."""
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return json.loads(_LAST_COMMA.sub(lambda match: match[1] or "", text), strict=False)


def _is_item(item: object) -> bool:
    """True for an object that has an address and words, as a document without a version can still show."""
    return isinstance(item, dict) and bool(_text(item.get("url")) and any(_text(item.get(name)) for name in _WORDS))


def _item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an item under feedparser's names. An id may be a number, and is a link when it is an address."""
    identity = item.get("id")
    link = _text(item.get("url")) or _text(item.get("external_url"))
    return {
        "id": str(identity) if isinstance(identity, str | int | float) else "",
        "link": link,
        "links": [{"rel": "alternate", "href": link}] if link else [],
        "guidislink": not link,
        "title": _text(item.get("title")),
        "summary": _text(item.get("summary")),
        "content": [{"value": _text(item.get("content_html")) or _text(item.get("content_text"))}],
        "published": _moment(item.get("date_published")),
        "updated": _moment(item.get("date_modified")),
        "language": _text(item.get("language")),
        "media_thumbnail": [{"url": _text(item.get("image")) or _text(item.get("banner_image"))}],
        "enclosures": [
            {"href": _text(each.get("url")), "type": _text(each.get("mime_type"))}
            for each in _list(item.get("attachments"))
            if isinstance(each, dict)
        ],
    }


def _moment(value: object) -> str:
    """Return a date as text; some write Unix seconds as a number."""
    return str(value) if isinstance(value, int | float) else _text(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
