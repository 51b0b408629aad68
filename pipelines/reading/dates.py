"""When something was published: any way of writing a date → aware UTC, or None.

A time without a zone is Kazakhstan's, which is UTC+5 all over the country. A day without a time is 00:00 UTC of that
day: the same day there and here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from pipelines.reading.date_shapes import (
    AFTER,
    AGO,
    ALONE,
    BEFORE,
    DAYS,
    DAYS_OF_THE_YEAR,
    JOINING,
    NEAR,
    PACKED_AFTER,
)
from pipelines.reading.months import month_of
from pipelines.reading.zones import read_zone
from pipelines.time_zone import KAZAKHSTAN

FUTURE_TOLERANCE = timedelta(minutes=10)
"""Clocks differ by minutes. What is further ahead has a wrong zone or is an announcement: its time is
unknown.
"""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LATEST_YEAR = 2200
LONGEST_DATE = 80
MONTHS = 12

_QUOTED_DAY = re.compile(r"[«“„\"](\d\d?)[»”“\"]")
"""As documents write it: «14» марта."""

_SHORT_YEAR = re.compile(r"(?<=\s)['’`](?=\d\d(?!\d))")
_UNIX = re.compile(r"([1-9]\d{9})(?:\d{3}|\d{6}|\.\d{1,9})?")


def read_date(text: str, *, now: datetime, zone: tzinfo = KAZAKHSTAN) -> datetime | None:
    """Read a date as feeds and pages write them: RFC 822, ISO 8601, Unix, numbers, Russian, Kazakh and English words.

    A day without a time is 00:00 UTC of that day, which is 05:00 in Kazakhstan: the same day in both. zone: where a
    time without one was written. Return None for text that is no date, is older than the web, or is further ahead of
    `now` than clocks differ.
    """
    text = " ".join(text[:LONGEST_DATE].split())
    text = _SHORT_YEAR.sub("20", _QUOTED_DAY.sub(r"\1", text))
    moment = _unix(text) or _written(text, zone) or _ago(text, now=now) or _near(text, zone, now=now)
    if moment is None:
        return None
    # A day began in Kazakhstan five hours before it began in UTC.
    return within_reason(min(moment, now) if _is_today(moment, now=now) else moment, now=now)


def within_reason(moment: datetime, *, now: datetime) -> datetime | None:
    """Return the moment in UTC, or None when nothing can have been published then. Slightly ahead becomes `now`."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=KAZAKHSTAN)
    try:
        aware = aware.astimezone(UTC)
    except OverflowError:
        return None
    if not EARLIEST <= aware <= now + FUTURE_TOLERANCE:
        return None
    return min(aware, now.astimezone(UTC))


def _unix(text: str) -> datetime | None:
    """Read seconds since 1970, with or without a fraction, or thousandths or millionths: ten digits reach to 2286."""
    match = _UNIX.fullmatch(text)
    return datetime.fromtimestamp(int(match[1]), tz=UTC) if match else None


def _written(text: str, zone: tzinfo) -> datetime | None:
    matches = (match for shape in DAYS for match in shape.finditer(text))
    return next(filter(None, (_moment(match, zone) for match in matches)), None)


def _ago(text: str, *, now: datetime) -> datetime | None:
    """Read «5 минут назад», «2 сағат бұрын», «an hour ago»."""
    match = AGO.fullmatch(text)
    if match is None:
        return None
    count = int(match["count"] or 1)
    return now - (timedelta(minutes=count) if match["minutes"] else timedelta(hours=count))


def _near(text: str, zone: tzinfo, *, now: datetime) -> datetime | None:
    """Read a day by its distance from `now`, with a time: «сегодня, 12:30», «09:05, кеше», «1 сентября, 12:30»."""
    for time in ALONE.finditer(text):
        end = time.start("zone") if time["zone"] and not read_zone(time["zone"]) else time.end()
        rest = JOINING.sub(" ", f"{text[: time.start()]} {text[end:]}").strip(" ,.;|/·•–—-()")
        days = _near_days(rest, now=now, has_colon=time["colon"] == ":")
        moments = (_at(day, time, zone) for day in days)
        if moment := next((each for each in moments if each <= now + FUTURE_TOLERANCE), None):
            return moment
    return None


def _near_days(text: str, *, now: datetime, has_colon: bool) -> Iterator[datetime]:
    """Yield the days that a text without a year can mean, the latest first. «24.09» is one next to «12:30» only."""
    today = now.astimezone(KAZAKHSTAN).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    if word := NEAR.fullmatch(text):
        yield today - timedelta(days=0 if word["today"] else 1)
    for shape in DAYS_OF_THE_YEAR:
        day = shape.fullmatch(text)
        if day and (has_colon or "name" in day.groupdict()):
            yield from filter(None, (_midnight(today.year - past, day) for past in (0, 1)))


def _moment(day: re.Match[str], zone: tzinfo) -> datetime | None:
    year = int(day["year"]) + (2000 if len(day["year"]) == 2 else 0)  # noqa: PLR2004 - «25»
    midnight = _midnight(year, day)
    return next((_at(midnight, time, zone) for time in _times(day)), midnight) if midnight else None


def _midnight(year: int, day: re.Match[str]) -> datetime | None:
    said = day.groupdict()
    number, month = int(said["day"]), int(said.get("month") or month_of(said.get("name") or ""))
    if said.get("mark", ".") in "/-" and _is_american(day):
        number, month = month, number
    try:
        return datetime(year, month, number, tzinfo=UTC) if year <= LATEST_YEAR else None
    except ValueError:
        return None


def _is_american(day: re.Match[str]) -> bool:
    """True for «03/14/2026», which can be nothing else, and for «3/4/2026 6:45 PM», as one maker's programs write."""
    if int(day["month"]) > MONTHS:
        return True
    time = AFTER.match(day.string, day.end())
    return day["mark"] == "/" and bool(time and time["half"])


def _times(day: re.Match[str]) -> Iterator[re.Match[str]]:
    """Yield the times written with a day, the best first."""
    text, clock = day.string, day.groupdict().get("clock") or ""
    candidates = (
        AFTER.match(clock),
        AFTER.match(text, day.end()),
        PACKED_AFTER.match(text, day.end()),
        BEFORE.search(text[: day.start()]),
    )
    return filter(None, candidates)


def _at(midnight: datetime, time: re.Match[str], zone: tzinfo) -> datetime:
    """Put a time on a day. 24:00 is the next day's midnight, a leap second the second before."""
    hour = int(time["hour"])
    if half := time.groupdict().get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    zone = read_zone(time["zone"] or "") or zone
    second = min(int(time["second"] or 0), 59)
    return midnight.replace(tzinfo=zone) + timedelta(hours=hour, minutes=int(time["minute"]), seconds=second)


def _is_today(moment: datetime, *, now: datetime) -> bool:
    """True if this is a day without a time, and it is that day in Kazakhstan."""
    day_only = moment.tzinfo is UTC and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return day_only and moment.date() == now.astimezone(KAZAKHSTAN).date()
