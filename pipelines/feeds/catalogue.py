"""The catalogue of feeds (config/feeds.yaml): text → feeds, with every mistake named by file, line and key."""

from __future__ import annotations

import re

from lxml import etree

from pipelines.errors import ConfigError
from pipelines.models import Feed, FeedFormat
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.reading.markup import web_address

LANGUAGES = ("kk", "ru", "en", "uz")
_KEYS = (
    "id", "url", "source", "family", "languages", "format", "enabled", "note", "links", "text", "alternates", "sitemap",
    "tls_extra_ca",
)  # fmt: skip
_REQUIRED = ("id", "url", "source", "family")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_BOOLEANS = {"true": True, "false": False}


def parse_catalogue(text: str, *, file: str) -> tuple[Feed, ...]:
    """Read the catalogue, in its order, feeds that are off included.

    Raises ConfigError for unreadable YAML, an unknown or missing key, an impossible value, a doubled id, a URL polled
    twice, and a feed that is off without saying why.
    """
    root = read_yaml(file, text).fields(("feeds",), required=("feeds",))
    feeds: list[Feed] = []
    ids: dict[str, int] = {}
    urls: dict[str, int] = {}
    for element in root["feeds"].elements():
        fields = element.fields(_KEYS, required=_REQUIRED)
        feed = _feed(fields)
        _refuse_double(ids, feed.id, fields["id"])
        if feed.enabled:  # one that is off may be the same address under an older id
            _refuse_double(urls, feed.url, fields["url"])
        feeds.append(feed)
    return tuple(feeds)


def _feed(fields: dict[str, Marked]) -> Feed:
    feed = Feed(
        id=_id(fields["id"]),
        url=_url(fields["url"]),
        source=_word(fields["source"]),
        family=_word(fields["family"]),
        languages=_languages(fields.get("languages")),
        format=FeedFormat(fields["format"].choice(tuple(FeedFormat))) if "format" in fields else FeedFormat.FEED,
        enabled=_BOOLEANS[fields["enabled"].choice(tuple(_BOOLEANS))] if "enabled" in fields else True,
        note=_optional(fields, "note"),
        links=_pattern(fields.get("links")),
        text=_path(fields.get("text")),
        alternates=tuple(map(_url, fields["alternates"].elements())) if "alternates" in fields else (),
        sitemap=_url(fields["sitemap"]) if "sitemap" in fields else "",
        tls_extra_ca=_optional(fields, "tls_extra_ca"),
    )
    if feed.format is FeedFormat.PAGE and not feed.links:
        raise fields["format"].wrong("a page needs `links`", remedy="Say what the addresses of articles have in them")
    if not feed.enabled and not feed.note:
        raise fields["enabled"].wrong("a feed that is off says why", remedy="Add a `note`")
    return feed


def _optional(fields: dict[str, Marked], name: str) -> str:
    return fields[name].text().strip() if name in fields else ""


def _pattern(field: Marked | None) -> str:
    if field is None:
        return ""
    try:
        return re.compile(field.text()).pattern
    except re.error as error:
        problem = f"{field.text()!r} is no regular expression ({error})"
        raise field.wrong(problem, remedy=r"Allowed: what addresses have in them, such as /news/\d+") from error


def _path(field: Marked | None) -> str:
    if field is None:
        return ""
    try:
        return str(etree.XPath(field.text()).path)
    except etree.XPathError as error:
        problem = f"{field.text()!r} is no XPath ({error})"
        raise field.wrong(problem, remedy="Allowed: such as //div[@class='article-text']") from error


def _id(field: Marked) -> str:
    if not _ID.fullmatch(field.text()):
        raise field.wrong(
            f"{field.text()!r} is no id", remedy="Allowed: up to 64 of a-z, 0-9, dot, hyphen and underscore"
        )
    return field.text()


def _url(field: Marked) -> str:
    if web_address(field.text(), base="") != field.text():
        raise field.wrong(f"{field.text()!r} is no address", remedy="Allowed: a whole http:// or https:// address")
    return field.text()


def _word(field: Marked) -> str:
    word = field.text().strip()
    if not word or len(word.split()) > 1:
        raise field.wrong(
            f"{word!r} is no single word", remedy="Allowed: a name without spaces, such as the site's host"
        )
    return word


def _languages(field: Marked | None) -> tuple[str, ...]:
    return tuple(element.choice(LANGUAGES) for element in field.elements()) if field else ()


def _refuse_double(seen: dict[str, int], value: str, field: Marked) -> None:
    if value in seen:
        raise ConfigError(field.file, f"{value!r} is already in line {seen[value]}", line=field.line, key=field.key)
    seen[value] = field.line
