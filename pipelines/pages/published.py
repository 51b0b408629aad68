"""When a page says it was published."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

import htmldate
import lxml.html

from pipelines.pages.document import PageTree
from pipelines.pages.metadata import PageMetadata
from pipelines.pages.similarity import key
from pipelines.reading.dates import read_date
from pipelines.reading.markup import one_line
from pipelines.time_zone import KAZAKHSTAN

MAX_GUESS_ELEMENTS = 5_000
"""Guessing searches the whole page by patterns: half a second on a large one."""

LINES_AROUND_HEADLINE = 4
LONGEST_DATE_LINE = 70

_FRAMES = frozenset({"header", "nav", "footer", "aside"})
_META_NAMES = tuple(
    """
    article:published_time og:article:published_time og:published_time datepublished published_time pubdate publishdate
    publish-date publication_date date dc.date.issued dc.date dcterms.created sailthru.date mediator_published_time
    article.published parsely-pub-date article_date_original
    """.split()  # noqa: SIM905 - a list of twenty lines reads worse
)

# htmldate writes a warning for every page it cannot read; we say ourselves where a date came from.
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def published_at(tree: PageTree, metadata: PageMetadata, *, title: str, now: datetime) -> datetime | None:
    """Return when the article was published, from the page alone; None when nothing on it says so believably.

    Witnesses in order: JSON-LD, meta elements, elements marked as the date, a `<time>` of the article, a date in words
    around the headline, another `<time>` (not the clock in the site's header), and at last htmldate's search.
    """
    for text in _witnesses(tree, metadata, title=title):
        if moment := read_date(text, now=now):
            return moment
    return _guess(tree.root, now=now)


def _witnesses(tree: PageTree, metadata: PageMetadata, *, title: str) -> Iterator[str]:
    yield metadata.claims.published
    for name in _META_NAMES:
        yield metadata.meta.get(name, "")
    marked = (each for each in tree.root.iter() if _is_marked(each))
    yield from map(_written, marked)
    times = [each for each in tree.root.iter("time") if not _is_frame(each)]
    own = [each for each in times if any(parent.tag in {"article", "main"} for parent in each.iterancestors())]
    yield from map(_written, own[:1])
    yield from _around_headline(tree.lines, title)
    yield from map(_written, times[:1])


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
        yield from (line for line in near if len(line) <= LONGEST_DATE_LINE and any(map(str.isdigit, line)))


def _guess(root: lxml.html.HtmlElement, *, now: datetime) -> datetime | None:
    if sum(1 for _ in root.iter()) > MAX_GUESS_ELEMENTS:
        return None
    today = now.astimezone(KAZAKHSTAN).date().isoformat()
    try:
        day = htmldate.find_date(root, original_date=True, max_date=today, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None  # what it was seen to raise on broken pages; a page without a date is nothing special
    # Today is what the clock in the site's header says; a guess of it is worth nothing.
    return read_date(day, now=now) if day and day != today else None
