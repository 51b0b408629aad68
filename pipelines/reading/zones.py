"""Time zones as people write them behind a time → a zone, or None for words that name none."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipelines.time_zone import KAZAKHSTAN

_OFFSET = r"[+−-]\s?\d\d?(?::?\d\d)?"
ZONE = (
    rf"(?:GMT|UTC|UT|MSK|МСК)\s?{_OFFSET}|{_OFFSET}|[A-Z][A-Za-z]{{1,9}}/[A-Za-z_]{{2,20}}"
    r"|(?:по\s)?(?:моск|мәскеу)\w*(?:\sврем\w+)?|[A-Za-zА-Яа-я]{1,5}"
)
"""An offset, a name from a list of time zones, «по московскому времени», or letters that may be a zone's."""

MOSCOW_MINUTES = 3 * 60
DAY_MINUTES = 24 * 60
COUNTRY_LETTERS = 2
_MINUTES = {
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

_WRITTEN = re.compile(
    r"(?P<from>GMT|UTC|UT|MSK|МСК)?\s?(?P<sign>[+−-])\s?(?P<hours>\d\d?):?(?P<minutes>\d\d)?", re.IGNORECASE
)
_MOSCOW = re.compile(r"(?:по\s)?(?:моск|мәскеу)\w", re.IGNORECASE)


_NEIGHBOURS_HOURS = {
    "kz": 5, "ru": 3, "su": 3, "by": 3, "tr": 3, "az": 4, "am": 4, "ge": 4, "uz": 5, "tj": 5, "tm": 5, "kg": 6,
}  # fmt: skip
_LANGUAGES = frozenset({"kk", "kz", "ru", ""})


def zone_of_site(host: str, *, language: str) -> tzinfo:
    """Return where a site writes times without a zone: its country's by its domain, for the neighbours.

    Other domains in Kazakh or Russian are read as Kazakhstan's own. Where nothing says so the zone is UTC: the hour is
    off by that of the country, and the day is the one that is written.
    """
    domain = host.rpartition(".")[2].lower()
    if domain in _NEIGHBOURS_HOURS:
        return timezone(timedelta(hours=_NEIGHBOURS_HOURS[domain]))
    is_country = len(domain) == COUNTRY_LETTERS
    return UTC if is_country or language not in _LANGUAGES else KAZAKHSTAN


def read_zone(text: str) -> tzinfo | None:
    """Return the zone of an offset (`+05:00`, `GMT+5`, `МСК+2`), of a name (`ALMT`, `Europe/Moscow`), or None."""
    if match := _WRITTEN.fullmatch(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        start = MOSCOW_MINUTES if (match["from"] or "").lower() in {"msk", "мск"} else 0
        return _east(start + (minutes if match["sign"] == "+" else -minutes))
    if "/" in text:
        return _listed(text)
    if _MOSCOW.match(text):
        return _east(MOSCOW_MINUTES)
    minutes_east = _MINUTES.get(text.lower())
    return None if minutes_east is None else _east(minutes_east)


def _east(minutes: int) -> timezone | None:
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < DAY_MINUTES else None


def _listed(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None
