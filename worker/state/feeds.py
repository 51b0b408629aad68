"""Feeds: when they are polled, what they said last, which of their entries are known."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.feeds import Rhythm, rhythm_from
from pipelines.models import Feed, FeedFormat, Poll, Stage, Validators
from pipelines.urls import host_of
from worker.state.records import day_of, new_token, pairs, to_json
from worker.state.scripts import Argument, Scripts

MAX_ATTEMPTS = 3
GIVE_UP_S = 1800.0
SEEN_PER_ENTRY = 20
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedClaim:
    """The right to change a feed until `lease_until`. `page` and `poll` are set when it is claimed for parsing.

    `feed` is as the catalogue described it when it could last be read. `not_modified` counts the answers 304 since the
    whole document came, at `full_at`; `habits` are what the feed was seen to do (`pipelines.feeds.changes`), `rhythm`
    is how it publishes.
    """

    feed_id: str
    feed: Feed
    stage: Stage
    token: str
    attempts: int
    lease_until: float
    url: str
    host: str
    validators: Validators
    interval_s: float
    failures: int
    last_ok_at: float
    last_new_at: float
    page: str
    poll: Poll | None
    not_modified: int = 0
    full_at: float = 0.0
    habits: frozenset[str] = frozenset()
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSnapshot:
    """How a feed is. `state`: new, ok, failing or off; `polls`: newest first; `stage`: None when it is off."""

    feed_id: str
    url: str
    state: str
    stage: Stage | None
    next_at: float | None
    interval_s: float
    failures: int
    last_ok_at: float
    last_new_at: float
    validators: Validators
    seen: int
    polls: tuple[Poll, ...]
    habits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """Feeds whose watching began, moved to another address, or ended."""

    added: tuple[str, ...]
    moved: tuple[str, ...]
    removed: tuple[str, ...]


class Feeds:
    """The records of feeds. Every change is one script; a stale token changes nothing and gives False."""

    def __init__(self, scripts: Scripts, *, lease_s: Mapping[Stage, float]) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._lease_s = lease_s

    def sync(self, catalogue: Iterable[Feed], *, now: float) -> Synced:
        """Watch the catalogue's enabled feeds: new ones are due now, others stop, the rest goes on as it was."""
        feeds = [
            {
                "id": feed.id,
                "url": feed.url,
                "host": host_of(feed.url),
                "source": feed.source,
                "definition": _definition(feed),
            }
            for feed in catalogue
            if feed.enabled
        ]
        added, moved, removed = self._scripts.run("sync_feeds", feeds=to_json(feeds), now=now)
        return Synced(added=tuple(added.split()), moved=tuple(moved.split()), removed=tuple(removed.split()))

    def claim(self, feed_id: str, *, stage: Stage, now: float) -> FeedClaim | None:
        """Get the right to poll or parse the feed, or None. The fourth claim of a stage is booked as a failed poll."""
        gave_up = Poll(at=now, ok=False, note=f"gave up after {MAX_ATTEMPTS} attempts to {stage}")
        flat = self._scripts.run(
            "claim_feed",
            id=feed_id,
            stage=stage,
            token=new_token(),
            lease_s=self._lease_s[stage],
            max_attempts=MAX_ATTEMPTS,
            give_up_s=GIVE_UP_S,
            gave_up=_poll_json(gave_up),
            now=now,
        )
        return _claim(feed_id, pairs(flat)) if flat else None

    def fetched(self, claim: FeedClaim, *, page: str, validators: Validators, poll: Poll, now: float) -> bool:
        """Hand the stored page over to parsing. The answer's validators and the claim's habits are kept by `parsed`."""
        fetched = {"page": page, "poll": dataclasses.asdict(poll), "habits": _habits_text(claim.habits)}
        fetched |= dataclasses.asdict(validators)
        return self._change("fetched_feed", claim, now=now, fetched=to_json(fetched))

    def unchanged(
        self, claim: FeedClaim, *, poll: Poll, next_at: float, now: float, validators: Validators | None = None
    ) -> bool:
        """End a poll that brought nothing: 304, or the same body again (then with the answer that came along)."""
        believed = to_json(dataclasses.asdict(validators)) if validators else ""
        not_modified = poll.status == NOT_MODIFIED
        return self._end(
            "polled_feed",
            claim,
            poll=poll,
            next_at=next_at,
            now=now,
            validators=believed,
            not_modified=not_modified,
            rhythm=_rhythm_json(claim.rhythm),
        )

    def parsed(self, claim: FeedClaim, *, seen: Mapping[str, str], poll: Poll, next_at: float, now: float) -> bool:
        """End a poll whose entries are registered: keep validators and habits, refresh and trim `seen`.

        `seen` (key → trace) holds what is remembered of each entry, and of the marks by which it is known. The items of
        the document (`poll.read`) are booked beside what became of them.
        """
        listed = to_json({"hashes": seen, "cap": SEEN_PER_ENTRY * len(seen)}) if seen else ""
        return self._end(
            "polled_feed",
            claim,
            poll=poll,
            next_at=next_at,
            now=now,
            seen=listed,
            has_new=poll.new > 0,
            habits=_habits_text(claim.habits),
            rhythm=_rhythm_json(claim.rhythm),
        )

    def failed(self, claim: FeedClaim, *, poll: Poll, next_at: float, now: float) -> bool:
        """End a poll or parse that failed: one more failure; what was fetched is not believed. It is never given up."""
        return self._end("failed_feed", claim, poll=dataclasses.replace(poll, ok=False), next_at=next_at, now=now)

    def release(self, claim: FeedClaim, *, not_before: float, now: float, give_back_attempt: bool = False) -> bool:
        """Give the claim back until then. Pass give_back_attempt=True when only the host was busy."""
        return self._change("release_feed", claim, now=now, not_before=not_before, give_back_attempt=give_back_attempt)

    def seen(self, feed_id: str, keys: Iterable[str]) -> dict[str, str]:
        """Return what was remembered of these keys when the feed listed them last; keys it never listed are absent."""
        wanted = list(keys)
        if not wanted:
            return {}
        known = self._redis.hmget(self._scripts.key(f"feed:{feed_id}:seen"), wanted)
        return {key: value.partition(" ")[2] for key, value in zip(wanted, known, strict=True) if value}

    def ids(self) -> list[str]:
        """List the feeds that are watched."""
        return sorted(self._redis.smembers(self._scripts.key("feeds")))

    def snapshot(self, feed_id: str) -> FeedSnapshot | None:
        """Return the feed's state with its last polls; None if it was never watched."""
        key = self._scripts.key(f"feed:{feed_id}")
        record: dict[str, str] = self._redis.hgetall(key)
        if not record:
            return None
        stage = Stage(record["stage"]) if "stage" in record else None
        return FeedSnapshot(
            feed_id=feed_id,
            url=record["url"],
            state=record["state"],
            stage=stage,
            next_at=self._redis.zscore(self._scripts.key(f"due:{stage}"), feed_id) if stage else None,
            interval_s=float(record.get("interval_s", 0)),
            failures=int(record.get("failures", 0)),
            last_ok_at=float(record.get("last_ok_at", 0)),
            last_new_at=float(record.get("last_new_at", 0)),
            validators=_validators(record),
            seen=int(self._redis.hlen(f"{key}:seen")),
            habits=_habits(record.get("habits", "")),
            polls=tuple(Poll(**json.loads(line)) for line in self._redis.lrange(f"{key}:polls", 0, -1)),
        )

    def _end(self, script: str, claim: FeedClaim, *, poll: Poll, now: float, **arguments: Argument) -> bool:
        booked = {"day": day_of(now), "reads": _reads_json(poll)}
        return self._change(script, claim, poll=_poll_json(poll), now=now, **booked, **arguments)

    def _change(self, script: str, claim: FeedClaim, **arguments: Argument) -> bool:
        return bool(self._scripts.run(script, id=claim.feed_id, token=claim.token, **arguments))


def _claim(feed_id: str, record: Mapping[str, str]) -> FeedClaim:
    fetched = json.loads(record.get("fetched") or "{}")
    return FeedClaim(
        feed_id=feed_id,
        feed=_feed(feed_id, record),
        stage=Stage(record["stage"]),
        token=record["token"],
        attempts=int(record["attempts"]),
        lease_until=float(record["lease_until"]),
        url=record["url"],
        host=record["host"],
        validators=_validators(record),
        interval_s=float(record.get("interval_s", 0)),
        failures=int(record.get("failures", 0)),
        last_ok_at=float(record.get("last_ok_at", 0)),
        last_new_at=float(record.get("last_new_at", 0)),
        page=fetched.get("page", ""),
        poll=Poll(**fetched["poll"]) if fetched else None,
        not_modified=int(record.get("not_modified", 0)),
        full_at=float(record.get("full_at", 0)),
        habits=_habits(record.get("habits", "")) | _habits(fetched.get("habits", "")),
        rhythm=rhythm_from(json.loads(record["rhythm"])) if "rhythm" in record else None,
    )


def _definition(feed: Feed) -> str:
    """What sources and parsers need to know of a feed, besides its address."""
    return to_json({"family": feed.family, "languages": feed.languages, "format": feed.format, "links": feed.links})


def _feed(feed_id: str, record: Mapping[str, str]) -> Feed:
    """Put a feed together again; what an older version watched has no definition until the next sync."""
    definition = json.loads(record.get("definition") or "{}")
    return Feed(
        id=feed_id,
        url=record["url"],
        source=record["source"],
        family=definition.get("family", record["source"]),
        languages=tuple(definition.get("languages", ())),
        format=FeedFormat(definition.get("format", FeedFormat.FEED)),
        links=definition.get("links", ""),
    )


def _validators(record: Mapping[str, str]) -> Validators:
    return Validators(**{field.name: record.get(field.name, "") for field in dataclasses.fields(Validators)})


def _reads_json(poll: Poll) -> str:
    """Return what is booked of a document: its items, and what became of them; empty without any."""
    counts = {"read": poll.read, "sighted": poll.new + poll.changed, "known": poll.known}
    counts |= {f"dropped:{reason}": count for reason, count in poll.dropped.items()}
    return to_json({name: count for name, count in counts.items() if count}) if poll.read else ""


def _poll_json(poll: Poll) -> str:
    return to_json(dataclasses.asdict(poll))


def _rhythm_json(rhythm: Rhythm | None) -> str:
    return to_json(dataclasses.asdict(rhythm)) if rhythm else ""


def _habits_text(habits: frozenset[str]) -> str:
    return ", ".join(sorted(habits))


def _habits(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(", ")))
