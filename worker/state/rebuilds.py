"""The long job under way, of which there is at most one: a reindex, a retag or a reextract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worker.state.records import new_token, pairs, to_json
from worker.state.scripts import Scripts

NUDGE_MS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A job as it is written down. `facts` are the job's own; `owner` is who began it, in words for people.

    tries: how often the step at hand was taken; more than once means that a worker died at it. ended_at and problem
    are those of a job that is over; the problem is empty when all went well.
    """

    id: str
    kind: str
    owner: str
    began_at: float
    facts: Mapping[str, Any]
    token: str = ""
    lease_until: float = 0.0
    tries: int = 0
    ended_at: float = 0.0
    problem: str = ""

    def is_free(self, *, now: float) -> bool:
        """Whether nobody is at it."""
        return self.lease_until <= now


class Upkeep:
    """Who does what, and how far it is. A step whose worker died is taken again when its lease ends."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("upkeep")

    def begin(self, kind: str, *, owner: str, facts: Mapping[str, Any], now: float) -> str:
        """Write the job down and return its id; empty when another one is under way."""
        begun = self._scripts.run(
            "begin_upkeep", run=new_token(), kind=kind, owner=owner, facts=to_json(facts), now=now
        )
        return begun or ""

    def current(self) -> Run | None:
        return _run(self._redis.hgetall(self._key))

    def last(self) -> Run | None:
        """Tell how the job before ended; None when there was none."""
        return _run(self._redis.hgetall(f"{self._key}:last"))

    def may_nudge(self) -> bool:
        """Whether a message for the next step is worth sending: none was within NUDGE_MS, or it has arrived."""
        return bool(self._redis.set(f"{self._key}:nudged", 1, nx=True, px=NUDGE_MS))

    def take(self, *, now: float, lease_s: float) -> Run | None:
        """Claim the next step; None when there is no job or somebody is at it."""
        self._redis.delete(f"{self._key}:nudged")
        flat = self._scripts.run("take_upkeep", token=new_token(), now=now, lease_s=lease_s)
        return _run(pairs(flat)) if flat else None

    def hold(self, claim: Run, facts: Mapping[str, Any] | None = None, *, now: float, lease_s: float) -> bool:
        """Stay at the step, and write down what is about to be done; False when another has taken it over."""
        noted = None if facts is None else to_json(facts)
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=noted, now=now, lease_s=lease_s))

    def keep(self, claim: Run, facts: Mapping[str, Any]) -> bool:
        """Write down how far it is, and leave the next step to whoever comes."""
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=to_json(facts)))

    def end(self, claim: Run, facts: Mapping[str, Any], *, now: float, problem: str = "") -> bool:
        """The job is over; `problem` says in a sentence why it failed."""
        return bool(self._scripts.run("end_upkeep", token=claim.token, facts=to_json(facts), now=now, problem=problem))


def _run(fields: Mapping[str, str]) -> Run | None:
    if not fields:
        return None
    return Run(
        id=fields["run"],
        kind=fields["kind"],
        owner=fields["owner"],
        began_at=float(fields["began_at"]),
        facts=json.loads(fields["facts"]),
        token=fields.get("token", ""),
        lease_until=float(fields.get("lease_until", 0)),
        tries=int(fields.get("tries", 0)),
        ended_at=float(fields.get("ended_at", 0)),
        problem=fields.get("problem", ""),
    )
