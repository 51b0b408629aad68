"""When something was published: any way of writing a date → aware UTC, or None.

A time without a zone is Kazakhstan's, which is UTC+5 all over the country. A day without a time is 00:00 UTC of that
day: the same day there and here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from pipelines.time_zone import KAZAKHSTAN

FUTURE_TOLERANCE = timedelta(minutes=10)
"""Clocks differ by minutes. What is further ahead has a wrong zone or is an announcement: its time is
unknown.
"""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_DATE = 80

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "янв қаң каң jan qań qan", "фев ақп акп feb aqp", "мар нау mar nau náu naý", "апр сәу сау apr sáu sau sáý",
            "мая май мам may mam", "июн мау jun maý mau", "июл шіл шил jul şil shi", "авг там aug tam",
            "сен қыр кыр sep qyr", "окт қаз каз oct qaz", "ноя қар кар nov qar", "дек жел dec jel",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    name: round(hours * 60)
    for hours, names in (
        (0, "z ut utc gmt wet"),
        (1, "cet bst west"),
        (2, "eet cest"),
        (3, "msk мск eest trt"),
        (4, "samt gst azt"),
        (5, "almt aqtt orat qyzt kzt uzt yekt pkt"),
        (5.5, "ist"),
        (6, "omst kgt"),
        (7, "novt krat"),
        (8, "sgt hkt"),
        (9, "jst kst"),
        (-3, "brt"),
        (-4, "edt"),
        (-5, "est cdt"),
        (-6, "cst mdt"),
        (-7, "mst pdt"),
        (-8, "pst"),
    )
    for name in names.split()
}
"""Minutes east of Greenwich. IST is India's and CST America's: their sites are the ones that write them."""

_NAME = r"(?P<name>[^\W\d_]{3,9})"
_DAY = r"(?<![\d.:])(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?=\d{4}(?:\d\d)?(?!\d)|\D|$)",
        rf"{_DAY}\s?[./-]\s?(?P<month>\d{{1,2}})\s?[./-]\s?{_YEAR}",
        rf"{_DAY}[./](?P<month>\d\d)[./](?P<year>\d\d)(?![\d.:])",
        (
            rf"{_DAY}(?:-?(?:го|ое|ші|шы|st|nd|rd|th))?[\s-]+(?:of\s)?{_NAME}\.?,?[\s-]+"
            r"(?P<year>\d{4}|\d\d(?=\s+\d{1,2}:))(?!\d)(?:\s*(?:года|год|жыл\w*|[гж]\.?(?!\w)))?"
        ),
        rf"{_YEAR}\s*(?:жыл\w*|ж\.)[\s,]*{_DAY}(?:-?(?:ші|шы))?[\s-]+{_NAME}",
        rf"{_NAME}\.?\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_NAME}\s+{_DAY}\s+(?P<clock>\d\d?:\d\d(?::\d\d)?(?:\s+[+-]\d{{4}}|\s+[A-Z]{{1,5}})?)\s+{_YEAR}",
    )
)
"""In this order: ISO, the same without hyphens, numbers, «01.09.25», words, year first, American, `ctime`."""

_TIME = (
    r"(?P<hour>[01]?\d|2[0-4])(?P<colon>[:.]|\s?(?:ч|сағ)\w*\.?\s?)(?P<minute>[0-5]\d)(?!\d)"
    r"(?:[:.](?P<second>[0-5]\d|60)(?:[.,]\d{1,9})?)?(?:\s?мин\w*\.?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
)
_BASIC_TIME = r"T?(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?"
_OFFSET = r"[+−-]\s?\d\d?(?::?\d\d)?"
_ZONE = rf"\s*\(?\s*(?P<zone>(?:GMT|UTC|UT)\s?{_OFFSET}|{_OFFSET}|[A-Za-zА-Яа-я]{{1,5}})?(?![\w:])"
_AFTER = (
    re.compile(rf"T?[^\d]{{0,20}}?{_TIME}{_ZONE}", re.IGNORECASE),
    re.compile(rf"{_BASIC_TIME}{_ZONE}", re.IGNORECASE),
)
"""The time behind the day: «, 12:30», «T12:30:00Z», « г. в 12 ч. 30 мин.»; directly behind it also «T123000Z»."""

_BEFORE = re.compile(rf"(?<![\d.:]){_TIME}{_ZONE}[^\d]{{0,20}}$", re.IGNORECASE)
"""The time before the day: «12:30, 1 сентября 2025»."""


_RELATIVE = re.compile(r"\W*(?:(?P<today>сегодня|бүгін|today)|вчера|кеше|yesterday)\W", re.IGNORECASE)
_NO_YEAR = re.compile(rf"\W*{_DAY}(?:-?(?:ші|шы))?[\s-]+{_NAME}\.?,?(?=\D{{1,12}}{_TIME}\W*$)", re.IGNORECASE)


def read_date(text: str, *, now: datetime) -> datetime | None:
    """Read a date as feeds and pages write them: RFC 822, ISO 8601, Unix, numbers, Russian, Kazakh and English words.

    A day without a time is 00:00 UTC of that day, which is 05:00 in Kazakhstan: the same day in both. Return None for
    text that is no date, is older than the web, or is further ahead of `now` than clocks differ.
    """
    text = " ".join(text[:LONGEST_DATE].split())
    moment = _unix(text) or _written(text) or _near(text, now=now)
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
    """Read seconds since 1970, with or without a fraction, or milliseconds: ten or thirteen digits reach to 2286."""
    match = re.fullmatch(r"([1-9]\d{9})(?:\d{3}|\.\d{1,9})?", text)
    return datetime.fromtimestamp(int(match[1]), tz=UTC) if match else None


def _written(text: str) -> datetime | None:
    matches = (match for shape in _SHAPES for match in shape.finditer(text))
    return next(filter(None, (_moment(match) for match in matches)), None)


def _near(text: str, *, now: datetime) -> datetime | None:
    """Read «сегодня, 12:30», «кеше 09:05» and «1 сентября, 12:30»: a day by its distance from `now`, with a time."""
    today = now.astimezone(KAZAKHSTAN).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    if word := _RELATIVE.match(text):
        time = _AFTER[0].match(text, word.end() - 1)
        return _at(today - timedelta(days=0 if word["today"] else 1), time) if time else None
    if day := _NO_YEAR.match(text):
        years = (f"{text[: day.end()]} {today.year - past} {text[day.end() :]}" for past in (0, 1))
        return next((moment for year in years if (moment := _written(year)) and moment <= now + FUTURE_TOLERANCE), None)
    return None


def _moment(day: re.Match[str]) -> datetime | None:
    said = day.groupdict()
    month = int(said["month"]) if said.get("month") else _MONTHS.get(said["name"][:3].lower(), 0)
    year = int(said["year"]) + (2000 if len(said["year"]) == 2 else 0)  # noqa: PLR2004 - «25»
    try:
        midnight = datetime(year, month, int(said["day"]), tzinfo=UTC)
    except ValueError:
        return None
    return next((_at(midnight, time) for time in _times(day)), midnight)


def _times(day: re.Match[str]) -> Iterator[re.Match[str]]:
    """Yield the times written with a day, the best first."""
    text, clock = day.string, day.groupdict().get("clock") or ""
    candidates = (
        _AFTER[0].match(clock),
        _AFTER[0].match(text, day.end()),
        _AFTER[1].match(text, day.end()),
        _BEFORE.search(text[: day.start()]),
    )
    return filter(None, candidates)


def _at(midnight: datetime, time: re.Match[str]) -> datetime:
    """Put a time on a day. 24:00 is the next day's midnight, a leap second the second before."""
    hour = int(time["hour"])
    if half := time.groupdict().get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    zone = _zone(time["zone"] or "") or KAZAKHSTAN
    second = min(int(time["second"] or 0), 59)
    return midnight.replace(tzinfo=zone) + timedelta(hours=hour, minutes=int(time["minute"]), seconds=second)


def _is_today(moment: datetime, *, now: datetime) -> bool:
    """True if this is a day without a time, and it is that day in Kazakhstan."""
    day_only = moment.tzinfo is UTC and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return day_only and moment.date() == now.astimezone(KAZAKHSTAN).date()


def _zone(text: str) -> timezone | None:
    """Return the zone of an offset (`+05:00`, `GMT+5`, `-0000`) or a name, None for one that is unknown."""
    if match := re.fullmatch(r"(?:GMT|UTC|UT)?\s?([+−-])\s?(\d\d?):?(\d\d)?", text, re.IGNORECASE):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes)) if minutes < 24 * 60 else None
    minutes_east = _ZONES.get(text.lower())
    return None if minutes_east is None else timezone(timedelta(minutes=minutes_east))
