"""Moments and durations as people in Kazakhstan read them."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.time_zone import KAZAKHSTAN


def local_time(moment: str | datetime | float | None) -> str:
    """A moment as people in Kazakhstan read it: `21.11 18:05`, with the year when it is not this one."""
    if not moment:
        return "–"
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if isinstance(moment, float | int):
        moment = datetime.fromtimestamp(moment, UTC)
    moment = moment.astimezone(KAZAKHSTAN)
    return moment.strftime("%d.%m %H:%M" if moment.year == datetime.now(KAZAKHSTAN).year else "%d.%m.%Y")


def duration(seconds: float) -> str:
    """`850 ms`, `12 s`, `5 min`, `3 h`, `2 d`."""
    for limit, divisor, unit in ((1, 0.001, "ms"), (120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / divisor:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
