"""Regions and topics of a period against the weeks before, as the map and the trends of the desk show them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.search.statistics import Change, Statistics
from pipelines.search.trends import Trends
from worker.answers.selection import Selection
from worker.answers.shapes import Count, MapAnswer, StrengthRow, TrendsAnswer
from worker.answers.statistics import period_of
from worker.runtime import Runtime

COMPARED = ("topic", "region", "source")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a selection has in its period, and how that differs from before."""

    statistics: Statistics
    trends: Trends

    @property
    def regions(self) -> tuple[Change, ...]:
        return self.statistics.groups["region"]

    @property
    def topics(self) -> tuple[Change, ...]:
        return self.statistics.groups["topic"]


def compare(runtime: Runtime, chosen: Selection, text: str = "") -> Comparison:
    """Count a selection in its period (the last 7 days, if it names none) and before."""
    period = period_of(chosen)
    request = replace(chosen, since=None, until=None).request(text)
    return Comparison(*runtime.search.compared(request, period, groups=COMPARED))


def map_row(found: Comparison) -> MapAnswer:
    period = found.statistics.period
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "compares": found.statistics.compares,
        "regions": [strength_row(change) for change in found.regions],
        "places": [place_row(name, count) for name, count in found.trends.places.items()],
    }


def trends_row(found: Comparison) -> TrendsAnswer:
    by_day = found.trends.topics
    return {
        **map_row(found),
        "days": list(found.trends.days),
        "topics": [{**strength_row(change), "by_day": list(by_day.get(change.value, ()))} for change in found.topics],
    }


def place_row(name: str, count: int) -> Count:
    return {"value": name, "count": count}


def strength_row(change: Change) -> StrengthRow:
    return {"value": change.value, "now": change.now, "before": change.before, "strength": round(change.strength, 2)}
