"""A JSON Feed (https://jsonfeed.org, 1.0 and 1.1) → the items that feedparser would give for RSS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import FeedUnusableError
from pipelines.reading.encodings import charset_of, decode

JSON = b"{"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
VERSION = "jsonfeed.org/version/"


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
    return body.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == JSON


def read_json_feed(body: bytes, *, url: str, headers: Mapping[str, str]) -> JsonDocument:
    """Read a JSON Feed. Raises FeedUnusableError: `broken` for what is no JSON, `json` for JSON of another kind."""
    decoded = decode(body, declared=(charset_of(headers.get("content-type", "")),))
    try:
        document = json.loads(decoded.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FeedUnusableError(url, f"the document is broken JSON ({error})", reason="broken") from error
    items = document.get("items")
    if not isinstance(items, list) or VERSION not in _text(document.get("version")):
        raise FeedUnusableError(url, "a JSON document came that is no JSON Feed", reason="json")
    return JsonDocument(
        title=_text(document.get("title")),
        site=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        encoding=decoded.encoding,
        items=tuple(_item(item) if isinstance(item, dict) else {} for item in items),
    )


def _item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an item under feedparser's names. An id may be a number, and is a link when it is an address."""
    identity = item.get("id")
    link = _text(item.get("url")) or _text(item.get("external_url"))
    return {
        "id": str(identity) if isinstance(identity, str | int | float) else "",
        "link": link,
        "links": [link] if link else [],
        "guidislink": not link,
        "title": _text(item.get("title")),
        "summary": _text(item.get("summary")),
        "content": [{"value": _text(item.get("content_html")) or _text(item.get("content_text"))}],
        "published": _text(item.get("date_published")),
        "updated": _text(item.get("date_modified")),
        "language": _text(item.get("language")),
        "media_thumbnail": [{"url": _text(item.get("image")) or _text(item.get("banner_image"))}],
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
