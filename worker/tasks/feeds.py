"""Feeds: poll (io) and parse (cpu)."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime

import structlog

from pipelines import feeds
from pipelines.errors import FeedUnusableError, PageUnusableError, UnsafeAddressError
from pipelines.feeds import PollingPolicy, PollSigns, declared_freshness_s, next_check_at, publishing_rhythm_s
from pipelines.models import Entry, Feed, FeedFormat, Page, ParsedFeed, Poll, Stage, Validators
from worker.runtime import Runtime
from worker.state import ArticleAddress, FeedClaim
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
    answer = runtime.web.get(claim.url, limits=feed_limits(runtime.settings), validators=claim.validators)
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
    except (FeedUnusableError, PageUnusableError) as error:
        poll = dataclasses.replace(claim.poll, note=error.problem)
        _unchanged(runtime, claim, poll) if error.reason == "no_entries" else _failed(runtime, claim, poll)
        return
    register_entries(runtime, claim, parsed, page=page)
    top_up(app, Stage.FETCH)


def parse(page: Page, feed: Feed, *, now: float) -> ParsedFeed:
    read = feeds.parse_sitemap if feed.format is FeedFormat.SITEMAP else feeds.parse_feed
    return read(page.body, url=page.final_url, headers=page.headers, now=datetime.fromtimestamp(now, UTC))


def register_entries(runtime: Runtime, claim: FeedClaim, parsed: ParsedFeed, *, page: Page) -> None:
    """Sight what the feed did not list before, then believe the feed's validators: never the other way round."""
    now, feed = runtime.now(), claim.feed
    entries = {address.article_id: (entry, address) for entry, address in reversed(addressed(parsed))}
    hashes = {key: entry.hash for key, (entry, _) in entries.items()}
    unseen = runtime.state.feeds.unseen(feed.id, hashes)
    sightings = [runtime.state.articles.sight(*entries[key], feed=feed, now=now) for key in hashes if key in unseen]
    new = sum(sighting.is_new for sighting in sightings)
    signs = PollSigns(
        rhythm_s=publishing_rhythm_s(parsed.entries, now=now),
        ttl_s=max(parsed.ttl_s, declared_freshness_s(page.headers)),
    )
    next_at = next_check_at(now, signs, policy=policy(runtime))
    known, poll = len(entries) - len(unseen), claim.poll or Poll(at=now)
    poll = dataclasses.replace(poll, note=parsed.note, entries=len(entries), new=new, known=known)
    runtime.state.feeds.parsed(claim, seen=hashes, poll=poll, next_at=next_at, now=now)


def addressed(parsed: ParsedFeed) -> list[tuple[Entry, ArticleAddress]]:
    """The entries whose links can be used, with where they lead."""
    found = []
    for entry in parsed.entries:
        try:
            found.append((entry, ArticleAddress.of(entry.link)))
        except UnsafeAddressError as error:
            log.warning("entry left out", error=str(error))
    return found


def policy(runtime: Runtime) -> PollingPolicy:
    settings = runtime.settings
    return PollingPolicy(min_interval_s=settings.min_interval_s, max_interval_s=settings.max_interval_s)


def _unchanged(runtime: Runtime, claim: FeedClaim, poll: Poll, *, validators: Validators | None = None) -> None:
    now = runtime.now()
    signs = PollSigns(rhythm_s=2 * claim.interval_s or None)
    next_at = next_check_at(now, signs, policy=policy(runtime))
    runtime.state.feeds.unchanged(claim, poll=poll, next_at=next_at, now=now, validators=validators)


def _failed(runtime: Runtime, claim: FeedClaim, poll: Poll, *, not_before: float = 0.0) -> None:
    now = runtime.now()
    signs = PollSigns(failures=claim.failures + 1, not_before=not_before)
    runtime.state.feeds.failed(claim, poll=poll, next_at=next_check_at(now, signs, policy=policy(runtime)), now=now)


def _validators(fetched: Fetched) -> Validators:
    return dataclasses.replace(fetched.validators, body_hash=_hash(fetched.page.body))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
