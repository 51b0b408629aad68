"""How long a feed asks to be left alone: in its document, and in the headers that it came with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

HOUR_S = 3600.0
_PERIODS = {
    "hourly": HOUR_S, "daily": 24 * HOUR_S, "weekly": 7 * 24 * HOUR_S, "monthly": 30 * 24 * HOUR_S,
    "yearly": 365 * 24 * HOUR_S,
}  # fmt: skip


def declared_ttl_s(feed: Mapping[str, Any]) -> float:
    """Return the longer of RSS `ttl` (minutes) and the period of the syndication module, in seconds; 0 without both.

    The period is `sy:updatePeriod` over `sy:updateFrequency`: WordPress writes «hourly» and 1 into every feed.
    """
    return max(_ttl_s(feed.get("ttl")), _period_s(feed.get("sy_updateperiod"), feed.get("sy_updatefrequency")))


def declared_freshness_s(headers: Mapping[str, str]) -> float:
    """Return how long the response says it stays fresh, in seconds; 0 when it does not say.

    Cache-Control: max-age comes before Expires, which counts from Date (RFC 9111, 4.2.1); `no-cache` and `no-store`
    promise nothing.
    """
    control = headers.get("cache-control", "")
    if match := re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", control, re.IGNORECASE):
        return float(match[1])
    if re.search(r"no-(?:cache|store)", control, re.IGNORECASE):
        return 0.0
    try:
        expires, date = (parsedate_to_datetime(headers.get(name, "")) for name in ("expires", "date"))
        return max(0.0, (expires - date).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no such header, no date, or one of the two without a zone
        return 0.0


def _ttl_s(minutes: object) -> float:
    text = str(minutes or "").strip()
    return 60.0 * int(text) if re.fullmatch(r"\d{1,5}", text) else 0.0


def _period_s(period: object, frequency: object) -> float:
    times = str(frequency or "1").strip()
    period_s = _PERIODS.get(str(period or "").strip().lower(), 0.0)
    return period_s / max(1, int(times)) if re.fullmatch(r"\d{1,4}", times) else period_s
