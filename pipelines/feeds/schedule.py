"""When to look at a feed again: the whole polling policy."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.feeds.rhythm import Rhythm, worthwhile_wait_s
from pipelines.models import Validators

LONGEST_WISH_S = 24 * 3600.0
"""A site may ask us to stay away (Retry-After) for this long at most; then we ask again."""

LONGEST_HINT_S = 3600.0
"""A hint of the feed (ttl, sy:, Cache-Control, Expires) slows us down to this: templates say «daily» in busy feeds."""

REQUEST_COST_S = 120.0
"""A request is worth 120 seconds of an article's waiting: once in a quarter of an hour for one article an hour."""

NOT_MODIFIED_AT_MOST = 12
FULL_AFTER_S = 24 * 3600.0
FALSE_NOT_MODIFIED = "false 304"
"""The habit of a server that answers 304, or repeats its ETag, for a document that has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingPolicy:
    """Bounds of the wait between two polls, in seconds. A failing feed waits longer, up to `max_backoff_s`."""

    min_interval_s: float = 120.0
    max_interval_s: float = 24 * 3600.0
    max_backoff_s: float = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSigns:
    """What is known after a poll.

    How the feed publishes (None: unknown), how many polls in a row failed, how long the feed asks for silence
    (`ttl_s`: the longest of its hints), and until when the site refuses (`not_before`: Retry-After, epoch second).
    """

    rhythm: Rhythm | None = None
    failures: int = 0
    ttl_s: float = 0.0
    not_before: float = 0.0


def next_check_at(now: float, signs: PollSigns, *, policy: PollingPolicy) -> float:
    """Return the epoch second of the next poll.

    A healthy feed is looked at when the articles that are expected by then are worth a request (`Rhythm`), within the
    policy's bounds; its own hints can slow us down to an hour, no further. Failures double the wait up to
    the cap; no feed is ever switched off. Retry-After is obeyed for a day.
    """
    if signs.failures > 0:
        wait_s = min(policy.min_interval_s * 2.0 ** min(signs.failures, 30), policy.max_backoff_s)
    else:
        rhythm = signs.rhythm or Rhythm(at=now)
        wait_s = worthwhile_wait_s(rhythm, now=now, request_cost_s=REQUEST_COST_S, longest_s=policy.max_interval_s)
        hint_s = min(signs.ttl_s, LONGEST_HINT_S)
        wait_s = min(max(wait_s, hint_s, policy.min_interval_s), policy.max_interval_s)
    return max(now + wait_s, min(signs.not_before, now + LONGEST_WISH_S))


def may_ask_for_changes(*, not_modified: int, full_at: float, habits: frozenset[str], now: float) -> bool:
    """True if a 304 is worth having: not after a dozen of them, nor a day after the whole document came.

    Caches answer 304 for ever. A server that was caught at it (`FALSE_NOT_MODIFIED`) is asked for all each time.
    """
    if FALSE_NOT_MODIFIED in habits or not_modified >= NOT_MODIFIED_AT_MOST:
        return False
    return not full_at or now - full_at < FULL_AFTER_S


def is_false_not_modified(*, not_modified: int, before: Validators, after: Validators) -> bool:
    """True if a document changed behind 304 answers: another body came under the very validators that brought them."""
    same = (before.etag, before.last_modified) == (after.etag, after.last_modified)
    return not_modified > 0 and same and before.body_hash != after.body_hash
