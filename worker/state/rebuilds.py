"""The rebuild under way, of which there is at most one: a reindex, a retag or a reextract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worker.state.locking import take_lock
from worker.state.records import new_token, pairs, to_json
from worker.state.scripts import Scripts

NUDGE_S = 3.0
LONGEST_LEASE_S = 60.0
"""As in lease.lua."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """A rebuild as it is written down.

    progress: JSON of its own, see `worker.rebuilds.rebuilder`. owner: who began it, in words for people. attempts: how
    often the step at hand was taken; more than once means that a worker died in it. ended_at and problem belong to a
    rebuild that is over; the problem is empty when all went well.
    """

    id: str
    kind: str
    owner: str
    began_at: float
    progress: Mapping[str, Any]
    token: str = ""
    lease_until: float = 0.0
    attempts: int = 0
    ended_at: float = 0.0
    problem: str = ""

    def is_free(self, *, now: float) -> bool:
        """True if no worker holds its step. A lease that ends later than any does is of a clock that was ahead."""
        return not now < self.lease_until <= now + LONGEST_LEASE_S


class Rebuilds:
    """Which rebuild is under way, and how far it is. A step whose worker died is taken again when its lease ends."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("upkeep")

    def begin(self, kind: str, *, owner: str, progress: Mapping[str, Any], now: float) -> str:
        """Write the rebuild down and return its id; empty when another one is under way."""
        begun = self._scripts.run(
            "begin_upkeep", run=new_token(), kind=kind, owner=owner, facts=to_json(progress), now=now
        )
        return begun or ""

    def current(self) -> Rebuild | None:
        return _rebuild(self._redis.hgetall(self._key))

    def last(self) -> Rebuild | None:
        """Return the rebuild that ended last; None when there was none."""
        return _rebuild(self._redis.hgetall(f"{self._key}:last"))

    def may_nudge(self) -> bool:
        """True if a message for the next step is worth sending: none was sent within NUDGE_S, or it has arrived."""
        return take_lock(self._scripts, "upkeep:nudged", lease_s=NUDGE_S) is not None

    def take(self, *, now: float, lease_s: float) -> Rebuild | None:
        """Claim the next step; None when there is no rebuild or a worker holds the step."""
        self._redis.delete(f"{self._key}:nudged")
        flat = self._scripts.run("take_upkeep", token=new_token(), now=now, lease_s=lease_s)
        return _rebuild(pairs(flat)) if flat else None

    def renew(self, claim: Rebuild, progress: Mapping[str, Any] | None = None, *, now: float, lease_s: float) -> bool:
        """Keep the step, and write down `progress` if given; False when another worker has taken the step over."""
        noted = None if progress is None else to_json(progress)
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=noted, now=now, lease_s=lease_s))

    def release(self, claim: Rebuild, progress: Mapping[str, Any]) -> bool:
        """Write down how far it is, and leave the next step to any worker."""
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=to_json(progress)))

    def end(self, claim: Rebuild, progress: Mapping[str, Any], *, now: float, problem: str = "") -> bool:
        """End the rebuild; `problem` says in a sentence why it failed."""
        return bool(
            self._scripts.run("end_upkeep", token=claim.token, facts=to_json(progress), now=now, problem=problem)
        )


def _rebuild(fields: Mapping[str, str]) -> Rebuild | None:
    if not fields:
        return None
    return Rebuild(
        id=fields["run"],
        kind=fields["kind"],
        owner=fields["owner"],
        began_at=float(fields["began_at"]),
        progress=json.loads(fields["facts"]),
        token=fields.get("token", ""),
        lease_until=float(fields.get("lease_until", 0)),
        attempts=int(fields.get("tries", 0)),
        ended_at=float(fields.get("ended_at", 0)),
        problem=fields.get("problem", ""),
    )
