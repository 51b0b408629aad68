"""Whether there are more reports than chance explains, and the numbers that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, lgamma, log
from statistics import fmean, median

from pipelines.alerts.alert import SPIKE
from pipelines.alerts.file_format import LEAST_WEEKS, SpikeRule
from pipelines.alerts.signals import Signal
from pipelines.search.baselines import EVERYWHERE, Baseline
from pipelines.time_zone import KAZAKHSTAN

HALF = 0.5
"""What is added to a count of nothing, so that a first report in eight weeks is not impossible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual in this hour of the week: median of the weeks, and how far counts lie apart (variance)."""

    median: float
    mean: float
    variance: float


def usual_of(weeks: Sequence[int]) -> Usual:
    """Return what is usual.

    The greatest week is left out of the variance: a spike of last month must not hide that of today. What is not known
    of the mean after so few weeks is added to the variance.
    """
    middle = median(weeks)
    mean = middle + HALF / len(weeks)
    kept = sorted(weeks)[:-1]
    apart = fmean((count - middle) ** 2 for count in kept)
    return Usual(median=middle, mean=mean, variance=max(apart, mean) + mean / len(weeks))


def chance_of(count: int, usual: Usual) -> float:
    """Return how likely it is that this many reports or more come by chance.

    The tail of the negative binomial distribution of that mean and variance, which is wider than that of Poisson.
    """
    size = usual.mean**2 / (usual.variance - usual.mean)
    share = usual.mean / usual.variance
    below = sum(
        exp(lgamma(size + k) - lgamma(size) - lgamma(k + 1) + size * log(share) + k * log(1 - share))
        for k in range(count)
    )
    return max(0.0, 1.0 - below)


def spikes(rule: SpikeRule, found: Mapping[tuple[str, str], Baseline], *, regions: bool, now: float) -> list[Signal]:
    """Return where there are more reports than usual. A topic in the whole country is one only if no region of it is.

    regions: whether regions are asked for by name; then the whole country is not looked at.
    """
    signals: list[Signal] = []
    for (topic, region), baseline in sorted(found.items(), key=lambda each: (each[0][1] == EVERYWHERE, each[0])):
        known = {signal.topics for signal in signals}
        if region == EVERYWHERE and (regions or (topic,) in known):
            continue
        if signal := _spike(rule, topic, region, baseline, now=now):
            signals.append(signal)
    return signals


def _spike(rule: SpikeRule, topic: str, region: str, baseline: Baseline, *, now: float) -> Signal | None:
    if len(baseline.weeks) < LEAST_WEEKS or baseline.now < rule.least:
        return None
    usual = usual_of(baseline.weeks)
    if baseline.now <= usual.median or (chance := chance_of(baseline.now, usual)) >= rule.chance:
        return None
    where = region or "the whole country"
    weeks = ", ".join(f"{count}" for count in baseline.weeks)
    detail = (
        f"A publisher counts once an event. The same hours of the {len(baseline.weeks)} weeks before, the last first:"
        f" {weeks}. By chance {baseline.now} or more come {_often(chance)}."
    )
    return Signal(
        id="|".join([SPIKE, topic, region, datetime.fromtimestamp(now, KAZAKHSTAN).strftime("%Y-%m-%d")]),
        unit=SPIKE,
        title=f"{topic} in {where}: {baseline.now} reports in {rule.hours:g} hours, usual are {usual.median:g}",
        detail=detail,
        severity=rule.severity,
        topics=(topic,),
        regions=(region,) if region else (),
        measure=float(baseline.now),
    )


MILLION = 1_000_000


def _often(chance: float) -> str:
    return "less than once in a million times" if chance * MILLION < 1 else f"once in {round(1 / chance):,} times"
