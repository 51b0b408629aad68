"""What waits, and how long it will take. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from worker.answers.wording import duration

if TYPE_CHECKING:
    from worker.state.pace import PacePoint

MEASURED_S = 300.0
LONGEST_GAP_S = 90.0
"""A longer time between two points is one without ticks: it says nothing about the speed of the work."""

MANY = 100
"""Fewer articles than this may well wait for a single slow site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Articles that are due and wait. `a_minute`: how many ended a minute lately while some waited, None if unknown.

    takes_s: how long the backlog takes at that rate if nothing new comes in; None if it is not known or nothing ends.
    """

    articles: int
    a_minute: float | None = None
    takes_s: float | None = None

    def __str__(self) -> str:
        if not self.articles:
            return "nothing waits"
        waiting = f"{self.articles:,} articles"
        if self.a_minute is None:
            return f"{waiting}; how fast they end is not known yet"
        if self.takes_s is None:
            return f"{waiting}; none has ended lately"
        return f"{waiting}, {self.a_minute:,.0f} end a minute: about {duration(self.takes_s)}"

    def problems(self) -> list[str]:
        """Name a backlog that does not move."""
        if self.articles < MANY or self.a_minute is None or self.takes_s is not None:
            return []
        return [f"{self.articles:,} articles wait, and none has ended for {duration(MEASURED_S)}."]


def backlog_of(points: Sequence[PacePoint], *, waiting: int, now: float) -> Backlog:
    """Measure the rate over the half minutes of the last MEASURED_S at both ends of which articles waited.

    points: newest first. A time without a backlog shows how much came in, not how fast the watch can be.
    """
    busy = [
        (later.at - earlier.at, later.ended - earlier.ended)
        for later, earlier in pairwise(points)
        if earlier.waiting and later.waiting and _is_measure(earlier, later, now=now)
    ]
    if not busy:
        return Backlog(articles=waiting)
    a_second = sum(ended for _, ended in busy) / sum(took_s for took_s, _ in busy)
    takes_s = waiting / a_second if a_second else None
    return Backlog(articles=waiting, a_minute=round(a_second * 60, 1), takes_s=takes_s and round(takes_s, 1))


def _is_measure(earlier: PacePoint, later: PacePoint, *, now: float) -> bool:
    """True if the two points are recent, in order and close together: clocks and states may have been set back."""
    is_recent = now - MEASURED_S <= earlier.at <= later.at <= now
    return is_recent and 0 < later.at - earlier.at <= LONGEST_GAP_S and later.ended >= earlier.ended
