"""What is seen of a watch while it runs: when each article ended, and how much memory the processes take."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

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
    """Looks each second. `ended_s`: article → seconds of the plan at which its first outcome was seen."""

    house: House
    expected: Sequence[Expected]
    ended_s: dict[int, float] = field(default_factory=dict)
    memory: dict[tuple[str, int], list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    outbox_most: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        weighed_at = 0.0
        while not self._over.wait(EVERY_S):
            patiently(self._note_ended)
            if time.monotonic() - weighed_at > MEMORY_EVERY_S:
                weighed_at = time.monotonic()
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
                slopes[name] = round(slope(later) * 3600 / BYTES_PER_MB, 1)
        return slopes

    def _ended(self) -> Iterable[Expected]:
        return (each for each in self.expected if each.planned.number in self.ended_s)


def slope(points: Sequence[tuple[float, int]]) -> float:
    """Fit a line by least squares; its slope in units a second."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the sorted values is; 0 without any."""
    return values[min(int(share * len(values)), len(values) - 1)] if values else 0.0
