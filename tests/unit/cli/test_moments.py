"""Moments as people type them after --since and --until."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.errors import UsageError
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.selection import moment

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=KAZAKHSTAN)


@pytest.mark.parametrize("word", ["yesterday", "Yesterday", "вчера", "кеше", "Вчера "])
def test_yesterday_is_the_beginning_of_that_day_in_kazakhstan(word: str):
    """At half past one in Astana it is still yesterday in London."""
    assert moment(word, now=NOW) == datetime(2026, 11, 1, tzinfo=KAZAKHSTAN)


@pytest.mark.parametrize("word", ["today", "сегодня", "бүгін", "Бүгін"])
def test_today_is_the_beginning_of_this_day(word: str):
    """What came since midnight."""
    assert moment(word, now=NOW) == datetime(2026, 11, 2, tzinfo=KAZAKHSTAN)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("90m", datetime(2026, 11, 2, 0, 0, tzinfo=KAZAKHSTAN)),
        ("2w", datetime(2026, 10, 19, 1, 30, tzinfo=KAZAKHSTAN)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=KAZAKHSTAN)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=KAZAKHSTAN)),
        ("2026", datetime(2026, 1, 1, tzinfo=KAZAKHSTAN)),
        ("2026-11-01T08:00", datetime(2026, 11, 1, 8, tzinfo=KAZAKHSTAN)),
        ("2026-11-01T08:00Z", datetime(2026, 11, 1, 13, tzinfo=KAZAKHSTAN)),
        ("now-1d", datetime(2026, 11, 1, 1, 30, tzinfo=KAZAKHSTAN)),
    ],
)
def test_dates_and_ages_are_read(typed: str, expected: datetime):
    """One way to write a moment, in the options and in the query language."""
    assert moment(typed, now=NOW) == expected


@pytest.mark.parametrize(
    "typed", ["tomorow", "2026-13-01", "7", "7y", "d", "-1d", "9999999999d", "²d", "08:00", "0000"]
)
def test_what_is_no_moment_is_wrong_usage(typed: str):
    """One sentence with what can be written, never a traceback."""
    with pytest.raises(UsageError, match="is not a date"):
        moment(typed, now=NOW)
