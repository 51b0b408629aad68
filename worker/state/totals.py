"""Running totals since the state began: how much, and how long things took. The scripts keep them (`totals.lua`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from worker.state.scripts import Scripts

COUNT, SUM = "count", "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long something took: how many took at most that number of seconds, all of them, and their sum in seconds."""

    buckets: Mapping[float, int]
    count: int
    sum_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All totals at one moment.

    ended: outcome, with its reason after a colon → sightings. polls: status of HTTP, or `failed` → polls.
    answers: what pages' sites answered → requests. durations: `searchable`, and `due STAGE` → how long it took.
    """

    sighted: int
    ended: Mapping[str, int]
    polls: Mapping[str, int]
    answers: Mapping[str, int]
    durations: Mapping[str, Durations]


class TotalBooks:
    """Reads the totals, and counts what no script sees."""

    def __init__(self, scripts: Scripts) -> None:
        self._redis = scripts.redis
        self._key = scripts.key("totals")

    def count_answer(self, answer: str) -> None:
        """Count how a site answered when it was asked for a page."""
        self._redis.hincrby(self._key, f"answers {answer}", 1)

    def read(self) -> Totals:
        return totals_of(self._redis.hgetall(self._key))


def totals_of(fields: Mapping[str, str]) -> Totals:
    """Sort the fields of the record by what they count."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    for name, value in fields.items():
        kind, _, what = name.rpartition(" ") if name.startswith(("due ", "searchable ")) else name.partition(" ")
        kinds[kind][what] = value
    times = {name: _durations(found) for name, found in kinds.items() if COUNT in found}
    return Totals(
        sighted=int(fields.get("sighted", 0)),
        ended=_whole(kinds["ended"]),
        polls=_whole(kinds["polls"]),
        answers=_whole(kinds["answers"]),
        durations=times,
    )


def _whole(found: Mapping[str, str]) -> dict[str, int]:
    return {name: int(value) for name, value in sorted(found.items())}


def _durations(found: Mapping[str, str]) -> Durations:
    """Add the buckets up: the record counts each duration once."""
    buckets, so_far = {}, 0
    for bound in sorted(float(name) for name in found if name not in {COUNT, SUM}):
        so_far += int(found[f"{bound:g}"])
        buckets[bound] = so_far
    return Durations(buckets=buckets, count=int(found[COUNT]), sum_s=float(found.get(SUM, 0)))
