"""One item of a feed, as feedparser gives it → an entry, or the reason why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.feeds.links import is_address, read_link
from pipelines.models import Entry
from pipelines.reading.dates import read_date
from pipelines.reading.markup import first_image, one_line, plain_text, web_address

WHOLE_ARTICLE_CHARACTERS = 600
"""A shorter content is a teaser, whatever its element is called."""

MAX_TITLE_CHARACTERS = 500

_CUT_OFF = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&hellip;)\]|читать (?:далее|полностью)|подробнее|толығырақ|толық оқу|жалғасын оқу"
    r"|continue reading|read (?:more|on|the full)|appeared first on)\W*(?:\s\S+){0,12}\W*$",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.IGNORECASE)
_DATE_FIELDS = ("published", "created", "prism_publicationdate", "updated")
_FULL_TEXT_FIELDS = ("yandex_full-text", "full-text", "fulltext", "turbo_content")
_COUNTED_FIELDS = ("feedburner_origlink", "pheedo_origlink")
_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class DroppedItem:
    """An item that is no entry. `reason`: `no_link`, `no_words` or `unreadable`."""

    reason: str


def read_item(item: Any, *, base: str, language: str, now: datetime) -> Entry | DroppedItem:  # noqa: ANN401 - feedparser has no types
    """Make an entry of an item. `language` is the feed's own word, used when the item has none.

    An entry has words (title, summary or content) and a link or a guid. Its link is absolute http(s) or empty.
    `base` is what relative links belong to; `xml:base` comes before it.
    """
    title = one_line(plain_text(_text(item.get("title"))))[:MAX_TITLE_CHARACTERS]
    summary_html, content_html = _text(item.get("summary")), _content(item)
    summary, content = plain_text(summary_html), plain_text(content_html)
    if content and not is_whole_article(content, summary=summary):
        summary, content = max(summary, content, key=len), ""
    link, guid = _link(item, base=base), one_line(_text(item.get("id")))
    if not (title or summary or content):
        return DroppedItem("no_words")
    if not (link or guid):
        return DroppedItem("no_link")
    return Entry(
        link=link,
        title=title,
        summary="" if one_line(summary) == one_line(content) else summary,
        content=content,
        guid=guid,
        published_at=_published_at(item, now=now),
        language=_language(item, language),
        image_url=web_address(_image(item) or first_image(content_html) or first_image(summary_html), base=base),
    )


def is_whole_article(content: str, *, summary: str) -> bool:
    """True if a content is the article itself: long enough, more than the summary, not ending in «read more»."""
    return (
        len(content) >= WHOLE_ARTICLE_CHARACTERS
        and len(content) >= len(summary)
        and not _CUT_OFF.search(content[-200:])
    )


def _link(item: Any, *, base: str) -> str:  # noqa: ANN401 - as above
    """Return where the item leads to: its first link to a page, else where its content is, else its guid.

    A guid is an address only if it is written like one: many feeds number their items and forget
    `isPermaLink="false"`. An `rdf:about` or Atom id that is an address is a link. Where the link cannot be one (`#`, a
    mail address), a guid that is a whole address is taken.
    """
    guid = _text(item.get("id"))
    base = web_address(_text(item.get("title_detail", {}).get("base")), base=base) or base
    written = next(_written_links(item), "")
    if not written and item.get("guidislink", True) and is_address(guid):
        written = guid
    link = "" if written == "#" else read_link(written, base=base)
    return link or (read_link(guid, base=base) if written and _is_whole_address(guid) else "")


def _written_links(item: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    """Yield the addresses that an item gives for itself: alternates in their order, pages before other kinds.

    A service that counts clicks puts its own address in place of the site's, and keeps that in an element of its own.
    """
    if item.get("links"):
        yield from filter(is_address, (_text(item.get(name)).strip() for name in _COUNTED_FIELDS))
    alternates = [each for each in item.get("links", ()) if _text(each.get("rel")).endswith("alternate")]
    pages = [each for each in alternates if _text(each.get("type")) in _PAGE_TYPES]
    sources = ({"href": part.get("src")} for part in item.get("content", ()))
    yield from (href for each in (*pages, *alternates, *sources) if (href := _text(each.get("href")).strip()))


def _is_whole_address(guid: str) -> bool:
    return guid.lower().startswith(("http://", "https://"))


def _content(item: Any) -> str:  # noqa: ANN401 - as above
    """Return the longest of what the item gives as its text: content:encoded, Atom content, `_FULL_TEXT_FIELDS`."""
    texts = [_text(part.get("value")) for part in item.get("content", ())]
    return max([*texts, *(_text(item.get(name)) for name in _FULL_TEXT_FIELDS)], key=len)


def _published_at(item: Any, *, now: datetime) -> datetime | None:  # noqa: ANN401 - as above
    # dict.get: feedparser's own get answers `updated` with `published`, and warns that it will not for long.
    written = (_text(dict.get(item, field)) for field in _DATE_FIELDS)
    return next(filter(None, (read_date(text, now=now) for text in written if text)), None)


def _language(item: Any, feed_language: str) -> str:  # noqa: ANN401 - as above
    said = _text(item.get("language")) or _text(item.get("title_detail", {}).get("language")) or feed_language
    match = re.match(r"[A-Za-z]{2,3}\b", said.replace("_", "-").strip())
    return match[0].lower() if match else ""


def _image(item: Any) -> str:  # noqa: ANN401 - as above
    enclosures = [(e.get("href"), e.get("type")) for e in item.get("enclosures", ())]
    media = [(m.get("url"), m.get("type") or m.get("medium")) for m in item.get("media_content", ())]
    thumbnails = [(t.get("url"), "image") for t in item.get("media_thumbnail", ())]
    for address, kind in (*enclosures, *media, *thumbnails):
        if address and (_text(kind).startswith("image") or _PICTURE.search(_text(address))):
            return _text(address)
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
