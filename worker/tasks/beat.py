"""Beat's scheduler: Celery's own, which notices that the clock went back."""

from __future__ import annotations

from datetime import datetime

import structlog
from celery.beat import PersistentScheduler

STEP_S = 5.0
"""A clock is corrected by less each day."""

log = structlog.get_logger(__name__)


class SteadyScheduler(PersistentScheduler):  # type: ignore[misc]  # celery has no types
    """Sends on when the clock goes back.

    Celery's scheduler waits until its last runs are over, by a clock that has them still to come: after a step of an
    hour no tick is sent for an hour, and nothing is left that could notice it.
    """

    _looked_at: datetime | None = None

    def setup_schedule(self) -> None:
        super().setup_schedule()
        self._begin_anew(self.app.now())  # the file may be of a time when the clock was ahead

    def tick(self) -> float:
        """Send what is due; return the seconds until the next look."""
        now, before = self.app.now(), self._looked_at
        if before is not None and (before - now).total_seconds() > STEP_S:
            log.warning("clock went back", seconds=round((before - now).total_seconds()))
            self._begin_anew(now)
        self._looked_at = now
        wait_s: float = super().tick()
        return wait_s

    def _begin_anew(self, now: datetime) -> None:
        """Let no run be later than now, and sort the runs to come again."""
        for entry in self.schedule.values():
            if entry.last_run_at and entry.last_run_at > now:
                entry.last_run_at = now
        self._heap = None
