"""How a feed is doing, in one word and one sentence, from its last polls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import exp
from statistics import median

from pipelines.feeds.rhythm import Rhythm, expected_articles
from pipelines.models import Poll

NOT_MODIFIED = 304

DOWN_AFTER_FAILURES = 5
FLAKY_SHARE = 0.25
UNUSABLE_SHARE = 0.5
"""From this share of unusable items on, a feed that answers is not healthy: perhaps it is we who cannot read it."""

SILENT_CHANCE = 0.001
"""A pause that a feed makes less often than once in a thousand times by chance is a silence."""

SHORTEST_PAUSE_S = 3 * 3600.0
QUIET_AFTER_S = 3 * 24 * 3600.0
"""A feed whose rhythm is not known yet."""

GONE_AFTER_POLLS = 30
GONE = "http_410"
_NOT_THERE = (GONE, "http_404", "dns")

ENOUGH_ARRIVALS = 20
"""The least number of polls with new entries from which the pauses between them say what is usual."""

LONG_PAUSES = 3.0
SHORTEST_SILENCE_S = 3600.0
SILENT_AFTER_S = 24 * 3600.0
"""A watch without enough arrivals to judge by: some feed of a country has something new every day."""


class FeedState(StrEnum):
    """What a person should think of a feed; none of these words stops the polling."""

    NEW = "new"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    SILENT = "silent"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """`chance`: how likely a pause as long as this one is while the feed goes on as usual; None where it is unknown."""

    state: FeedState
    sentence: str
    chance: float | None = None


def health(
    polls: Sequence[Poll], *, now: float, last_new_at: float = 0.0, rhythm: Rhythm | None = None, full_at: float = 0.0
) -> FeedHealth:
    """Judge a feed by its polls, newest first, and by its own rhythm.

    `last_new_at` is the epoch second of its last new entry, `full_at` that of its last whole document; 0 for none.
    """
    if not polls:
        return FeedHealth(state=FeedState.NEW, sentence="not polled yet")
    failures = next((number for number, poll in enumerate(polls) if poll.ok), len(polls))
    if failures:
        return _failing(polls, failures)
    if blind := _half_blind(polls):
        return FeedHealth(state=FeedState.DEGRADED, sentence=blind)
    # Without a word about new entries, the silence began at the first poll we remember, at the latest.
    newest = last_new_at or next((poll.at for poll in polls if poll.new), polls[-1].at)
    chance = pause_chance(rhythm, newest, now=now) if rhythm and now - newest >= SHORTEST_PAUSE_S else None
    if chance is None and now - newest >= QUIET_AFTER_S:
        return FeedHealth(state=FeedState.SILENT, sentence=f"nothing new for {_long(now - newest)}")
    if chance is not None and chance < SILENT_CHANCE:
        said = f"nothing new for {_long(now - newest)}, which its rhythm gives a chance of {_percent(chance)}"
        return FeedHealth(state=FeedState.SILENT, sentence=f"{said}; {_whose(polls[0], full_at, now)}", chance=chance)
    return FeedHealth(state=FeedState.HEALTHY, sentence="answers and publishes", chance=chance)


def pause_chance(rhythm: Rhythm, since: float, *, now: float) -> float:
    """Return how likely it is that a feed which goes on as usual has nothing new from `since` to `now`.

    What comes at once counts as one arrival, and arrivals come by chance at the rate of their hour and weekday.
    """
    return exp(-expected_articles(rhythm, since, until=now) / rhythm.clump)


def _failing(polls: Sequence[Poll], failures: int) -> FeedHealth:
    note = polls[0].note or "failed"
    lasting = failures >= GONE_AFTER_POLLS and note.startswith(_NOT_THERE)
    state = FeedState.GONE if lasting or note.startswith(GONE) else FeedState.FAILING
    return FeedHealth(state=state, sentence=f"{_times(failures)}: {note}")


def _half_blind(polls: Sequence[Poll]) -> str:
    """Say what a feed that answers lacks, an empty string when it is nothing."""
    failed = sum(not poll.ok for poll in polls)
    if failed >= FLAKY_SHARE * len(polls):
        return f"{failed} of the last {len(polls)} polls failed"
    read = next((poll for poll in polls if poll.read), None)
    unusable = sum(read.dropped.values()) if read else 0
    if read and unusable >= UNUSABLE_SHARE * read.read:
        return f"{unusable} of its {read.read} items cannot be used ({', '.join(sorted(read.dropped))})"
    return ""


def _whose(poll: Poll, full_at: float, now: float) -> str:
    """Say whose silence it is: a 304 may be a cache's, a whole document without news is the publisher's."""
    if poll.status == NOT_MODIFIED:
        since = f"its whole document was read {_long(now - full_at)} ago" if full_at else "it was not read whole yet"
        return f"the server answers 304, and {since}"
    return "its document was read whole and lists nothing new, so the publisher is silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long all feeds together have brought nothing new, and what is usual (0 where it is not known)."""

    lasting_s: float
    usual_s: float = 0.0
    longest_s: float = 0.0

    @property
    def is_unusual(self) -> bool:
        if not self.longest_s:
            return self.lasting_s >= SILENT_AFTER_S
        return self.lasting_s >= max(SHORTEST_SILENCE_S, LONG_PAUSES * self.longest_s)


def silence(arrived_at: Iterable[float], *, polled_at: float, last_new_at: float = 0.0) -> Silence:
    """Compare the silence up to the newest poll with the pauses before it.

    arrived_at: epoch seconds of the polls that brought something new, of all feeds, in any order. A watch that was off
    polled nothing, so it has no pause until it polls again.
    """
    moments = sorted(arrived_at)
    last = max([last_new_at, *moments[-1:]])
    if not last:
        return Silence(lasting_s=0.0)
    lasting = max(0.0, polled_at - last)
    if len(moments) < ENOUGH_ARRIVALS:
        return Silence(lasting_s=lasting)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    return Silence(lasting_s=lasting, usual_s=median(pauses), longest_s=max(pauses))


def _times(count: int) -> str:
    return "failed once" if count == 1 else f"failed {count} times in a row"


def _long(seconds: float) -> str:
    return f"{seconds / 86_400:.0f} days" if seconds >= 2 * 86_400 else f"{seconds / 3600:.0f} h"


def _percent(chance: float) -> str:
    return f"{chance:.2%}" if chance >= 1e-4 else "less than 0.01%"  # noqa: PLR2004 - what two digits can show
