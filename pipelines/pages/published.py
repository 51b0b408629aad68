"""When a page says it was published."""

from __future__ import annotations

import calendar
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import htmldate
import lxml.html

from pipelines.pages.document import PageTree
from pipelines.pages.metadata import PageMetadata
from pipelines.pages.one_article import changed, headline_of
from pipelines.pages.similarity import key
from pipelines.reading.dates import MONTHS, read_date
from pipelines.reading.markup import one_line
from pipelines.reading.zones import zone_of_site
from pipelines.time_zone import KAZAKHSTAN

MAX_GUESS_ELEMENTS = 5_000
"""Guessing searches the whole page by patterns: half a second on a large one."""

LINES_AROUND_HEADLINE = 4
LONGEST_DATE_LINE = 70

_FRAMES = frozenset({"header", "nav", "footer", "aside"})
_META_NAMES = tuple(
    """
    article:published_time og:article:published_time og:published_time datepublished published_time pubdate publishdate
    publish-date publication_date dc.date.issued dc.date.created dcterms.created dcterms.issued sailthru.date
    mediator_published_time article.published parsely-pub-date article_date_original
    """.split()  # noqa: SIM905 - a list of twenty lines reads worse
)
_VAGUE_META_NAMES = ("date", "dc.date")
"""Some programs write the moment into them at which the page was made."""

_CHANGED = re.compile(
    r"обновл|измен[её]н|жаңарт|өзгерт|updated|(?<!last-)modified|last.?mod|datemodified", re.IGNORECASE
)
_PUBLISHED = re.compile(r"опубликован|размещен|жариялан|шыққан|published|posted", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE_END = re.compile(r"[.!?…]\W*$")
SENTENCE_WORDS = 5
_IN_ADDRESS = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/_.]?)(?P<month>[01]\d)(?P=mark)(?P<day>[0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/](?P<month>\d\d?|[a-z]{3})[-/](?P<day>\d\d?)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>[0-3]\d)(?P<mark>[-/_.])(?P<month>[01]\d)(?P=mark)(?P<year>(?:19|20)\d\d)(?!\d)"),
)
"""«/2026/09/20/», «/20260920/», «/2026-09/20/», «/2026/sep/20/», «-20.09.2026»."""

# htmldate writes a warning for every page it cannot read; we say ourselves where a date came from.
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def published_at(tree: PageTree, metadata: PageMetadata, *, title: str, url: str, now: datetime) -> datetime | None:
    """Return when the article was published, from the page alone; None when nothing on it says so believably.

    Witnesses in order: JSON-LD, meta elements, elements marked as the date, a `<time>` of the article, a date in words
    around the headline, another `<time>` (not the clock in the site's header), the address, and at last htmldate's
    search. What says that it is a change comes after what does not. Times without a zone are the site's.
    """
    zone = zone_of_site(urlsplit(url).hostname or "", language=metadata.language)
    for text in _witnesses(tree, metadata, title=title):
        if moment := read_date(text, now=now, zone=zone):
            return moment
    return _in_address(url, now=now) or _guess(tree.root, title=title, now=now)


def _witnesses(tree: PageTree, metadata: PageMetadata, *, title: str) -> Iterator[str]:
    yield metadata.claims.published
    for name in _META_NAMES:
        yield metadata.meta.get(name, "")
    marked = (each for each in tree.root.iter() if _is_marked(each))
    yield from map(_written, marked)
    others = _other_articles(tree.root, title)
    times = [each for each in tree.root.iter("time") if not _is_frame(each) and others.isdisjoint(each.iterancestors())]
    times.sort(key=_is_changed)
    own = [each for each in times if any(parent.tag in {"article", "main"} for parent in each.iterancestors())]
    yield from map(_written, own[:1])
    yield from sorted(_around_headline(tree.lines, title), key=_says_changed)
    yield from map(_written, times[:1])
    for name in _VAGUE_META_NAMES:
        yield metadata.meta.get(name, "")


def _other_articles(root: lxml.html.HtmlElement, title: str) -> frozenset[lxml.html.HtmlElement]:
    """Return the `article` elements without the headline, where there is a headline: cards of other news."""
    headline = headline_of(root, title)
    if headline is None:
        return frozenset()
    return frozenset(root.iter("article")) - frozenset(headline.iterancestors())


def _is_changed(element: lxml.html.HtmlElement) -> bool:
    """True if a `<time>` says, by its names or words, when the article was changed."""
    said = (element.get("class"), element.get("itemprop"), element.get("title"), element.text_content())
    return _says_changed(" ".join(filter(None, said)))


def _says_changed(text: str) -> bool:
    return bool(_CHANGED.search(text)) and not _PUBLISHED.search(text)


def _is_marked(element: lxml.html.HtmlElement) -> bool:
    return element.get("itemprop") == "datePublished" or element.get("pubdate") is not None


def _is_frame(element: lxml.html.HtmlElement) -> bool:
    """True if the element is in the frame of the site. A header with a headline in it is the article's own."""
    frames = [parent for parent in element.iterancestors() if parent.tag in _FRAMES]
    return any(frame.tag != "header" or frame.find(".//h1") is None for frame in frames)


def _written(element: lxml.html.HtmlElement) -> str:
    return element.get("datetime") or element.get("content") or one_line(element.text_content())


def _around_headline(lines: list[str], title: str) -> Iterator[str]:
    """Yield the short lines next to the headline that hold a number, where sites write «14 шіл. 2025 12:53»."""
    wanted = key(title)
    places = [number for number, line in enumerate(lines) if wanted and key(line) == wanted]
    for place in places[:2]:
        near = (
            *lines[place + 1 : place + 1 + LINES_AROUND_HEADLINE],
            *reversed(lines[max(0, place - LINES_AROUND_HEADLINE) : place]),
        )
        yield from (line for line in near if any(map(str.isdigit, line)) and not _is_sentence(line))


def _is_sentence(text: str) -> bool:
    """True for what speaks of something, and so of other days as well."""
    is_whole = bool(_SENTENCE_END.search(text)) and len(_WORD.findall(text)) >= SENTENCE_WORDS
    return is_whole or len(text) > LONGEST_DATE_LINE


def _in_address(url: str, *, now: datetime) -> datetime | None:
    """Return the day that is written in the article's address, or None."""
    parts = urlsplit(url)
    matches = (shape.search(f"{parts.path}?{parts.query}") for shape in _IN_ADDRESS)
    days = (f"{said['day']} {_month(said['month'])} {said['year']}" for said in filter(None, matches))
    return next(filter(None, (read_date(day, now=now) for day in days)), None)


def _month(text: str) -> str:
    return calendar.month_name[int(text)] if text.isdigit() and 0 < int(text) <= MONTHS else text


def _guess(root: lxml.html.HtmlElement, *, title: str, now: datetime) -> datetime | None:
    """Return what htmldate finds outside of sentences and other articles, which speak of other days.

    Today is what the clock in the site's header says, and 1 January the year of a copyright: they are worth nothing.
    """
    if sum(1 for _ in root.iter()) > MAX_GUESS_ELEMENTS:
        return None
    prose = [each for each in root.iter("p") if _is_sentence(each.text_content())]
    own = changed(root, without=[*prose, *_other_articles(root, title)])
    today = now.astimezone(KAZAKHSTAN).date().isoformat()
    try:
        day = htmldate.find_date(own, original_date=True, max_date=today, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None  # what it was seen to raise on broken pages; a page without a date is nothing special
    return read_date(day, now=now) if day and day != today and not day.endswith("-01-01") else None
