"""A clock that goes back: noticed from tick to tick, and made good."""

from __future__ import annotations

from pipelines.models import Stage
from worker.state.scripts import Scripts

STEP_S = 5.0
"""Ticks of several threads and the clock's own corrections differ by less."""

LONGEST_WAIT_S = 25 * 3600.0
"""Nothing waits longer: a recheck and a host's Retry-After wait a day."""


class Clock:
    """Compares each tick's time with the last tick of the same machine. Other machines' clocks may differ."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("clocks")

    def check(self, machine: str, *, now: float) -> str:
        """Bring forward what a step of the clock put off, and return a sentence about it; empty when there was none."""
        before = float(self._redis.hget(self._key, machine) or 0)
        self._redis.hset(self._key, machine, f"{now:.3f}")
        moved = self._scripts.run("turn_back", now=now, step_s=before - now) if before - now > STEP_S else 0
        moved += sum(self._bring_forward(stage, now=now) for stage in Stage)
        if before - now > STEP_S:
            return f"The clock of {machine} went back by {before - now:.0f} s; {moved} items were brought forward."
        return f"{moved} items were to wait longer than anything may, and were brought forward." if moved else ""

    def _bring_forward(self, stage: Stage, *, now: float) -> int:
        moved: int = self._scripts.run("bring_forward", stage=stage, now=now, latest=now + LONGEST_WAIT_S)
        return moved
