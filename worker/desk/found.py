"""What a list of articles shows: hits, facets with links, the timeline."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.search.answer import Bucket, FacetValue, SearchResult
from pipelines.search.request import FILTERS
from worker.desk.asked import Asked
from worker.desk.visits import Visit

FACETS = ("severity", "topic", "region", "source", "language", "person", "organisation", "figure", "context", "watch")
VALUES_SHOWN = 8
PERIODS = {"24h": "24 hours", "7d": "7 days", "14d": "14 days", "30d": "30 days"}
CURRENCIES = ("KZT", "USD", "EUR", "RUB", "CNY")
RANKS = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: the link that adds or takes it, and how long its bar is, in percent."""

    label: str
    count: int
    link: str
    share: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the timeline, in units of the drawing."""

    x: float
    width: float
    height: float
    count: int
    start: str


def found_values(visit: Visit, asked: Asked, result: SearchResult) -> dict[str, Any]:
    """Return what the templates of lists take."""
    return {
        "asked": asked,
        "result": result,
        "facets": [(name, facet(visit, asked, name, result.facets.get(name, ()))) for name in FACETS],
        "chips": chips(visit, asked),
        "bars": bars(result.histogram),
        "next_link": asked.having(after=result.next_after) if result.next_after else "",
    }


def facet(visit: Visit, asked: Asked, name: str, values: Iterable[FacetValue]) -> list[Choice]:
    """Return the values of a facet, chosen ones first."""
    counted = sorted(values, key=lambda one: RANKS.index(one.value)) if name == "severity" else [*values]
    most = max((one.count for one in counted), default=1) or 1
    known = asked.chosen(name)
    choices = [
        Choice(
            label=label(visit, name, one.value),
            count=one.count,
            link=asked.toggled(name, one.value),
            share=max(2, round(100 * one.count / most)),
            is_chosen=one.value in known,
        )
        for one in counted
        if one.count or one.value in known
    ]
    shown = [one for one in choices if one.is_chosen] + [one for one in choices if not one.is_chosen]
    return shown if name == "severity" else shown[: max(VALUES_SHOWN, sum(one.is_chosen for one in choices))]


def label(visit: Visit, name: str, value: str) -> str:
    """Return what a person reads for a value of a filter."""
    if name == "language":
        return {"kk": "қазақша", "ru": "русский", "en": "English"}.get(value, value)
    if name == "figure":
        return figure_name(visit, value)
    return visit.names.of(name, value)


def figure_name(visit: Visit, kind: str) -> str:
    """Return the name of a kind of figure; of money with its currency: «Ущерб, KZT»."""
    of_money, _, currency = kind.rpartition("_")
    if currency.upper() in CURRENCIES:
        return f"{visit.say(of_money)}, {currency.upper()}"
    return visit.say(kind.replace("_", " "))


def chips(visit: Visit, asked: Asked, *, names: Container[str] = FILTERS) -> list[tuple[str, str]]:
    """Return every filter that narrows the list, or those of some names, with the link without it."""
    filters = [
        (f"{visit.say(name)}: {label(visit, name, value)}", asked.toggled(name, value))
        for name, value in asked.pairs
        if name in names
    ]
    periods = [
        (f"{visit.say(name)}: {visit.say(PERIODS.get(value, value))}", asked.having(**{name: ""}))
        for name, value in asked.pairs
        if name in {"since", "until"} and names is FILTERS
    ]
    return [*filters, *periods]


def bars(histogram: tuple[Bucket, ...], *, width: float = 240, height: float = 40) -> list[Bar]:
    """Return the bars of a timeline; the highest is as high as the drawing."""
    most = max((bucket.count for bucket in histogram), default=0)
    step = width / max(len(histogram), 1)
    return [
        Bar(
            round(number * step + step * 0.1, 1),
            round(step * 0.8, 1),
            round(height * bucket.count / most, 1),
            bucket.count,
            bucket.start,
        )
        for number, bucket in enumerate(histogram)
        if most
    ]
