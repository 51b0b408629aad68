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
        ("12:51 - 08.09.2026", datetime(2026, 9, 8, 7, 51, tzinfo=UTC)),
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


# 14 March 2026, 18:45 in Kazakhstan, is 13:45 UTC. One form of writing it a line.
FORMS = """
2026-03-14T18:45
2026-03-14T18:45:00
2026-03-14 18:45:00.000
2026-03-14T18:45+05:00
2026-03-14T18:45:00+0500
2026-03-14T18:45:00+05
2026-03-14T13:45Z
2026-03-14T13:45:00.000000Z
2026-03-14 13:45:00 UTC
2026-03-14T18:45:00+05:00[Asia/Almaty]
2026-03-14 18:45 (GMT+5)
2026-03-14 18:45 UTC+05:00
20260314T134500Z
20260314T184500+0500
20260314T1845
20260314184500
2026/03/14 18:45
2026.03.14 18:45
1773495900
1773495900000
1773495900.25
Sat, 14 Mar 2026 18:45:00 +0500
Sat, 14 Mar 2026 13:45:00 GMT
Sat, 14 Mar 2026 13:45:00 UT
Sat, 14 Mar 2026 13:45:00 -0000
Sat, 14 Mar 2026 13:45 Z
Sat, 14 Mar 26 18:45:00 +0500
14 Mar 2026 18:45 +0500
Saturday, 14-Mar-2026 13:45:00 GMT
Sat, 14 Mar 2026 16:45:00 MSK
Sat, 14 Mar 2026 14:45:00 CET
Sat, 14 Mar 2026 15:45:00 EET
Sat, 14 Mar 2026 15:45:00 CEST
Sat, 14 Mar 2026 14:45:00 BST
Sat, 14 Mar 2026 08:45:00 EST
Sat, 14 Mar 2026 09:45:00 EDT
Sat, 14 Mar 2026 05:45:00 PST
Sat, 14 Mar 2026 18:45:00 ALMT
Sat, 14 Mar 2026 22:45:00 JST
Sat, 14 Mar 2026 18:45:00 GMT+5
Sat, 14 Mar 2026 18:45:00 GMT+05:00
Sat, 14 Mar 2026 13:45:00 GMT+0000
Sat, 14 Mar 2026 18:45:00 UTC+5
Sat, 14 Mar 2026 1:45:00 PM GMT
Sat, 14 Mar 2026 6:45 PM
Sat Mar 14 2026 18:45:00 GMT+0500 (Qyzylorda Standard Time)
Sat Mar 14 2026 19:45:00 GMT+0600 (East Kazakhstan Time)
Sat Mar 14 18:45:00 +0500 2026
Sat Mar 14 13:45:00 UTC 2026
Sat Mar 14 18:45:00 2026
March 14, 2026 18:45
March 14, 2026, 6:45 pm
March 14th, 2026 at 6:45 p.m.
Mar 14, 2026 6:45PM
14 March 2026, 18:45
14th March 2026 18:45
14th of March 2026, 18:45
Published: March 14, 2026 | 18:45
14.03.2026 18:45
14.03.2026, 18:45
14.03.2026 в 18:45
14.03.2026 | 18:45
14.03.2026 - 18.45
14.03.2026г. 18:45
14.03.2026 18:45:00
14.03.2026 16:45 МСК
14.03.2026 16:45 (мск)
14-03-2026 18:45
14/03/2026 18:45
14. 03. 2026 18:45
14.03.26 18:45
14.03.26, 18:45
18:45 14.03.2026
18:45, 14.03.2026
18:45 / 14.03.2026
18:45 | 14.03.26
18:45 14/03/2026
18:45, 14 марта 2026
18:45, 14 марта 2026 г.
18:45 • 14 марта 2026
18:45, 14 наурыз 2026
18:45 - 14 наурыз, 2026 жыл
18:45 14 March 2026
14 марта 2026 18:45
14 марта 2026, 18:45
14 марта 2026 года, 18:45
14 марта 2026 года в 18:45
14 марта 2026 г., 18:45
14 марта 2026 г. в 18 ч. 45 мин.
14 мар 2026 18:45
14 мар. 2026, 18:45
14 Марта, 2026 18:45
14 МАРТА 2026 18:45
Суббота, 14 марта 2026, 18:45
Сб, 14 мар 2026 18:45:00 +0500
Опубликовано: 14 марта 2026, 18:45
14-го марта 2026 18:45
14 наурыз 2026 18:45
14 наурыз 2026, 18:45
14 наурыз 2026 ж. 18:45
14 наурыз, 2026 жыл 18:45
14 наурыз 2026 жыл, сағат 18:45
14-наурыз 2026 18:45
14-наурыз, 2026 18:45
14 Нау 2026 18:45
14 нау. 2026 18:45
2026 жылғы 14 наурыз 18:45
2026 жылғы 14 наурыз, сағат 18:45
2026 жыл 14 наурыз 18:45
2026 ж. 14 наурыз, 18:45
2026 жылғы 14-наурыз 18:45
Сенбі, 14 наурыз 2026 18:45
Жарияланды: 14.03.2026 18:45
14 naurız 2026 18:45
14 naýryz 2026, 18:45
14 марта 2026, 18:45 (время Астаны)
14 марта 2026, 16:45 мск
""".strip().splitlines()


@pytest.mark.parametrize("text", FORMS)
def test_one_moment_is_the_same_in_every_form(text: str):
    """A lost hour or a wrong zone puts an article on another day, before what it answers to."""
    assert read_date(text, now=NOW) == datetime(2026, 3, 14, 13, 45, tzinfo=UTC)


DAYS = """
2026-03-14
20260314
14.03.2026
14.03.26
14/03/2026
14 марта 2026
14 марта 2026 года
14 марта 2026 г. № 18
14 наурыз 2026
14 наурыз 2026 жыл
2026 жылғы 14 наурыз
14-наурыз, 2026
March 14, 2026
14 March 2026
Суббота, 14 марта 2026
""".strip().splitlines()


@pytest.mark.parametrize("text", DAYS)
def test_a_day_without_a_time_is_that_day(text: str):
    """No hour may be made of another number."""
    assert read_date(text, now=NOW) == datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("сегодня, 12:30", datetime(2026, 9, 25, 7, 30, tzinfo=UTC)),
        ("Бүгін, 09:05", datetime(2026, 9, 25, 4, 5, tzinfo=UTC)),
        ("вчера в 23:50", datetime(2026, 9, 24, 18, 50, tzinfo=UTC)),
        ("Кеше, 23:50", datetime(2026, 9, 24, 18, 50, tzinfo=UTC)),
        ("Yesterday, 11:50 pm", datetime(2026, 9, 24, 18, 50, tzinfo=UTC)),
        ("1 сентября, 12:30", datetime(2026, 9, 1, 7, 30, tzinfo=UTC)),
        ("14 желтоқсан, 12:30", datetime(2025, 12, 14, 7, 30, tzinfo=UTC)),
        ("24.09.2026 24:00", datetime(2026, 9, 24, 19, 0, tzinfo=UTC)),
        ("2026-09-24T23:59:60Z", datetime(2026, 9, 24, 23, 59, 59, tzinfo=UTC)),
        ("01.13.2026 12:30", None),
        ("Версия 1.2.26", None),
        ("тел. 8 701 234 56 78", None),
        ("концерт 12 мая", None),
        ("счёт 12:30", None),
    ],
)
def test_near_days_and_what_is_no_date(text: str, expected: datetime | None):
    """Sites write today's news without a date, and numbers that are no dates next to it."""
    assert read_date(text, now=NOW) == expected


@given(st.text(alphabet="0123456789 .:-/,TZ+мамырseptқыркүйек", max_size=60))
def test_whatever_is_written_the_answer_is_believable(text: str):
    """Never an error, never the future, never before the web."""
    moment = read_date(text, now=NOW)
    assert moment is None or EARLIEST <= moment <= NOW
