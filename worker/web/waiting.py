"""When a site wants to be asked again."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

MIN_WAIT_S = 10.0
MAX_WAIT_S = 86_400.0


def retry_at(retry_after: str, *, now: float) -> float | None:
    """Read a Retry-After header, seconds or a date (RFC 9110, 10.2.3), into epoch seconds.

    Between ten seconds and a day from `now`, whatever the site says. None where it says nothing readable.
    """
    wait_s = _seconds(retry_after.strip(), now=now)
    return None if wait_s is None else now + min(max(wait_s, MIN_WAIT_S), MAX_WAIT_S)


def _seconds(text: str, *, now: float) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
