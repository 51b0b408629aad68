"""How much came, against the same days of the weeks before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines.search.request import SearchRequest
from pipelines.search.statistics import Change, Period, Statistics, build_statistics, read_statistics
from pipelines.time_zone import KAZAKHSTAN

NOON = datetime(2026, 5, 14, 12, 0, tzinfo=KAZAKHSTAN)
WEEK = Period(since=datetime(2026, 5, 8, tzinfo=KAZAKHSTAN), until=NOON)


@pytest.mark.parametrize(("days", "weeks"), [(1, 1), (7, 1), (8, 2), (14, 2), (30, 5)])
def test_weekdays_are_compared_with_weekdays(days: int, weeks: int):
    """News has a rhythm of seven days: a Sunday against a Monday would be a fall every week."""
    period = Period(since=NOON - timedelta(days=days), until=NOON)
    assert period.before.since == period.since - timedelta(weeks=weeks)
    assert period.before.until <= period.since


def test_days_are_those_of_kazakhstan():
    """An article of 01:00 in Astana belongs to that day, not to the day before in London."""
    assert [str(day) for day in WEEK.days()][:: len(WEEK.days()) - 1] == ["2026-05-08", "2026-05-14"]
    body = build_statistics(SearchRequest(text="су"), WEEK, now=NOON)
    assert body["aggs"]["now"]["aggs"]["days"]["date_histogram"]["time_zone"] == "+05:00"


def counted(days: dict[str, int], topics: dict[str, int]) -> dict:
    """The part of an answer that counts one period."""
    none: dict = {"buckets": []}
    return {
        "doc_count": sum(days.values()),
        "days": {"buckets": [{"key_as_string": f"{day}T00:00:00+05:00", "doc_count": n} for day, n in days.items()]},
        "topic": {"buckets": [{"key": topic, "doc_count": n} for topic, n in topics.items()]},
        **dict.fromkeys(("region", "source", "severity", "feed"), none),
    }


def test_each_day_has_the_day_of_the_week_before():
    """Days without articles are there too; a value that is gone is there with nothing now."""
    now = counted({"2026-05-08": 2, "2026-05-14": 3}, {"drugs": 4})
    before = counted({"2026-05-07": 5}, {"drugs": 1, "fraud": 2})
    found = read_statistics({"aggregations": {"now": now, "before": before}}, WEEK)
    assert (found.total.now, found.total.before) == (5, 5)
    assert [(one.now, one.before) for one in found.days] == [(2, 0), *[(0, 0)] * 5, (3, 5)]
    assert found.groups["topic"] == (Change("drugs", 4, 1), Change("fraud", 0, 2))


def statistics(before: int, *feeds: Change) -> Statistics:
    groups = {"topic": feeds, "feed": feeds}
    return Statistics(period=WEEK, total=Change("", 100, before), days=(), groups=groups)


def test_growth_is_more_than_chance():
    """From 1 to 2 is twice as much and nothing; from 100 to 150 is news."""
    found = statistics(100, Change("a", 2, 1), Change("b", 150, 100), Change("c", 9, 0), Change("d", 1, 12))
    assert [change.value for _, change in found.grown(["topic"])] == ["b", "c"]
    assert ([one.value for one in found.quiet()], [one.value for one in found.noisy()]) == (["d"], ["b", "c"])


def test_a_new_archive_has_not_grown():
    """In the first week everything is new; a list of all feeds as noisy is no help."""
    found = statistics(0, Change("a", 90, 0))
    assert (found.grown(["topic"]), found.quiet(), found.noisy()) == ([], [], [])
