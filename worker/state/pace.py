"""How fast articles end while some wait: a point each half minute, for `kuzet status`."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.models import Stage
from worker.state.locking import take_lock
from worker.state.scripts import Scripts

EVERY_S = 30
KEPT = 20
"""Ten minutes of points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacePoint:
    """At an epoch second: how many sightings had ended since the state began, and how many articles waited."""

    at: float
    ended: int
    waiting: int


class Pace:
    """The points, newest first. The tick notes them."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("pace")
        self._totals = scripts.key("totals")
        self._outbox = scripts.key("outbox:docs")
        self._due = [scripts.key(f"due:{stage}") for stage in (Stage.FETCH, Stage.EXTRACT)]

    def note(self, *, now: float) -> bool:
        """Note a point, unless one was noted within EVERY_S by the broker's clock; true if it was noted."""
        if not take_lock(self._scripts, "pace:noted", lease_s=EVERY_S):
            return False
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.lpush(self._key, f"{now:.3f} {self._ended()} {self.waiting(now=now)}")
        pipeline.ltrim(self._key, 0, KEPT - 1)
        pipeline.execute()
        return True

    def waiting(self, *, now: float) -> int:
        """Count the articles that are due for their page or for reading, and the documents that wait for the index."""
        due = sum(int(self._redis.zcount(key, "-inf", now)) for key in self._due)
        return due + int(self._redis.hlen(self._outbox))

    def points(self) -> list[PacePoint]:
        lines = (line.split(" ") for line in self._redis.lrange(self._key, 0, -1))
        return [PacePoint(at=float(at), ended=int(ended), waiting=int(waiting)) for at, ended, waiting in lines]

    def _ended(self) -> int:
        totals: dict[str, str] = self._redis.hgetall(self._totals)
        return sum(int(count) for name, count in totals.items() if name.startswith("ended "))
