"""A search as a file or a feed: CSV, JSON lines, Atom, JSON Feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from threading import Lock

from pipelines.errors import EngineUnavailableError
from pipelines.models import ArticleDocument
from pipelines.search.answer import SearchResult
from pipelines.search.request import Sort
from pipelines.search.syndication import Channel, atom, entry_of, json_feed
from worker.answers.exports import heading, rows, table
from worker.desk.asked import Asked, read_asked
from worker.desk.visits import Download, Page, View, Visit

NEWEST = 50
AT_ONCE = 2
"""Every export holds a scan of the index open."""


class Slots:
    """How many exports run. One begins with its first line, so that a reader who leaves before takes no slot."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = Lock()

    @property
    def is_full(self) -> bool:
        return self._taken >= self._most

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a slot. Raises EngineUnavailableError when there is no free one."""
        with self._lock:
            if self.is_full:
                raise busy()
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1


SLOTS = Slots(AT_ONCE)


def busy() -> EngineUnavailableError:
    return EngineUnavailableError("The desk", f"is writing {AT_ONCE} exports already", remedy="Try again in a minute.")


def as_table(visit: Visit) -> Download:
    """Return every article of a search as CSV."""
    lines = chain([heading()], table(selected(visit)))
    return Download(content=encoded(lines), content_type="text/csv; charset=utf-8", name="kuzet.csv")


def as_lines(visit: Visit) -> Download:
    """Return every article of a search as JSON lines, which `kuzet import` takes back."""
    return Download(content=encoded(rows(selected(visit))), content_type="application/x-ndjson", name="kuzet.jsonl")


def selected(visit: Visit) -> Iterator[ArticleDocument]:
    """Yield the articles. Raises EngineUnavailableError when as many exports run as may."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    request = asked.request()
    visit.runtime.search.count(request, now=visit.now)  # a query that cannot be asked is refused before the first byte
    if SLOTS.is_full:
        raise busy()
    return in_a_slot(visit.runtime.search.scan(request, now=visit.now))


def in_a_slot(found: Iterable[ArticleDocument]) -> Iterator[ArticleDocument]:
    with SLOTS.one():
        yield from found


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    yield from (line.encode() for line in lines)


def as_atom(visit: Visit) -> Download:
    """Return the newest articles of a search as an Atom feed."""
    asked, result = newest(visit)
    document = atom(map(entry_of, result.hits), channel(visit, asked, result))
    return Download(content=[document], content_type="application/atom+xml; charset=utf-8")


def as_json_feed(visit: Visit) -> View:
    """Return the newest articles of a search as a JSON feed."""
    asked, result = newest(visit)
    return View(row=json_feed(map(entry_of, result.hits), channel(visit, asked, result)))


def newest(visit: Visit) -> tuple[Asked, SearchResult]:
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    request = asked.selection.request(
        asked.text, sort=Sort.TIME, size=NEWEST, facets=(), histogram=False, highlight=False
    )
    return asked, visit.runtime.search.search(request, now=visit.now)


def channel(visit: Visit, asked: Asked, result: SearchResult) -> Channel:
    newest_at = result.hits[0].document["indexed_at"] if result.hits else visit.now.isoformat(timespec="seconds")
    subject = asked.text or visit.say("articles")  # in an f-string only Python 3.12 finds the text to translate
    return Channel(
        title=f"kuzet: {subject}",
        home=f"{visit.base}/search{asked.search}",
        address=f"{visit.base}{visit.path}{asked.search}",
        updated_at=newest_at,
    )


PAGES = (
    Page(path="/search.csv", answer=as_table, about="A search as a table (CSV)."),
    Page(path="/search.jsonl", answer=as_lines, about="A search as JSON lines."),
    Page(path="/search.atom", answer=as_atom, about="A search as an Atom feed."),
    Page(path="/search/feed.json", answer=as_json_feed, about="A search as a JSON feed."),
)
