"""A rebuild that looks at one item after the other, in a lasting order, and remembers where it is."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from worker.rebuilds.rebuilder import Checkpoint, Progress

BATCH = 50
BUDGET_S = 8.0
PATIENT_ATTEMPTS = 2
"""An item that ended more workers than this is skipped."""

Item = TypeVar("Item")


class Sweep(ABC, Generic[Item]):
    """Batches until BUDGET_S are over; after a worker's death one by one, to skip the item that caused it.

    Its progress: `after` (the last item's key), `done`, `total`, `changed`, `failed`, and what its kind adds.
    """

    batch = BATCH

    @abstractmethod
    def next_items(self, progress: Progress, *, limit: int) -> Sequence[Item]:
        """Return what comes after `progress["after"]`; nothing at the end."""

    @abstractmethod
    def key_of(self, item: Item) -> str:
        """Return the key that gives the order."""

    @abstractmethod
    def handle(self, items: Sequence[Item]) -> Mapping[str, int]:
        """Do it; name of a count → how much to add. Doing it again must be harmless."""

    @abstractmethod
    def end_of_pass(self, progress: Progress) -> Progress:
        """Return the progress after the last item: done, or the beginning of another pass."""

    def advance(self, progress: Progress, *, attempts: int, checkpoint: Checkpoint) -> Progress:
        ends_at, singly = time.monotonic() + BUDGET_S, attempts > 1
        while time.monotonic() < ends_at:
            items = self.next_items(progress, limit=1 if singly else self.batch)
            if not items:
                return self.end_of_pass(progress)
            counts = self.handle(items) if attempts <= PATIENT_ATTEMPTS else {"failed": 1}
            progress = _counted(progress, {"done": len(items), **counts}) | {"after": self.key_of(items[-1])}
            checkpoint(progress)
            attempts = min(attempts, PATIENT_ATTEMPTS)
        return progress

    def abandon(self, progress: Progress) -> None:
        """What is done stays done: every document is right by itself."""

    def waits(self, progress: Progress) -> bool:
        del progress
        return False


def begin_sweep(step: str, *, total: int, **own: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """Return the progress at the beginning."""
    return {"step": step, "after": "", "done": 0, "total": total, "changed": 0, "failed": 0, **own}


def _counted(progress: Progress, counts: Mapping[str, int]) -> dict[str, Any]:
    totals = Counter({name: progress.get(name, 0) for name in counts})
    totals.update(counts)
    return {**progress, **totals, "total": max(progress["total"], totals["done"])}
