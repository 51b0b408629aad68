"""When something was published: any way of writing a date → aware UTC, or None.

A time without a zone is Kazakhstan's, which is UTC+5 all over the country. A day without a time is 00:00 UTC of that
day: the same day there and here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from pipelines.time_zone import KAZAKHSTAN

FUTURE_TOLERANCE = timedelta(minutes=10)
"""Clocks differ by minutes. What is further ahead has a wrong zone or is an announcement: nobody knows when it
appeared.
"""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_DATE = 80

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "янв қаң каң jan", "фев ақп акп feb", "мар нау mar", "апр сәу сау apr", "мая май мам may", "июн мау jun",
            "июл шіл шил jul", "авг там aug", "сен қыр кыр sep", "окт қаз каз oct", "ноя қар кар nov", "дек жел dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "msk": 180, "мск": 180, "almt": 300}

_TIME = (
    r"(?:[^\d]{1,12}(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?)?"
)
_ZONE = r"(?:\s*(?P<zone>[+-]\d\d(?::?\d\d)?|[A-Za-zА-Яа-я]{1,4})(?![\w:]))?"
_SHAPES = tuple(
    re.compile(day + _TIME + _ZONE, re.IGNORECASE)
    for day in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})(?!\d)",
        (
            r"(?<!\d)(?P<day>\d{1,2})(?:-?(?:го|ші|шы))?[\s-]+(?P<name>[^\W\d_]{3,9})\.?,?[\s-]+(?P<year>\d{4})(?!\d)"
            r"(?:\s*(?:года|г\.|жыл\w*|ж\.))?"
        ),
        r"(?P<year>\d{4})\s*(?:жыл\w*|ж\.)[\s,]*(?P<day>\d{1,2})[\s-]+(?P<name>[^\W\d_]{3,9})",
        r"(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?!\d)",
    )
)


def read_date(text: str, *, now: datetime) -> datetime | None:
    """Read a date as feeds and pages write them: RFC 822, ISO 8601, numbers, Russian, Kazakh and English month names.

    A day without a time is 00:00 UTC of that day, which is 05:00 in Kazakhstan: the same day in both. Return None for
    text that is no date, is older than the web, or is further ahead of `now` than clocks differ.
    """
    text = " ".join(text[:LONGEST_DATE].split())
    moment = _unix(text) or _rfc822(text) or _shaped(text)
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
    """Seconds since 1970: ten digits, which reach to 2286."""
    return datetime.fromtimestamp(int(text), tz=UTC) if re.fullmatch(r"[1-9][0-9]{9}", text) else None


def _rfc822(text: str) -> datetime | None:
    """RFC 822 with a zone. Everything else is left to the shapes: the library takes too much for a date."""
    if not re.search(r"\d:\d\d.*(?:[+-]\d{4}|[A-Z]{1,4})$", text) or not re.match(
        r"(?:[A-Za-z]{3,9},?\s*)?\d{1,2}\s+[A-Za-z]{3}", text
    ):
        return None
    try:
        return parsedate_to_datetime(text.replace("-0000", "+0000"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _shaped(text: str) -> datetime | None:
    return next(filter(None, (_moment(match) for shape in _SHAPES if (match := shape.search(text)))), None)


def _moment(match: re.Match[str]) -> datetime | None:
    said = match.groupdict()
    month = int(said["month"]) if said.get("month") else _MONTHS.get(said["name"][:3].lower(), 0)
    hour, minute, second = (int(said[part] or 0) for part in ("hour", "minute", "second"))
    if said["half"]:
        hour = hour % 12 + (12 if said["half"].lower() == "p" else 0)
    zone = (_zone(said["zone"] or "") or KAZAKHSTAN) if said["hour"] else UTC
    try:
        return datetime(int(said["year"]), month, int(said["day"]), hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _is_today(moment: datetime, *, now: datetime) -> bool:
    """Tell whether this is a day without a time, and it is that day in Kazakhstan."""
    day_only = moment.tzinfo is UTC and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return day_only and moment.date() == now.astimezone(KAZAKHSTAN).date()


def _zone(text: str) -> timezone | None:
    if match := re.fullmatch(r"([+-])(\d\d):?(\d\d)?", text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes)) if minutes < 24 * 60 else None
    minutes_east = _ZONES.get(text.lower())
    return None if minutes_east is None else timezone(timedelta(minutes=minutes_east))
