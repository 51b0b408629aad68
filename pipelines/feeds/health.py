"""How a feed is doing, in one word and one sentence, from its last polls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from pipelines.models import Poll

DOWN_AFTER_FAILURES = 5
FLAKY_SHARE = 0.25
QUIET_AFTER_S = 3 * 24 * 3600.0

ENOUGH_ARRIVALS = 20
"""The least number of polls with new entries from which the pauses between them say what is usual."""

LONG_PAUSES = 3.0
SHORTEST_SILENCE_S = 3600.0
SILENT_AFTER_S = 24 * 3600.0
"""A watch without enough arrivals to judge by: some feed of a country has something new every day."""


class FeedState(StrEnum):
    """What a person should think of a feed; none of these words stops the polling."""

    NEW = "new"
    OK = "ok"
    QUIET = "quiet"
    FLAKY = "flaky"
    FAILING = "failing"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    state: FeedState
    sentence: str


def health(polls: Sequence[Poll], *, now: float, last_new_at: float = 0.0) -> FeedHealth:
    """Judge a feed by its polls, newest first.

    `last_new_at` is the epoch second of its last new entry, 0 if there was none.
    """
    if not polls:
        return FeedHealth(state=FeedState.NEW, sentence="not polled yet")
    failures = next((number for number, poll in enumerate(polls) if poll.ok), len(polls))
    if failures:
        state = FeedState.DOWN if failures >= DOWN_AFTER_FAILURES else FeedState.FAILING
        return FeedHealth(state=state, sentence=f"{_times(failures)}: {polls[0].note or 'failed'}")
    failed = sum(not poll.ok for poll in polls)
    if failed >= FLAKY_SHARE * len(polls):
        return FeedHealth(state=FeedState.FLAKY, sentence=f"{failed} of the last {len(polls)} polls failed")
    # Without a word about new entries, the silence began at the first poll we remember, at the latest.
    newest = last_new_at or next((poll.at for poll in polls if poll.new), polls[-1].at)
    if now - newest >= QUIET_AFTER_S:
        return FeedHealth(state=FeedState.QUIET, sentence=f"nothing new for {(now - newest) / 86400:.0f} days")
    return FeedHealth(state=FeedState.OK, sentence="answers and publishes")


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
