"""The polling policy against fixed intervals, on a year of synthetic publication, at the same number of requests.

For each pattern of publishing: requests an article, and how long after its publication an article is seen (median and
95th percentile), for a fixed interval, for a rule that lengthens the interval while polls bring nothing (Media Cloud's
share of known entries), and for kuzet's. The bound is the least mean delay that any policy reaches at that number of
requests if it knows the true rates (Azar and others, PNAS 2018). Run: python -m benchmarks.polling
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, quantiles

from pipelines.feeds.rhythm import Rhythm, learned, worthwhile_wait_s

DAY_S = 86_400.0
YEAR_S = 365 * DAY_S
START = 1_735_671_600.0  # 2025-01-01 00:00 in Kazakhstan
FIXED_S = 1_800.0
SHORTEST_S, LONGEST_S = 120.0, DAY_S
BIN_S = 300.0
SEED = 7

Rate = Callable[[float], float]
"""Seconds since the start → articles a second."""

Looks = Iterator[tuple[float, Callable[[list[float]], None]]]
Policy = Callable[[], Looks]
"""When a policy looks, each time with what learns from what was found."""

NEAR = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a policy reached on one pattern. Delays in seconds; `requests` of the whole year."""

    requests: int
    delays: Sequence[float]

    @property
    def mean(self) -> float:
        return fmean(self.delays) if self.delays else 0.0

    @property
    def percentiles(self) -> tuple[float, float]:
        if len(self.delays) < 20:
            return (0.0, 0.0)
        cuts = quantiles(self.delays, n=20)
        return cuts[9], cuts[18]


def hour(at: float) -> float:
    return at % DAY_S / 3600


def day(at: float) -> int:
    return int(at // DAY_S + 2) % 7  # the year begins on a Wednesday


def steady(_: float) -> float:
    return 1 / 3600


def daily(at: float) -> float:
    return 6 / 3600 if 9 <= hour(at) < 10 else 0.02 / 3600


def office(at: float) -> float:
    return (2.5 if 9 <= hour(at) < 18 and day(at) < 5 else 0.1) / 3600


def night(at: float) -> float:
    return (2 if hour(at) >= 22 or hour(at) < 5 else 0.1) / 3600


def clocked(at: float) -> float:
    return 1 / 300 if at % 3600 < BIN_S and 8 <= hour(at) < 21 else 0.0


def dead(_: float) -> float:
    return 1 / (60 * DAY_S)


def waking(at: float) -> float:
    return 1 / 3600 if at > YEAR_S / 2 else 1 / (30 * DAY_S)


def busy(at: float) -> float:
    return (12 if 7 <= hour(at) < 23 else 2) / 3600


PATTERNS: dict[str, Rate] = {
    "steady": steady, "busy": busy, "office": office, "daily": daily, "night": night, "clocked": clocked,
    "dead": dead, "waking": waking,
}  # fmt: skip


UNBOUND = frozenset({"burst", "clocked"})
"""Patterns whose articles do not come independently of each other: the bound does not hold for them."""


def arrivals(rate: Rate, dice: random.Random) -> list[float]:
    """Draw a year of articles from a rate that changes every five minutes at most."""
    moments: list[float] = []
    at = 0.0
    while at < YEAR_S:
        expected = rate(at) * BIN_S
        while expected > 0 and (gap := dice.expovariate(expected)) < 1:
            moments.append(at + gap * BIN_S)
            expected *= 1 - gap
        at += BIN_S
    return sorted(moments)


def bursts(dice: random.Random) -> list[list[float]]:
    """Draw a year of quiet days with about one event each published in a dozen pieces within two hours."""
    drawn = []
    at = 0.0
    while (at := at + dice.expovariate(1 / (0.8 * DAY_S))) < YEAR_S:
        pieces = [at]
        for _ in range(dice.randint(4, 20) - 1):
            pieces.append(pieces[-1] + dice.expovariate(1 / 480))
        drawn.append([piece for piece in pieces if piece < YEAR_S])
    return drawn


def moments_of(drawn: Sequence[Sequence[float]]) -> list[float]:
    return sorted(piece for pieces in drawn for piece in pieces)


def seen(moments: Sequence[float], looks: Looks) -> Outcome:
    """Let a policy look until the year ends; it is given what each look found."""
    delays: list[float] = []
    place = requests = 0
    for at, learn in looks:
        if at >= YEAR_S:
            break
        found = []
        while place < len(moments) and moments[place] <= at:
            found.append(moments[place])
            place += 1
        delays += [at - moment for moment in found]
        requests += 1
        learn(found)
    return Outcome(requests=requests, delays=delays)


def _forget(_: list[float]) -> None:
    """Learn nothing from what was found."""


class Fixed:
    """Looks every `interval_s`, from a moment of its own in the first interval."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s

    def __call__(self) -> Looks:
        at = self.interval_s * 0.618
        while True:
            yield at, _forget
            at += self.interval_s


class DuplicateShare:
    """Media Cloud's rule: sooner when more than nine tenths of a poll are new, later when a tenth or less is."""

    def __init__(self, scale: float, listed: int = 20) -> None:
        self.scale, self.listed, self.interval_s = scale, listed, FIXED_S

    def __call__(self) -> Looks:
        at = self.interval_s
        while True:
            yield at, self._learn
            at += min(max(self.interval_s * self.scale, SHORTEST_S), LONGEST_S)

    def _learn(self, found: list[float]) -> None:
        share = min(1.0, len(found) / self.listed)
        self.interval_s *= 0.7 if share > 0.05 else 1.3 if not found else 1.0
        self.interval_s = min(max(self.interval_s, SHORTEST_S), LONGEST_S)


class Worthwhile:
    """kuzet's rule: the next look is when it is worth its request."""

    def __init__(self, request_cost_s: float) -> None:
        self.request_cost_s = request_cost_s
        self.rhythm = Rhythm(at=START)
        self.at = FIXED_S

    def __call__(self) -> Looks:
        while True:
            yield self.at, self._learn
            wait_s = worthwhile_wait_s(
                self.rhythm, now=START + self.at, request_cost_s=self.request_cost_s, longest_s=LONGEST_S
            )
            self.at += max(wait_s, SHORTEST_S)

    def _learn(self, found: list[float]) -> None:
        self.rhythm = learned(self.rhythm, [START + moment for moment in found], now=START + self.at)


class KnownBursts:
    """Looks in one interval in quiet times and in another while a burst lasts: its end is known beforehand."""

    def __init__(self, drawn: Sequence[Sequence[float]], *, quiet_s: float, burst_s: float) -> None:
        self.spans = [(pieces[0], pieces[-1]) for pieces in drawn]
        self.quiet_s, self.burst_s = quiet_s, burst_s

    def __call__(self) -> Looks:
        at, number = self.quiet_s * 0.618, 0
        while True:
            yield at, _forget
            while number < len(self.spans) and self.spans[number][1] < at:
                number += 1
            lasts = number < len(self.spans) and self.spans[number][0] <= at
            at += self.burst_s if lasts else self.quiet_s


def best_with_known_bursts(drawn: Sequence[Sequence[float]], *, wanted: int) -> float:
    """Return the least 95th percentile (seconds) of two intervals that make the wanted number of requests."""
    moments, best = moments_of(drawn), float("inf")
    for quiet_s in range(1_800, 2_100, 30):
        for burst_s in range(480, 1_800, 60):
            found = seen(moments, KnownBursts(drawn, quiet_s=quiet_s, burst_s=burst_s)())
            if abs(found.requests - wanted) <= NEAR * wanted:
                best = min(best, found.percentiles[1])
    return best


def at_requests(make: Callable[[float], Policy], moments: Sequence[float], *, wanted: int, power: int) -> Outcome:
    """Turn a policy's one knob until it makes the wanted number of requests, which fall with its root of this power."""
    knob = 1.0
    for _ in range(8):
        outcome = seen(moments, make(knob)())
        if abs(outcome.requests - wanted) <= NEAR * wanted:
            break
        knob *= (outcome.requests / wanted) ** power
    return outcome


def bound_s(rate: Rate, requests: int) -> float:
    """Return the least mean delay: looks in proportion to the root of the true rate, never nearer than the shortest."""
    roots = [sqrt(rate(number * BIN_S)) for number in range(int(YEAR_S / BIN_S))]
    total, articles = sum(roots) * BIN_S, sum(root * root for root in roots) * BIN_S
    waits = [min(max(total / requests / root, SHORTEST_S), LONGEST_S) if root else 0.0 for root in roots]
    return sum(root * root * wait / 2 for root, wait in zip(roots, waits, strict=True)) * BIN_S / articles


def main() -> int:
    """Print the table: all patterns, or those that are named."""
    names = f"{'pattern':<9}{'articles':>9}{'requests':>9}  p50/p95 in minutes:  {'fixed':<12}"
    print(f"{names}{'share rule':<12}{'kuzet':<12}{'mean/bound':>10}{'p95/fixed':>10}")
    for name in sys.argv[1:] or (*PATTERNS, "burst"):
        print(row(name), flush=True)
    drawn = bursts(random.Random(SEED))
    fixed = seen(moments_of(drawn), Fixed(FIXED_S)()).percentiles[1]
    best = best_with_known_bursts(drawn, wanted=int(YEAR_S / FIXED_S)) / fixed
    print(f"Two intervals that change at the true end of each burst reach p95/fixed {best:.2f} on bursts")
    return 0


def row(name: str) -> str:
    """Run the three policies on one pattern. `-`: there is no bound, or too few articles."""
    dice = random.Random(SEED)
    moments = moments_of(bursts(dice)) if name == "burst" else arrivals(PATTERNS[name], dice)
    wanted = int(YEAR_S / FIXED_S)
    fixed = seen(moments, Fixed(FIXED_S)())
    share = at_requests(DuplicateShare, moments, wanted=wanted, power=1)
    ours = at_requests(Worthwhile, moments, wanted=wanted, power=2)
    bound = "-" if name in UNBOUND else f"{ours.mean / bound_s(PATTERNS[name], ours.requests):.2f}"
    kept = f"{ours.percentiles[1] / fixed.percentiles[1]:.2f}" if fixed.percentiles[1] else "-"
    columns = "".join(f"{_minutes(each):<12}" for each in (fixed, share, ours))
    return f"{name:<9}{len(moments):>9}{ours.requests:>9}{'':22}{columns}{bound:>10}{kept:>10}"


def _minutes(outcome: Outcome) -> str:
    return "/".join(f"{seconds / 60:.1f}" for seconds in outcome.percentiles)


if __name__ == "__main__":
    sys.exit(main())
