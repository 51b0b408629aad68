"""What the state knows of feeds and sightings → documents of the second index, one `kind` each.

poll      one look at a feed; `result`: new, known (entries, none of them new), unchanged, failed
feed      how a feed is now, written over and over; `at` is when that was said
outcome   how many sightings of a source on a day ended so; written over while that day's articles are under way
account   a source's day as a whole: sighted, under way, and missing (0 when the books are right)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pipelines.models import Feed, Poll, VersionedDocument
from pipelines.time_zone import OFFSET
from worker.state import Account, FeedSnapshot

PollDocument: TypeAlias = VersionedDocument[Mapping[str, Any]]

MAX_NOTE_LETTERS = 300
"""A note is counted by its value, and the engine refuses a document for a keyword of 32,766 bytes."""

NOT_MODIFIED = 304
FAILED, UNCHANGED, KNOWN, NEW = "failed", "unchanged", "known", "new"


def feed_documents(snapshot: FeedSnapshot, feed: Feed, *, now: float) -> Iterator[PollDocument]:
    """Yield the feed as it is now, and every poll of its history."""
    yield _stated(snapshot, feed, now=now)
    for poll in snapshot.polls:
        yield _polled(poll, feed)


def account_documents(account: Account, *, family: str, now: float) -> Iterator[PollDocument]:
    """Yield the source's day, and one document for each way its sightings ended."""
    day = {"at": f"{account.day}T00:00:00.000{OFFSET}", "source": account.source, "family": family or account.source}
    counts = {"sighted": account.sighted, "under_way": account.under_way, "missing": account.missing}
    yield _document("account", (account.day, account.source), day | counts, at=now)
    for ended, count in sorted(account.outcomes.items()):
        outcome, _, reason = ended.partition(":")
        facts = day | {"outcome": outcome, "reason": reason[:MAX_NOTE_LETTERS], "count": count}
        yield _document("outcome", (account.day, account.source, ended), facts, at=now)


def result_of(poll: Poll) -> str:
    """Return in one word what a poll brought."""
    if not poll.ok:
        return FAILED
    if poll.status == NOT_MODIFIED or poll.note == "same":
        return UNCHANGED
    return NEW if poll.new else KNOWN


def _stated(snapshot: FeedSnapshot, feed: Feed, *, now: float) -> PollDocument:
    judged = snapshot.judged(now=now)
    facts = _names(feed) | {
        "at": _timestamp(now),
        "state": str(judged.state),
        "sentence": judged.sentence[:MAX_NOTE_LETTERS],
        "failures": snapshot.failures,
        "interval_seconds": round(snapshot.interval_s, 1),
        "last_ok_at": _timestamp(snapshot.last_ok_at) if snapshot.last_ok_at else "",
        "last_new_at": _timestamp(snapshot.last_new_at) if snapshot.last_new_at else "",
    }
    return _document("feed", (feed.id,), facts, at=now)


def _polled(poll: Poll, feed: Feed) -> PollDocument:
    facts = _names(feed) | {
        "at": _timestamp(poll.at),
        "result": result_of(poll),
        "status": poll.status,
        "bytes": poll.bytes,
        "entries": poll.entries,
        "new": poll.new,
        "known": poll.known,
        "took_seconds": round(poll.took_s, 3),
        "note": poll.note[:MAX_NOTE_LETTERS],
    }
    return _document("poll", (feed.id, str(round(poll.at * 1000))), facts, at=poll.at)


def _names(feed: Feed) -> dict[str, Any]:
    return {"feed": feed.id, "source": feed.source, "family": feed.family}


def _document(kind: str, names: tuple[str, ...], facts: Mapping[str, Any], *, at: float) -> PollDocument:
    """Absent facts are absent fields. The same thing said again has the same id and, later, a greater version."""
    name = hashlib.sha256("\x1f".join((kind, *names)).encode()).hexdigest()[:32]
    document = {"kind": kind, **{field: value for field, value in facts.items() if value != ""}}
    return VersionedDocument(name, max(1, round(at * 1000)), document)


def _timestamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
