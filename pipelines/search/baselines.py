"""How many reports each topic had in each region, in a span of hours and in the same hours of the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.search.clauses import Json, instant

TOPICS, REGIONS = 100, 50
EVERYWHERE = ""
"""In place of a region: the whole country."""

_EVENT_AND_PUBLISHER = (
    "(doc['story'].size() == 0 ? doc['id'].value : doc['story'].value)"
    " + ' ' + (doc['family'].size() == 0 ? doc['source'].value : doc['family'].value)"
)
"""A publisher counts once an event: forty articles of one site on one fire are one report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Reports now, and in the weeks before that have articles at all, the last week first."""

    now: int
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """The hours before `until`, and the same hours of each of the weeks before.

    most_age: an article published longer before the span is archive that came in later, and not counted.
    """

    until: datetime
    hours: float
    weeks: int
    most_age: timedelta = timedelta(hours=24)

    def all(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield beginning and end of each span, that of now first."""
        for week in range(self.weeks + 1):
            until = self.until - timedelta(weeks=week)
            yield until - timedelta(hours=self.hours), until


FILLED_SHARE = 0.25
"""A week counts when it has at least this share of the articles of now: a watch that was off, or has just begun, has no
usual number."""


def build_baselines(spans: Spans, *, topics: Iterable[str], regions: Iterable[str]) -> Json:
    """Build the body that counts reports by span, topic and region; all topics and regions unless some are named."""
    reports = {"cardinality": {"script": {"lang": "painless", "source": _EVENT_AND_PUBLISHER}}}
    by_region = {"terms": _terms("regions", regions, REGIONS), "aggs": {"reports": reports}}
    by_topic = {"terms": _terms("topics", topics, TOPICS), "aggs": {"reports": reports, "regions": by_region}}
    spans_asked = {
        str(number): _within(since, until, spans.most_age) for number, (since, until) in enumerate(spans.all())
    }
    return {
        "size": 0,
        "query": {"bool": {"filter": [{"bool": {"should": list(spans_asked.values()), "minimum_should_match": 1}}]}},
        "aggs": {"spans": {"filters": {"filters": spans_asked}, "aggs": {"topics": by_topic}}},
    }


def read_baselines(answer: Mapping[str, Any], spans: Spans) -> dict[tuple[str, str], Baseline]:
    """Return topic and region → its reports. Weeks that are not filled are left out."""
    buckets = answer["aggregations"]["spans"]["buckets"]
    counted = [_reports(buckets[str(number)]) for number in range(spans.weeks + 1)]
    totals = [buckets[str(number)]["doc_count"] for number in range(spans.weeks + 1)]
    filled = [week for week in range(1, spans.weeks + 1) if totals[week] >= max(1.0, FILLED_SHARE * totals[0])]
    return {
        key: Baseline(now=count, weeks=tuple(counted[week].get(key, 0) for week in filled))
        for key, count in counted[0].items()
    }


def _reports(bucket: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for topic in bucket["topics"]["buckets"]:
        found[topic["key"], EVERYWHERE] = topic["reports"]["value"]
        for region in topic["regions"]["buckets"]:
            found[topic["key"], region["key"]] = region["reports"]["value"]
    return found


def _terms(field: str, values: Iterable[str], size: int) -> Json:
    only = sorted(values)
    return {"field": field, "size": max(size, len(only)), **({"include": only} if only else {})}


def _within(since: datetime, until: datetime, most_age: timedelta) -> Json:
    seen = {"range": {"observed_at": {"gte": instant(since), "lt": instant(until)}}}
    published: Sequence[Json] = [seen, {"range": {"published_at": {"gte": instant(since - most_age)}}}]
    return {"bool": {"filter": list(published)}}
