"""How many articles came, by day, topic, region, source and feed, against the same days of the weeks before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.search.body import build_selection
from pipelines.search.clauses import Json, instant
from pipelines.search.request import SearchRequest
from pipelines.time_zone import KAZAKHSTAN

GROUPS = {"topic": "topics", "region": "regions", "source": "source", "severity": "severity", "feed": "feed"}
"""Name of a group → its field."""
GROUP_SIZE = 500
WEEK = timedelta(days=7)
TELLING = 2.0
"""From how many standard deviations (of the difference of two Poisson counts) on a change is more than chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since` (inclusive) to `until` (exclusive), and as long a time whole weeks before, on the same weekdays."""

    since: datetime
    until: datetime

    @property
    def shift(self) -> timedelta:
        return WEEK * max(1, math.ceil((self.until - self.since) / WEEK))

    @property
    def before(self) -> Period:
        return Period(since=self.since - self.shift, until=self.until - self.shift)

    def days(self) -> list[date]:
        """List the days of Kazakhstan that the period touches."""
        first = self.since.astimezone(KAZAKHSTAN).date()
        last = (self.until - timedelta(microseconds=1)).astimezone(KAZAKHSTAN).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Change:
    """Articles of one value or day: in the period, and before."""

    value: str
    now: int
    before: int

    @property
    def strength(self) -> float:
        """The difference in standard deviations; positive when there are more now."""
        return (self.now - self.before) / math.sqrt(self.now + self.before) if self.now + self.before else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counts by the time an article was seen. A group's values are sorted by their count now, most first."""

    period: Period
    total: Change
    days: tuple[Change, ...]
    groups: Mapping[str, tuple[Change, ...]]

    @property
    def compares(self) -> bool:
        """Whether there is a time before to compare with: in a new archive everything would have grown."""
        return self.total.before > 0

    def grown(self, names: Iterable[str]) -> list[tuple[str, Change]]:
        """List what grew more than by chance in these groups, strongest first."""
        found = [(name, change) for name in names for change in self._telling(name) if change.strength > 0]
        return sorted(found, key=lambda each: -each[1].strength)

    def quiet(self) -> list[Change]:
        """List the feeds that gave far less than before, quietest first."""
        return sorted((one for one in self._telling("feed") if one.strength < 0), key=lambda one: one.strength)

    def noisy(self) -> list[Change]:
        """List the feeds that gave far more than before, noisiest first."""
        return sorted((one for one in self._telling("feed") if one.strength > 0), key=lambda one: -one.strength)

    def _telling(self, name: str) -> list[Change]:
        return [one for one in self.groups[name] if abs(one.strength) >= TELLING] if self.compares else []


def build_statistics(request: SearchRequest, period: Period, *, now: datetime, groups: Iterable[str] = GROUPS) -> Json:
    """Build the body that counts what a request selects, by these groups; its own times of publication narrow it."""
    counts = {name: {"terms": {"field": GROUPS[name], "size": GROUP_SIZE}} for name in groups}
    days = {"date_histogram": {"field": "observed_at", "calendar_interval": "day", "time_zone": "+05:00"}}
    return {
        **build_selection(request, now=now),
        "size": 0,
        "aggs": {
            name: {"filter": _seen(span), "aggs": {**counts, "days": days}}
            for name, span in (("now", period), ("before", period.before))
        },
    }


def read_statistics(answer: Mapping[str, Any], period: Period) -> Statistics:
    now, before = (answer["aggregations"][name] for name in ("now", "before"))
    return Statistics(
        period=period,
        total=Change("", now["doc_count"], before["doc_count"]),
        days=_days(period, _by_day(now), _by_day(before)),
        groups={name: _changes(_by_value(now[name]), _by_value(before[name])) for name in GROUPS if name in now},
    )


def _seen(span: Period) -> Json:
    return {"range": {"observed_at": {"gte": instant(span.since), "lt": instant(span.until)}}}


def _by_day(counted: Mapping[str, Any]) -> dict[str, int]:
    return {bucket["key_as_string"][:10]: bucket["doc_count"] for bucket in counted["days"]["buckets"]}


def _by_value(counted: Mapping[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): bucket["doc_count"] for bucket in counted["buckets"]}


def _days(period: Period, now: Mapping[str, int], before: Mapping[str, int]) -> tuple[Change, ...]:
    days = [(str(day), str(day - period.shift)) for day in period.days()]
    return tuple(Change(day, now.get(day, 0), before.get(earlier, 0)) for day, earlier in days)


def _changes(now: Mapping[str, int], before: Mapping[str, int]) -> tuple[Change, ...]:
    changes = (Change(value, now.get(value, 0), before.get(value, 0)) for value in {**now, **before})
    return tuple(sorted(changes, key=lambda change: (-change.now, -change.before, change.value)))
