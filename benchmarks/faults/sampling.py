"""What is seen of a watch while it runs: when each article ended, and how much memory the processes take."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import linear_regression

import psutil

from benchmarks.faults.faults import Done
from benchmarks.faults.house import House, patiently
from benchmarks.faults.newsroom import Expected

EVERY_S = 1.0
MEMORY_EVERY_S = 5.0
LEAST_SAMPLES = 12
BYTES_PER_MB = 1e6


@dataclass
class Sampler:
    """What each look adds to. `ended_s`: article → seconds of the plan at which its first outcome was seen."""

    house: House
    expected: Sequence[Expected]
    ended_s: dict[int, float] = field(default_factory=dict)
    memory: dict[tuple[str, int], list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    outbox_most: int = 0
    _weighed_at: float = 0.0

    def look(self) -> None:
        """Note what has ended, and now and then the memory."""
        patiently(self._note_ended)
        if time.monotonic() - self._weighed_at > MEMORY_EVERY_S:
            self._weighed_at = time.monotonic()
            self._weigh()

    def _note_ended(self) -> bool:
        newsroom, runtime = self.house.newsroom, self.house.runtime
        now_s, prefix = newsroom.now_s, runtime.settings.redis_prefix
        out = [each for each in self.expected if each.planned.number not in self.ended_s and each.planned.at_s <= now_s]
        pipeline = runtime.redis.pipeline(transaction=False)
        for each in out:
            pipeline.hget(f"{prefix}article:{each.ids[0]}", "outcome")
        pipeline.hlen(f"{prefix}outbox:docs")
        *outcomes, waiting = pipeline.execute()
        self.outbox_most = max(self.outbox_most, int(waiting))
        for each, outcome in zip(out, outcomes, strict=True):
            if outcome:
                self.ended_s[each.planned.number] = now_s
        return True

    def _weigh(self) -> None:
        for name, pid in self.house.pids().items():
            try:
                size = psutil.Process(pid).memory_info().rss
            except psutil.Error:
                continue
            self.memory[name, pid].append((self.house.newsroom.now_s, size))

    # ------------------------------------------------------------ results

    def delays_s(self) -> list[float]:
        """Return the seconds from publication to the first outcome of each article, sorted."""
        return sorted(self.ended_s[each.planned.number] - each.planned.at_s for each in self._ended())

    def recovery_s(self, done: Done) -> float:
        """Return how long after a fault's end the last article had its outcome that was out by then.

        Faults that follow are in it.
        """
        out = [self.ended_s[each.planned.number] for each in self._ended() if each.planned.at_s <= done.ended_s]
        return max(max(out, default=0.0) - done.ended_s, 0.0)

    def slopes_mb_an_hour(self) -> dict[str, float]:
        """Return how fast each service's memory grows: its process that lived longest, the later half of its life."""
        slopes = {}
        for name in sorted({name for name, _ in self.memory}):
            longest = max((series for (who, _), series in self.memory.items() if who == name), key=len)
            later = longest[len(longest) // 2 :]
            if len(later) >= LEAST_SAMPLES:
                slopes[name] = round(linear_regression(*zip(*later, strict=True)).slope * 3600 / BYTES_PER_MB, 1)
        return slopes

    def _ended(self) -> Iterable[Expected]:
        return (each for each in self.expected if each.planned.number in self.ended_s)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the sorted values is; 0 without any."""
    return values[min(int(share * len(values)), len(values) - 1)] if values else 0.0
