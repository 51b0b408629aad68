"""The long job under way, of which there is at most one: a rebuild of the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from worker.state.records import new_token, to_json
from worker.state.scripts import Scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A job as it is written down. `facts` are the job's own; `owner` is who began it, in words for people."""

    id: str
    kind: str
    owner: str
    began_at: float
    facts: Mapping[str, Any]
    token: str = ""


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

    def take(self, *, now: float, lease_s: float) -> Run | None:
        """Claim the next step; None when there is no job or somebody is at it."""
        flat = self._scripts.run("take_upkeep", token=new_token(), now=now, lease_s=lease_s)
        return _run(dict(_pairs(flat))) if flat else None

    def note(self, claim: Run, facts: Mapping[str, Any]) -> bool:
        """Write down what is about to be done, and stay at it."""
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=to_json(facts), hold=True))

    def keep(self, claim: Run, facts: Mapping[str, Any]) -> bool:
        """Write down how far it is, and leave the next step to whoever comes."""
        return bool(self._scripts.run("keep_upkeep", token=claim.token, facts=to_json(facts)))

    def end(self, claim: Run) -> bool:
        """The job is over."""
        return bool(self._scripts.run("keep_upkeep", token=claim.token))


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
    )


def _pairs(flat: Iterable[str]) -> Iterable[tuple[str, str]]:
    values = iter(flat)
    return zip(values, values, strict=True)
