"""How a feed publishes, learned entry by entry, and the wait that this is worth.

A request costs as much as `request_cost_s` article-seconds. After a look, the articles that are expected wait and cost
more with every second; the next look is worth its request when their waiting adds up to that cost. At a steady rate r
this is T = sqrt(2 · cost / r), the square root that is optimal for a crawler's requests over pages (Azar, Horvitz,
Lubetzky, Peres, Shahaf: Tractable near-optimal policies for crawling, PNAS 2018); for a feed that publishes at fixed
minutes it is a look just after them, and none before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import exp, sqrt
from typing import Any

from pipelines.time_zone import KAZAKHSTAN

HOURS, DAYS, MINUTES = 24, 7, 12
WEEK_S = 7 * 86_400.0
STEP_S = 300.0
MEMORY_S = 28 * 86_400.0
"""What was learned fades by this time constant: a newsroom that changes its hours is known again within a month."""

QUIET_SHARE = 0.3
"""The least share of the mean rate that any hour is given: news breaks at night too, and must not wait for morning."""

LEAST_FACTOR = 0.02
"""No hour and no minute is taken for dead."""

BURST_S = 2_400.0
"""After an article the next comes sooner: breaking news is published in pieces for about forty minutes."""

BURST_SHARE = 0.25
FIRST_RATE = 1 / 3600
FIRST_S = 2 * 86_400.0
"""What a new feed is taken for: one article an hour, as if it had been watched for two days."""

SHORTEST_HISTORY_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Counts of a feed's articles, fading: by hour, weekday and five minutes of the hour, in Kazakhstan's time.

    `watched_s`: the fading time that the counts belong to; `at`: when they were last brought up to date (epoch second);
    `recent`: the fading number of articles of the last `BURST_S`; `roots`: that of articles which no earlier one
    announced, so that `articles / roots` is how many come at once.
    """

    hours: tuple[float, ...] = (0.0,) * HOURS
    days: tuple[float, ...] = (0.0,) * DAYS
    minutes: tuple[float, ...] = (0.0,) * MINUTES
    watched_s: float = FIRST_S
    articles: float = FIRST_RATE * FIRST_S
    roots: float = FIRST_RATE * FIRST_S
    recent: float = 0.0
    at: float = 0.0

    @property
    def clump(self) -> float:
        """How many articles one piece of news brings, at least 1."""
        return max(1.0, round(self.articles / self.roots, 1)) if self.roots > 0 else 1.0


def first_rhythm(published: Iterable[float], *, now: float) -> Rhythm:
    """Return what a feed's first document teaches: its articles, and how long they go back, at most the memory."""
    moments = sorted(moment for moment in published if now - MEMORY_S < moment <= now)
    if not moments:
        return Rhythm(at=now)
    listed_s = max(now - moments[0], SHORTEST_HISTORY_S)
    return learned(Rhythm(at=now, watched_s=listed_s, articles=0.0, roots=0.0), moments, now=now)


def rhythm_from(fields: Mapping[str, Any]) -> Rhythm:
    """Read a rhythm from plain lists and numbers, as `dataclasses.asdict` gives them."""
    profiles = {name: tuple(map(float, fields[name])) for name in ("hours", "days", "minutes")}
    return Rhythm(**{"roots": fields["articles"], **fields, **profiles})


def learned(rhythm: Rhythm, published: Iterable[float], *, now: float) -> Rhythm:
    """Return the rhythm after a look at `now` that found articles published at these epoch seconds."""
    elapsed_s = max(0.0, now - rhythm.at) if rhythm.at else 0.0
    kept, warm = exp(-elapsed_s / MEMORY_S), exp(-elapsed_s / BURST_S)
    counts = {name: [kept * count for count in getattr(rhythm, name)] for name in ("hours", "days", "minutes")}
    moments = sorted(published)
    for moment in moments:
        hour, day, minute = _bins(moment)
        counts["hours"][hour] += 1
        counts["days"][day] += 1
        counts["minutes"][minute] += 1
    return Rhythm(
        hours=tuple(counts["hours"]),
        days=tuple(counts["days"]),
        minutes=tuple(counts["minutes"]),
        watched_s=kept * rhythm.watched_s + elapsed_s,
        articles=kept * rhythm.articles + len(moments),
        roots=kept * rhythm.roots + _roots(rhythm, moments),
        recent=warm * rhythm.recent + sum(exp(-max(0.0, now - moment) / BURST_S) for moment in moments),
        at=now,
    )


def rate_at(rhythm: Rhythm, moment: float) -> float:
    """Return the articles a second that are expected at an epoch second."""
    usual = usual_rate_at(rhythm, moment)
    unusual = max(0.0, rhythm.recent / BURST_S - usual) * exp(-max(0.0, moment - rhythm.at) / BURST_S)
    return usual + BURST_SHARE * unusual


def usual_rate_at(rhythm: Rhythm, moment: float) -> float:
    """Return the articles a second that hour, weekday and minute let one expect, whatever came just now."""
    hour, day, minute = _bins(moment)
    clump = rhythm.clump
    profile = _factors(rhythm.hours, clump)[hour] * _factors(rhythm.days, clump)[day]
    return rhythm.articles / rhythm.watched_s * max(profile, QUIET_SHARE) * _factors(rhythm.minutes, clump)[minute]


def expected_articles(rhythm: Rhythm, since: float, *, until: float) -> float:
    """Return how many articles the rhythm lets one expect between two epoch seconds, in steps of an hour.

    A quiet hour counts as it is: no article at night is no silence. Whole weeks count at the mean rate.
    """
    mean, clump = rhythm.articles / rhythm.watched_s, rhythm.clump
    weeks, rest_s = divmod(max(0.0, until - since), WEEK_S)
    hours, days = _factors(rhythm.hours, clump), _factors(rhythm.days, clump)
    expected, at = 0.0, until - rest_s
    while at < until:
        step_s = min(3600.0, until - at)
        hour, day, _ = _bins(at)
        expected, at = expected + hours[hour] * days[day] * step_s, at + step_s
    return mean * (expected + weeks * WEEK_S)


def _roots(rhythm: Rhythm, moments: Iterable[float]) -> float:
    """Return how many of these articles were not announced by one before them: of bursts the first, of others all.

    Each counts by the chance that it came at the usual rate and not out of a burst (stochastic declustering: Zhuang,
    Ogata, Vere-Jones, JASA 2002).
    """
    roots, recent, at = 0.0, rhythm.recent, rhythm.at
    for moment in moments:
        recent *= exp(-max(0.0, moment - at) / BURST_S)
        usual = usual_rate_at(rhythm, moment) if rhythm.articles else 0.0
        excess = max(0.0, recent / BURST_S - usual)
        roots += usual / (usual + excess) if excess else 1.0
        recent, at = recent + 1, moment
    return roots


def worthwhile_wait_s(rhythm: Rhythm, *, now: float, request_cost_s: float, longest_s: float) -> float:
    """Return how many seconds after a look at `now` the next is worth a request.

    request_cost_s: the article-seconds of waiting that one request may cost. longest_s: a bound of the answer.
    """
    unseen, cost_left, passed_s = 0.0, request_cost_s, 0.0
    while passed_s < longest_s:
        step_s = STEP_S - (now + passed_s) % STEP_S
        rate = rate_at(rhythm, now + passed_s)
        cost = unseen * step_s + rate * step_s**2 / 2
        if cost >= cost_left:
            return min(passed_s + _reached_s(unseen, rate, cost_left), longest_s)
        unseen, cost_left, passed_s = unseen + rate * step_s, cost_left - cost, passed_s + step_s
    return longest_s


def _reached_s(unseen: float, rate: float, cost: float) -> float:
    """Return when the waiting of `unseen` articles, and of those that come, adds up to `cost`."""
    return 2 * cost / (unseen + sqrt(unseen**2 + 2 * rate * cost))


@lru_cache(maxsize=512)
def _factors(counts: tuple[float, ...], clump: float) -> tuple[float, ...]:
    """Return how much more than usual each bin has, drawn towards 1 as far as chance can explain the differences.

    Chance gives a chi-square of about the number of bins less one (James and Stein's way to shrink), and as much again
    for each article that comes along with another: a few bursts are no hours of the day.
    """
    bins, usual = len(counts), sum(counts) / len(counts)
    spread = sum((count - usual) ** 2 for count in counts) / usual / clump if usual else 0.0
    trust = max(0.0, 1 - (bins - 1) / spread) if spread else 0.0
    return tuple(max(LEAST_FACTOR, 1 + trust * (count / usual - 1)) if usual else 1.0 for count in counts)


def _bins(moment: float) -> tuple[int, int, int]:
    local = datetime.fromtimestamp(moment, KAZAKHSTAN)
    return local.hour, local.weekday(), local.minute // (60 // MINUTES)
