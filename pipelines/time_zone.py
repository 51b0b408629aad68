"""The one time zone of the country."""

from __future__ import annotations

from datetime import timedelta, timezone

UTC_HOURS = 5
KAZAKHSTAN = timezone(timedelta(hours=UTC_HOURS), f"UTC+{UTC_HOURS}")
"""The whole country has had one time, UTC+5, since 1 March 2024. Times without a zone are read here."""

OFFSET = f"+{UTC_HOURS:02}:00"
"""The same for a search engine."""
