"""How a day and a time of day are written: one pattern a form, with names for its parts."""

from __future__ import annotations

import re

from pipelines.reading.zones import ZONE

_NAME = r"(?P<name>[^\W\d_]{3,12})"
_DAY = r"(?<![\d.:])(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_OF_YEAR = r"(?:жыл|ж\.|jyl|jıl)\w*"
_ORDINAL = r"(?:-?(?:го|ое|ші|шы|şi|şı|st|nd|rd|th)(?![^\W\d_]))?"

DAYS = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?=\d{4}(?:\d\d)?(?!\d)|\D|$)",
        rf"{_DAY}\s?(?P<mark>[./·-])\s?(?P<month>\d{{1,2}})\s?[./·-]\s?{_YEAR}",
        rf"{_DAY}(?P<mark>[./])(?P<month>\d\d)[./](?P<year>\d\d)(?![\d.:])",
        rf"{_DAY}-(?P<month>\d\d)-(?P<year>\d\d)(?=,?\s+\d\d?:\d\d)",
        (
            rf"{_DAY}{_ORDINAL}[\s./-]*(?:of\s)?{_NAME}\.?,?(?:\s[^\W\d_]{{2,9}},?)?[\s./-]+"
            r"(?P<year>\d{4}|\d\d(?=,?\s+\d{1,2}:))(?!\d)(?:\s*(?:года|год|жыл\w*|[гж]\.?(?!\w)))?"
        ),
        rf"{_YEAR}\s*{_OF_YEAR}[\s,]*{_DAY}{_ORDINAL}[\s-]+{_NAME}",
        rf"{_YEAR}\s*{_OF_YEAR}[\s,]*{_NAME}\s(?P<day>\d{{1,2}})(?!\d)(?:-?[іы])?",
        rf"{_YEAR}[\s./-]{_NAME}\.?[\s./-](?P<day>\d{{1,2}})(?![\d:])",
        rf"{_NAME}\.?[\s-]+{_DAY}(?:st|nd|rd|th)?,?[\s-]+{_YEAR}",
        (
            rf"{_NAME}\s+{_DAY}\s+(?P<clock>\d\d?:\d\d(?::\d\d)?(?:\s+[A-Z]{{0,5}}(?:[+-]\d\d:?\d\d)?)?)"
            r"\s+(?P<year>\d{4})"
        ),
    )
)
"""In this order: ISO, the same without hyphens, numbers (three), words, year first (three), American, `ctime`."""

DAYS_OF_THE_YEAR = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"{_DAY}{_ORDINAL}[\s-]+{_NAME}\.?",
        rf"{_NAME}\.?\s+{_DAY}(?:st|nd|rd|th)?",
        rf"{_DAY}[./](?P<month>\d\d)",
    )
)
"""A day whose year everybody knows: the whole text but for a time."""

_TIME = (
    r"(?P<hour>[01]?\d|2[0-4])(?P<colon>[:.]|\s?(?:ч|сағ)\w*\.?\s?)(?P<minute>[0-5]\d)(?!\d)"
    r"(?:[:.](?P<second>[0-5]\d|60)(?:[.,]\d{1,9})?)?(?:\s?мин\w*\.?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
)
_PACKED_TIME = r"T?(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?"
_ZONE = rf"\s*\(?\s*(?P<zone>{ZONE})?(?![\w:])"

AFTER = re.compile(rf"T?[^\d]{{0,20}}?{_TIME}{_ZONE}", re.IGNORECASE)
"""The time behind the day: «, 12:30», «T12:30:00Z», « г. в 12 ч. 30 мин.»."""

PACKED_AFTER = re.compile(rf"{_PACKED_TIME}{_ZONE}", re.IGNORECASE)
"""The time directly behind the day: «T123000Z»."""

BEFORE = re.compile(rf"(?<![\d.:]){_TIME}{_ZONE}[^\d]{{0,20}}$", re.IGNORECASE)
"""The time before the day: «12:30, 1 сентября 2025»."""

ALONE = re.compile(rf"(?<![\d.:]){_TIME}{_ZONE}", re.IGNORECASE)

AGO = re.compile(
    r"(?:(?P<count>\d{1,3})|an?|one|бір)?\s*(?:(?P<minutes>мин|min)|час|ч(?=\.?\s)|сағ|hour|hr)[^\W\d_]*\.?\s+"
    r"(?:назад|бұрын|ago)",
    re.IGNORECASE,
)
NEAR = re.compile(r"(?:(?P<today>сегодня|бүгін|today)|вчера|кеше|yesterday)", re.IGNORECASE)
JOINING = re.compile(r"(?<![^\W_])(?:в|at|сағат|г|ж)\.?(?![^\W_])", re.IGNORECASE)
"""What may be written between a day and a time."""
