"""A job that looks at one thing after the other, in an order that lasts, and remembers where it is."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from worker.rebuilds.jobs import Facts, Hold

BATCH = 50
BUDGET_S = 8.0
PATIENT_TRIES = 2
"""What has ended so many workers by itself is left out."""

Item = TypeVar("Item")


class Sweep(ABC, Generic[Item]):
    """Batches until BUDGET_S are over; after a worker's death singly, so that the one that caused it can be left out.

    Its facts: `after` (the last item's key), `done`, `total`, `changed`, `failed`, and the job's own.
    """

    batch = BATCH

    @abstractmethod
    def next_items(self, facts: Facts, *, limit: int) -> Sequence[Item]:
        """What comes after `facts["after"]`; nothing at the end."""

    @abstractmethod
    def key_of(self, item: Item) -> str:
        """By what the order goes."""

    @abstractmethod
    def handle(self, items: Sequence[Item]) -> Mapping[str, int]:
        """Do it; name of a count → how much to add. Doing it again must be harmless."""

    @abstractmethod
    def end_of_pass(self, facts: Facts) -> Facts:
        """All were looked at: the end, or the beginning of another pass."""

    def advance(self, facts: Facts, *, tries: int, hold: Hold) -> Facts:
        ends_at, singly = time.monotonic() + BUDGET_S, tries > 1
        while time.monotonic() < ends_at:
            items = self.next_items(facts, limit=1 if singly else self.batch)
            if not items:
                return self.end_of_pass(facts)
            counts = self.handle(items) if tries <= PATIENT_TRIES else {"failed": 1}
            facts = _counted(facts, {"done": len(items), **counts}) | {"after": self.key_of(items[-1])}
            hold(facts)
            tries = min(tries, PATIENT_TRIES)
        return facts

    def abandon(self, facts: Facts) -> None:
        """What is done stays done: every document is right by itself."""

    def waits(self, facts: Facts) -> bool:
        del facts
        return False


def begin_sweep(step: str, *, total: int, **own: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """The facts at the beginning."""
    return {"step": step, "after": "", "done": 0, "total": total, "changed": 0, "failed": 0, **own}


def _counted(facts: Facts, counts: Mapping[str, int]) -> dict[str, Any]:
    totals = Counter({name: facts.get(name, 0) for name in counts})
    totals.update(counts)
    return {**facts, **totals, "total": max(facts["total"], totals["done"])}
