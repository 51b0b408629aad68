"""The query string of a page → what is asked of the index, and links that ask a little more or less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pipelines.errors import UsageError
from pipelines.search.request import FILTERS, Breadth, SearchRequest, Sort
from worker.answers.selection import Selection, moment
from worker.runtime import Runtime

Pairs = tuple[tuple[str, str], ...]
PAGE = 20
LARGEST_PAGE = 100
LONGEST_VALUE = 500
MOST_VALUES = 50
OWN = ("q", "since", "until", "sort", "any", "reprints", "size", "after", "all", "like", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks for: the parameters as they came, and what they mean."""

    pairs: Pairs
    text: str
    selection: Selection
    sort: Sort
    is_broad: bool
    has_reprints: bool
    size: int
    after: str
    everything: bool
    with_topic: bool = False

    def request(self, **more: object) -> SearchRequest:
        """Return the request for the engine."""
        return self.selection.request(
            self.text,
            breadth=Breadth.MOST if self.is_broad else Breadth.ALL_OR_MOST,
            sort=self.sort,
            collapse=not self.has_reprints,
            size=self.size,
            after=self.after,
            with_topic=self.with_topic,
            **more,
        )

    def chosen(self, name: str) -> tuple[str, ...]:
        return self.selection.filters.get(name, ())

    def toggled(self, name: str, value: str) -> str:
        """Return the query string with a value of a filter added, or taken away if it is there."""
        kept = [pair for pair in self.pairs if pair != (name, value) and pair[0] != "after"]
        added = [] if (name, value) in self.pairs else [(name, value)]
        return query_string([*kept, *added])

    def having(self, **values: str) -> str:
        """Return the query string with these parameters in place of theirs; an empty value takes one away."""
        kept = [(name, value) for name, value in self.pairs if name not in values and name != "after"]
        return query_string([*kept, *((name, value) for name, value in values.items() if value)])

    @property
    def search(self) -> str:
        """The query string without its page: what a link to this search holds."""
        return query_string([pair for pair in self.pairs if pair[0] != "after"])


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Write parameters as a query string, with its question mark; `?` alone for none."""
    return f"?{urlencode(list(pairs))}"


def read_asked(runtime: Runtime, pairs: Iterable[tuple[str, str]], *, now: datetime, default: Sort) -> Asked:
    """Read the parameters of a page. Raises UsageError for a value that means nothing."""
    kept = _known(pairs)
    own = dict(kept)
    selection = Selection(
        now=now,
        filters=_filters(kept),
        since=moment(own.get("since", ""), now=now),
        until=moment(own.get("until", ""), now=now),
    ).resolved(runtime, warn=_ignore)
    sort = own.get("sort") or str(Sort.RELEVANCE if own.get("q") else default)
    if sort not in set(Sort):
        raise UsageError("sort", "is relevance or time")
    return Asked(
        pairs=kept,
        text=own.get("q", ""),
        selection=selection,
        sort=Sort(sort),
        is_broad=own.get("any") == "1",
        has_reprints=own.get("reprints") == "1",
        size=_size(own.get("size", "")),
        after=own.get("after", ""),
        everything=own.get("all") == "1",
    )


def tagged_only(asked: Asked) -> Asked:
    """Narrow what is asked to articles with a topic, unless words, a severity or `all=1` say otherwise."""
    if asked.everything or asked.text or asked.chosen("severity"):
        return asked
    return replace(asked, with_topic=True)


def lately(asked: Asked, *, hours: int) -> Asked:
    """Narrow what is asked to the last hours, unless it names a time."""
    if asked.selection.since or asked.selection.until:
        return asked
    since = asked.selection.now - timedelta(hours=hours)
    return replace(asked, selection=replace(asked.selection, since=since))


def _known(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Keep what a page understands, without doubles; empty values say nothing."""
    known = [(name, value.strip()) for name, value in pairs if (name in FILTERS or name in OWN) and value.strip()]
    if len(known) > MOST_VALUES or any(len(value) > LONGEST_VALUE for _, value in known):
        raise UsageError("The address", "asks for too much")
    return tuple(dict.fromkeys(known))


def _filters(pairs: Pairs) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name in FILTERS:
            found[name] = (*found.get(name, ()), value)
    return found


def _size(text: str) -> int:
    if not text:
        return PAGE
    if not text.isdecimal() or not 1 <= int(text[:4]) <= LARGEST_PAGE:
        raise UsageError("size", f"is 1 to {LARGEST_PAGE}")
    return int(text[:4])


def _ignore(_sentence: str) -> None:
    """Say nothing of an unknown source: the page shows that it has no article."""
