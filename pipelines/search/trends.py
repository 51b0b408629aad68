"""How each topic went from day to day, and which places were named: what a search selects, counted once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.search.body import build_selection
from pipelines.search.clauses import Json, instant
from pipelines.search.request import SearchRequest
from pipelines.search.statistics import Period

TOPICS = 60
PLACES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """`topics`: topic → articles on each day of the period. `places`: place → articles, most first."""

    days: tuple[str, ...]
    topics: Mapping[str, tuple[int, ...]]
    places: Mapping[str, int]


def build_trends(request: SearchRequest, period: Period, *, now: datetime) -> Json:
    """Build the body that counts what a request selects within the period, by the time it was seen."""
    seen = {"range": {"observed_at": {"gte": instant(period.since), "lt": instant(period.until)}}}
    days = {"date_histogram": {"field": "observed_at", "calendar_interval": "day", "time_zone": "+05:00"}}
    counts = {
        "topics": {"terms": {"field": "topics", "size": TOPICS}, "aggs": {"days": days}},
        "places": {"terms": {"field": "places", "size": PLACES}},
    }
    return {**build_selection(request, now=now), "size": 0, "aggs": {"seen": {"filter": seen, "aggs": counts}}}


def read_trends(answer: Mapping[str, Any], period: Period) -> Trends:
    """Read the engine's answer; a day without an article is 0."""
    seen = answer["aggregations"]["seen"]
    days = tuple(str(day) for day in period.days())
    return Trends(
        days=days,
        topics={bucket["key"]: _by_day(bucket, days) for bucket in seen["topics"]["buckets"]},
        places={bucket["key"]: bucket["doc_count"] for bucket in seen["places"]["buckets"]},
    )


def _by_day(bucket: Mapping[str, Any], days: tuple[str, ...]) -> tuple[int, ...]:
    counted = {each["key_as_string"][:10]: each["doc_count"] for each in bucket["days"]["buckets"]}
    return tuple(counted.get(day, 0) for day in days)
