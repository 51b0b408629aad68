"""How much came, of what and from where, against the same days of the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pipelines.errors import UsageError
from pipelines.search.statistics import Change, Period, Statistics
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.selection import Selection
from worker.answers.shapes import ChangeRow, StatsAnswer

USUAL_DAYS = 7


GROWING = ("topic", "region", "source", "severity")


def period_of(chosen: Selection) -> Period:
    """The period that was chosen; by default whole days, today's as far as it has come. Raises UsageError."""
    from pipelines.search.statistics import Period

    until = chosen.until or chosen.now
    midnight = until.astimezone(KAZAKHSTAN).replace(hour=0, minute=0, second=0, microsecond=0)
    since = chosen.since or midnight - timedelta(days=USUAL_DAYS - 1)
    if since >= until:
        raise UsageError("--since", "is not before the end of the period")
    return Period(since=since, until=until)


def silent_feeds(found: Statistics, watched: Iterable[str]) -> list[str]:
    """Name the watched feeds that gave nothing at all, now or before."""
    heard = {change.value for change in found.groups["feed"]}
    return sorted(set(watched) - heard)


def statistics_row(found: Statistics, silent: Sequence[str]) -> StatsAnswer:
    """The stable answer of `kuzet stats --json`."""
    period = found.period
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "before": {"since": period.before.since.isoformat(), "until": period.before.until.isoformat()},
        "total": {"now": found.total.now, "before": found.total.before},
        "days": [change_row(change) for change in found.days],
        "groups": {name: [*map(change_row, changes)] for name, changes in found.groups.items()},
        "grown": [{"group": name, **change_row(change)} for name, change in found.grown(GROWING)],
        "feeds": {
            "quiet": [change.value for change in found.quiet()],
            "noisy": [change.value for change in found.noisy()],
            "silent": [*silent],
        },
    }


def change_row(change: Change) -> ChangeRow:
    return {"value": change.value, "now": change.now, "before": change.before}
