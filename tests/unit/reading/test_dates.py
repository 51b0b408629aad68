"""Dates as people and machines write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.dates import EARLIEST, read_date

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-24T10:00:00.123+05:00", datetime(2026, 9, 24, 5, 0, tzinfo=UTC)),
        ("2026-09-24 10:00:00 +0500", datetime(2026, 9, 24, 5, 0, tzinfo=UTC)),
        ("2026/9/4 14:33:00", datetime(2026, 9, 4, 9, 33, tzinfo=UTC)),
        ("Sun, 10 Dec 17 13:01:36 -0800", datetime(2017, 12, 10, 21, 1, 36, tzinfo=UTC)),
        ("19 сентября 2026 года", datetime(2026, 9, 19, tzinfo=UTC)),
        ("19 қыркүйек, 2026 ж. 09:05", datetime(2026, 9, 19, 4, 5, tzinfo=UTC)),
        ("14-шілде 2026", datetime(2026, 7, 14, tzinfo=UTC)),
        ("2 мамыр 2026, 00:30", datetime(2026, 5, 1, 19, 30, tzinfo=UTC)),
        ("2 мая 2026 в 00:30 МСК", datetime(2026, 5, 1, 21, 30, tzinfo=UTC)),
        ("2 маусым 2026", datetime(2026, 6, 2, tzinfo=UTC)),
        ("12:51 - 08.09.2026", datetime(2026, 9, 8, tzinfo=UTC)),
        ("Sep 8, 2026 12:30 a.m.", datetime(2026, 9, 7, 19, 30, tzinfo=UTC)),
        ("31.02.2026", None),
        ("1600633920", datetime(2020, 9, 20, 20, 32, tzinfo=UTC)),
        ("9999999999", None),
        ("№ 12 (2026)", None),
        ("вчера", None),
    ],
)
def test_dates_are_read_in_three_languages(text: str, expected: datetime | None):
    """Sites of one country write one moment in a dozen ways; without a zone it is the country's own, UTC+5."""
    assert read_date(text, now=NOW) == expected


@given(st.text(alphabet="0123456789 .:-/,TZ+мамырseptқыркүйек", max_size=60))
def test_whatever_is_written_the_answer_is_believable(text: str):
    """Never an error, never the future, never before the web."""
    moment = read_date(text, now=NOW)
    assert moment is None or EARLIEST <= moment <= NOW
