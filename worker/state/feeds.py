"""Feeds: when they are polled, what they said last, which of their entries are known."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.feeds import AskAt, FeedHealth, Rhythm, health, rhythm_from
from pipelines.models import Feed, FeedFormat, Poll, Stage, Validators
from pipelines.urls import host_of
from worker.state.records import day_of, fields_of, new_token, pairs, to_json
from worker.state.scripts import Argument, Scripts

MAX_ATTEMPTS = 3
GIVE_UP_S = 1800.0
SEEN_PER_ENTRY = 20
NOT_MODIFIED = 304
FEED_STAGES = (Stage.POLL, Stage.PARSE)
"""The stages a feed can wait in."""
STATES_BEFORE = {"ok": "healthy"}
"""Words of versions up to 0.1 → today's."""

CATALOGUES = "-"
"""In place of an address: that of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedClaim:
    """The right to change a feed until `lease_until`. `page` and `poll` are set when it is claimed for parsing.

    `feed` is as the catalogue described it when it could last be read. `not_modified` counts the answers 304 since the
    whole document came, at `full_at`; `habits` are what the feed was seen to do (`pipelines.feeds.changes`), `rhythm`
    is how it publishes, `wish_s` how long its last document asked to be left alone. `asked` is the address to ask, with
    `host`; another than the catalogue's `url` for the reason `ask_why`, until `ask_until` (0: for good). The last
    `moved` answers redirected to `moved_to` for good.
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
    wish_s: float = 0.0
    asked: str = ""
    ask_why: str = ""
    ask_until: float = 0.0
    moved_to: str = ""
    moved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What follows a poll: when the next is, how the feed is doing now and why, and where to ask if not as before."""

    next_at: float
    state: str = ""
    reason: str = ""
    ask_at: AskAt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSnapshot:
    """How a feed is. `state`: a word of `FeedState`, or off; `polls`: newest first; `stage`: None when it is off.

    `asked`: the address that is asked, `ask_why` it is not the catalogue's; `full_at`: when the whole document came.
    """

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
    rhythm: Rhythm | None = None
    full_at: float = 0.0
    asked: str = ""
    ask_why: str = ""

    def judged(self, *, now: float) -> FeedHealth:
        """Return how the feed is doing at this moment."""
        return health(self.polls, now=now, last_new_at=self.last_new_at, rhythm=self.rhythm, full_at=self.full_at)


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
        return _claim(feed_id, pairs(flat), now=now) if flat else None

    def fetched(self, claim: FeedClaim, *, page: str, validators: Validators, poll: Poll, now: float) -> bool:
        """Hand the stored page over to parsing. The answer's validators and the claim's habits are kept by `parsed`."""
        fetched: dict[str, object] = {
            "page": page,
            "poll": fields_of(poll),
            "habits": _habits_text(claim.habits),
        }
        fetched |= {"moved_to": claim.moved_to, "moved": claim.moved}
        fetched |= fields_of(validators)
        return self._change("fetched_feed", claim, now=now, fetched=to_json(fetched))

    def unchanged(
        self, claim: FeedClaim, *, poll: Poll, ending: Ending, now: float, validators: Validators | None = None
    ) -> bool:
        """End a poll that brought nothing: 304, or the same body again (then with the answer that came along)."""
        believed = to_json(fields_of(validators)) if validators else ""
        not_modified = poll.status == NOT_MODIFIED
        known = _known(claim) | {"validators": believed}
        return self._end("polled_feed", claim, poll=poll, ending=ending, now=now, not_modified=not_modified, **known)

    def parsed(self, claim: FeedClaim, *, seen: Mapping[str, str], poll: Poll, ending: Ending, now: float) -> bool:
        """End a poll whose entries are registered: keep validators and habits, refresh and trim `seen`.

        `seen` (key → trace) holds what is remembered of each entry, and of the marks by which it is known. The items of
        the document (`poll.read`) are booked with what became of them.
        """
        listed = to_json({"hashes": seen, "cap": SEEN_PER_ENTRY * len(seen)}) if seen else ""
        known = _known(claim) | {"seen": listed, "has_new": poll.new > 0, "habits": _habits_text(claim.habits)}
        return self._end("polled_feed", claim, poll=poll, ending=ending, now=now, **known)

    def failed(self, claim: FeedClaim, *, poll: Poll, ending: Ending, now: float) -> bool:
        """End a poll or parse that failed: one more failure; what was fetched is not believed. It is never given up."""
        return self._end("failed_feed", claim, poll=dataclasses.replace(poll, ok=False), ending=ending, now=now)

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

    def count(self) -> int:
        """Return how many feeds are watched."""
        return int(self._redis.scard(self._scripts.key("feeds")))

    def read_anew(self) -> None:
        """Have the next document of each feed read in full, also one that has not changed."""
        self._scripts.run("read_feeds_anew")

    def ids(self) -> list[str]:
        """List the feeds that are watched."""
        return sorted(self._redis.smembers(self._scripts.key("feeds")))

    def snapshot(self, feed_id: str) -> FeedSnapshot | None:
        """Return the feed's state with its last polls; None if it was never watched."""
        return self.snapshots([feed_id]).get(feed_id)

    def snapshots(self, feed_ids: Iterable[str]) -> dict[str, FeedSnapshot]:
        """Return the states of feeds by id, read in one round trip; a feed that was never watched is absent."""
        asked = list(dict.fromkeys(feed_ids))
        pipeline = self._redis.pipeline(transaction=False)
        for feed_id in asked:
            key = self._scripts.key(f"feed:{feed_id}")
            pipeline.hgetall(key)
            pipeline.hlen(f"{key}:seen")
            pipeline.lrange(f"{key}:polls", 0, -1)
            for stage in FEED_STAGES:
                pipeline.zscore(self._scripts.key(f"due:{stage}"), feed_id)
        size, answers = 3 + len(FEED_STAGES), pipeline.execute()
        parts = (answers[start : start + size] for start in range(0, len(answers), size))
        return {feed_id: _snapshot(feed_id, *part) for feed_id, part in zip(asked, parts, strict=True) if part[0]}

    def polls(self, feed_id: str) -> tuple[Poll, ...]:
        """Return the last polls of a feed, newest first."""
        return _polls(self._redis.lrange(self._scripts.key(f"feed:{feed_id}:polls"), 0, -1))

    def _end(
        self, script: str, claim: FeedClaim, *, poll: Poll, ending: Ending, now: float, **arguments: Argument
    ) -> bool:
        ended: dict[str, Argument] = {"next_at": ending.next_at, "state": ending.state, "reason": ending.reason}
        booked: dict[str, Argument] = {"day": day_of(now), "reads": _reads_json(poll)}
        asked = _ask_at(ending.ask_at) if ending.ask_at else {}
        return self._change(script, claim, poll=_poll_json(poll), now=now, **ended, **booked, **asked, **arguments)

    def _change(self, script: str, claim: FeedClaim, **arguments: Argument) -> bool:
        return bool(self._scripts.run(script, id=claim.feed_id, token=claim.token, **arguments))


def _snapshot(
    feed_id: str, record: Mapping[str, str], seen: int, polls: Iterable[str], *due_at: float | None
) -> FeedSnapshot:
    stage = Stage(record["stage"]) if "stage" in record else None
    return FeedSnapshot(
        feed_id=feed_id,
        url=record["url"],
        state=STATES_BEFORE.get(record["state"], record["state"]),
        stage=stage,
        next_at=dict(zip(FEED_STAGES, due_at, strict=True)).get(stage) if stage else None,
        interval_s=float(record.get("interval_s", 0)),
        failures=int(record.get("failures", 0)),
        last_ok_at=float(record.get("last_ok_at", 0)),
        last_new_at=float(record.get("last_new_at", 0)),
        validators=_validators(record),
        seen=seen,
        habits=_habits(record.get("habits", "")),
        rhythm=_rhythm(record),
        full_at=float(record.get("full_at", 0)),
        asked=record.get("ask", record["url"]),
        ask_why=record.get("ask_why", ""),
        polls=_polls(polls),
    )


def _polls(lines: Iterable[str]) -> tuple[Poll, ...]:
    return tuple(Poll(**json.loads(line)) for line in lines)


def _claim(feed_id: str, record: Mapping[str, str], *, now: float) -> FeedClaim:
    asked = _asked(record, now=now)
    fetched = json.loads(record.get("fetched") or "{}")
    return FeedClaim(
        feed_id=feed_id,
        feed=_feed(feed_id, record),
        stage=Stage(record["stage"]),
        token=record["token"],
        attempts=int(record["attempts"]),
        lease_until=float(record["lease_until"]),
        url=record["url"],
        host=record["host"] if asked == record["url"] else host_of(asked),
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
        rhythm=_rhythm(record),
        wish_s=float(record.get("wish_s", 0)),
        asked=asked,
        ask_why=record.get("ask_why", ""),
        ask_until=float(record.get("ask_until", 0)),
        moved_to=fetched.get("moved_to", record.get("moved_to", "")),
        moved=int(fetched.get("moved", record.get("moved", 0))),
    )


def _asked(record: Mapping[str, str], *, now: float) -> str:
    """Return the address to ask: the catalogue's, unless another is set and its time is not over."""
    until = float(record.get("ask_until", 0))
    return record["ask"] if record.get("ask") and (not until or now < until) else record["url"]


def _rhythm(record: Mapping[str, str]) -> Rhythm | None:
    return rhythm_from(json.loads(record["rhythm"])) if "rhythm" in record else None


def _definition(feed: Feed) -> str:
    """What polls and parsers need to know of a feed, besides its address."""
    known = {"family": feed.family, "languages": feed.languages, "format": feed.format}
    more = {"links": feed.links, "alternates": feed.alternates, "tls_extra_ca": feed.tls_extra_ca}
    return to_json(known | {name: value for name, value in more.items() if value})


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
        alternates=tuple(definition.get("alternates", ())),
        tls_extra_ca=definition.get("tls_extra_ca", ""),
    )


def _validators(record: Mapping[str, str]) -> Validators:
    return Validators(**{field.name: record.get(field.name, "") for field in dataclasses.fields(Validators)})


def _reads_json(poll: Poll) -> str:
    """Return what is booked of a document: its items, and what became of them; empty without any."""
    counts = {"read": poll.read, "sighted": poll.new + poll.changed, "known": poll.known}
    counts |= {f"dropped:{reason}": count for reason, count in poll.dropped.items()}
    return to_json({name: count for name, count in counts.items() if count}) if poll.read else ""


def _known(claim: FeedClaim) -> dict[str, Argument]:
    """Return what a poll that went well teaches of a feed."""
    return {
        "rhythm": _rhythm_json(claim.rhythm),
        "wish_s": claim.wish_s,
        "moved_to": claim.moved_to,
        "moved": claim.moved,
    }


def _ask_at(ask_at: AskAt) -> dict[str, Argument]:
    return {"ask": ask_at.address or CATALOGUES, "ask_why": ask_at.why, "ask_until": ask_at.until}


def _poll_json(poll: Poll) -> str:
    return to_json(fields_of(poll))


def _rhythm_json(rhythm: Rhythm | None) -> str:
    return to_json(fields_of(rhythm)) if rhythm else ""


def _habits_text(habits: frozenset[str]) -> str:
    return ", ".join(sorted(habits))


def _habits(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(", ")))
