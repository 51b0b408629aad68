"""Feeds: poll (io) and parse (cpu)."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from datetime import UTC, datetime

import structlog

from pipelines.errors import FeedUnusableError, PageUnusableError, UnsafeAddressError
from pipelines.feeds import (
    FALSE_NOT_MODIFIED,
    Changes,
    Listed,
    PollingPolicy,
    PollSigns,
    Rhythm,
    changes,
    declared_freshness_s,
    first_rhythm,
    is_false_not_modified,
    learned,
    listed_entries,
    may_ask_for_changes,
    next_check_at,
    parse_document,
)
from pipelines.models import Entry, Feed, Page, ParsedFeed, Poll, Stage, Validators
from pipelines.urls import has_route
from worker.runtime import Runtime
from worker.state import ArticleAddress, FeedClaim, Sighting, SightingKind
from worker.tasks.app import app
from worker.tasks.nudges import top_up
from worker.tasks.page_store import require_room, waits_for_store
from worker.web import Fetched, Later, NotModified, Refused, feed_limits

log = structlog.get_logger(__name__)


@app.task(name="kuzet.poll_feed", subject="feed", stage=Stage.POLL)
def poll_feed(feed_id: str) -> None:
    """Ask a feed's server what is new, and hand the document to parsing."""
    runtime = app.runtime
    started_at = runtime.now()
    claim = runtime.state.feeds.claim(feed_id, stage=Stage.POLL, now=started_at)
    if claim is None:
        return
    require_room(runtime, claim, runtime.state.feeds.release)
    free_at = runtime.reserve(claim.host, feed_id, now=started_at)
    if free_at > started_at:
        runtime.state.feeds.release(claim, not_before=free_at, now=started_at, give_back_attempt=True)
        return
    conditional = may_ask_for_changes(
        not_modified=claim.not_modified, full_at=claim.full_at, habits=claim.habits, now=started_at
    )
    validators = claim.validators if conditional else None
    answer = runtime.web.get(claim.url, limits=feed_limits(runtime.settings), validators=validators)
    record_poll_answer(runtime, claim, answer, started_at=started_at)


def record_poll_answer(
    runtime: Runtime, claim: FeedClaim, answer: Fetched | NotModified | Later | Refused, *, started_at: float
) -> None:
    """Write down what the server said."""
    now = runtime.now()
    runtime.note_host(claim.host, answer)
    match answer:
        case Fetched(page) if _hash(page.body) != claim.validators.body_hash:
            poll = Poll(at=started_at, status=page.status, bytes=len(page.body), took_s=now - started_at)
            with waits_for_store(runtime, claim, runtime.state.feeds.release):
                reference = runtime.pages.put(page)
            claim = dataclasses.replace(claim, habits=claim.habits | _habits(claim, answer))
            runtime.state.feeds.fetched(claim, page=reference, validators=_validators(answer), poll=poll, now=now)
            top_up(app, Stage.PARSE)
        case Fetched(page):
            poll = Poll(at=started_at, status=page.status, bytes=len(page.body), took_s=now - started_at, note="same")
            _unchanged(runtime, claim, poll, validators=_validators(answer))
        case NotModified():
            _unchanged(runtime, claim, Poll(at=started_at, status=304, took_s=now - started_at))
        case Later(not_before, reason):
            poll = Poll(at=started_at, took_s=now - started_at, note=str(reason))
            _failed(runtime, claim, poll, not_before=not_before)
        case Refused():
            _failed(runtime, claim, Poll(at=started_at, took_s=now - started_at, note=str(answer)))


@app.task(name="kuzet.parse_feed", subject="feed", stage=Stage.PARSE)
def parse_feed(feed_id: str) -> None:
    """Read a feed document's entries and register those that are new or changed."""
    runtime = app.runtime
    now = runtime.now()
    claim = runtime.state.feeds.claim(feed_id, stage=Stage.PARSE, now=now)
    if claim is None or claim.poll is None:
        return
    try:
        with waits_for_store(runtime, claim, runtime.state.feeds.release):
            page = runtime.pages.get(claim.page)
        parsed = parse(page, claim.feed, now=now)
    except FeedUnusableError as error:
        items = sum(error.dropped.values())
        poll = dataclasses.replace(claim.poll, note=error.problem, read=items, dropped=error.dropped)
        _unchanged(runtime, claim, poll) if error.reason == "no_entries" else _failed(runtime, claim, poll)
        return
    except PageUnusableError as error:
        _failed(runtime, claim, dataclasses.replace(claim.poll, note=error.problem))
        return
    register_entries(runtime, claim, parsed, page=page)
    top_up(app, Stage.FETCH)


def parse(page: Page, feed: Feed, *, now: float) -> ParsedFeed:
    at = datetime.fromtimestamp(now, UTC)
    return parse_document(page.body, feed, url=page.final_url, headers=page.headers, now=at)


def register_entries(runtime: Runtime, claim: FeedClaim, parsed: ParsedFeed, *, page: Page) -> None:
    """Sight what the feed did not list before, then believe the feed's validators: never the other way round."""
    now, feed = runtime.now(), claim.feed
    addresses, dropped = addressed(parsed, feed)
    found = read_changes(runtime, claim, addresses)
    sightings = [sight(runtime, each, feed=feed, now=now) for each in found.to_sight]
    kinds = Counter(sighting.kind for sighting in sightings)
    new, changed = kinds[SightingKind.NEW], kinds[SightingKind.CHANGED]
    claim = dataclasses.replace(claim, habits=found.habits, rhythm=rhythm_after(claim, found, now=now))
    signs = PollSigns(rhythm=claim.rhythm, ttl_s=max(parsed.ttl_s, declared_freshness_s(page.headers)))
    next_at = next_check_at(now, signs, policy=policy(runtime))
    poll = dataclasses.replace(
        claim.poll or Poll(at=now),
        note=parsed.note,
        entries=len(found.listed),
        new=new,
        changed=changed,
        known=len(found.listed) - new - changed,
        read=len(parsed.entries) + sum(parsed.dropped.values()),
        dropped=dropped,
    )
    runtime.state.feeds.parsed(claim, seen=found.memory, poll=poll, next_at=next_at, now=now)


def rhythm_after(claim: FeedClaim, found: Changes, *, now: float) -> Rhythm:
    """Return how the feed publishes, by what is new in its document. Without a date it was published by now."""
    entries = [each.entry for each in found.to_sight if each.article_id not in found.known]
    moments = [min(entry.published_at.timestamp(), now) if entry.published_at else now for entry in entries]
    return learned(claim.rhythm, moments, now=now) if claim.rhythm else first_rhythm(moments, now=now)


def read_changes(runtime: Runtime, claim: FeedClaim, addresses: list[tuple[Entry, ArticleAddress]]) -> Changes:
    """Return what of the document's entries is new to this feed."""
    listed = listed_entries([(address.article_id, entry) for entry, address in addresses])
    keys = [key for each in listed for key in (each.article_id, *each.marks)]
    known = runtime.state.feeds.seen(claim.feed_id, keys)
    moved = {trace.split(" ", 1)[0] for key, trace in known.items() if " " in trace} - known.keys()
    known |= runtime.state.feeds.seen(claim.feed_id, moved)
    return changes(listed, known, habits=claim.habits)


def sight(runtime: Runtime, listed: Listed, *, feed: Feed, now: float) -> Sighting:
    """Register an entry under the id by which its feed knows it. What has no page of its own is read from the feed."""
    entry = listed.entry
    address = dataclasses.replace(ArticleAddress.of_entry(entry, feed=feed), article_id=listed.article_id)
    needs_page = not entry.identity and not has_route(entry.link)
    return runtime.state.articles.sight(entry, address, feed=feed, now=now, needs_page=needs_page)


def addressed(parsed: ParsedFeed, feed: Feed) -> tuple[list[tuple[Entry, ArticleAddress]], dict[str, int]]:
    """Return the entries with where they lead, and the count of items that were left out, by reason.

    An entry whose link cannot be fetched is left out too, and so is a second one of the same article.
    """
    found: dict[str, tuple[Entry, ArticleAddress]] = {}
    dropped = Counter(parsed.dropped)
    for entry in parsed.entries:
        try:
            address = ArticleAddress.of_entry(entry, feed=feed)
        except UnsafeAddressError as error:
            log.warning("entry left out", feed=feed.id, error=str(error))
            dropped["unusable_link"] += 1
            continue
        dropped["repeated"] += address.article_id in found
        found.setdefault(address.article_id, (entry, address))
    return list(found.values()), dict(+dropped)


def policy(runtime: Runtime) -> PollingPolicy:
    settings = runtime.settings
    return PollingPolicy(min_interval_s=settings.min_interval_s, max_interval_s=settings.max_interval_s)


def _unchanged(runtime: Runtime, claim: FeedClaim, poll: Poll, *, validators: Validators | None = None) -> None:
    now = runtime.now()
    claim = dataclasses.replace(claim, rhythm=learned(claim.rhythm, (), now=now) if claim.rhythm else None)
    signs = PollSigns(rhythm=claim.rhythm)
    next_at = next_check_at(now, signs, policy=policy(runtime))
    runtime.state.feeds.unchanged(claim, poll=poll, next_at=next_at, now=now, validators=validators)


def _failed(runtime: Runtime, claim: FeedClaim, poll: Poll, *, not_before: float = 0.0) -> None:
    now = runtime.now()
    signs = PollSigns(failures=claim.failures + 1, not_before=not_before)
    runtime.state.feeds.failed(claim, poll=poll, next_at=next_check_at(now, signs, policy=policy(runtime)), now=now)


def _habits(claim: FeedClaim, fetched: Fetched) -> frozenset[str]:
    """Return the habits that an answer showed: a server caught at answering 304 for a changed document."""
    lied = is_false_not_modified(not_modified=claim.not_modified, before=claim.validators, after=_validators(fetched))
    return frozenset({FALSE_NOT_MODIFIED}) if lied else frozenset()


def _validators(fetched: Fetched) -> Validators:
    return dataclasses.replace(fetched.validators, body_hash=_hash(fetched.page.body))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
