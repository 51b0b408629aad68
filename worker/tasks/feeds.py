"""Feeds: poll (io) and parse (cpu)."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus

import structlog

from pipelines.errors import FeedUnusableError, PageUnusableError, UnsafeAddressError
from pipelines.feeds import (
    FALSE_NOT_MODIFIED,
    INDEX_AGAIN_S,
    NEWEST_SITEMAP,
    AskAt,
    Changes,
    Listed,
    PollingPolicy,
    PollSigns,
    Rhythm,
    after_answer,
    after_failure,
    changes,
    declared_freshness_s,
    first_rhythm,
    health,
    is_false_not_modified,
    learned,
    listed_entries,
    may_ask_for_changes,
    newest_sitemap,
    next_check_at,
    parse_document,
)
from pipelines.models import Entry, Feed, Page, ParsedFeed, Poll, Stage, Validators
from pipelines.urls import has_route
from worker.runtime import Runtime
from worker.state import ArticleAddress, Ending, FeedClaim, SightingKind, ToSight
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
    web = runtime.web  # a process builds it once, and no slot may wait for that
    free_at = runtime.reserve(claim.host, feed_id, now=started_at)
    if free_at > started_at:
        runtime.state.feeds.release(claim, not_before=free_at, now=started_at, give_back_attempt=True)
        return
    conditional = may_ask_for_changes(
        not_modified=claim.not_modified, full_at=claim.full_at, habits=claim.habits, now=started_at
    )
    validators = claim.validators if conditional else None
    limits, extra_ca = feed_limits(runtime.settings), claim.feed.tls_extra_ca
    answer = web.get(claim.asked, limits=limits, validators=validators, extra_ca=extra_ca)
    record_poll_answer(runtime, claim, answer, started_at=started_at)


def record_poll_answer(
    runtime: Runtime, claim: FeedClaim, answer: Fetched | NotModified | Later | Refused, *, started_at: float
) -> None:
    """Write down what the server said."""
    now = runtime.now()
    runtime.note_host(claim.host, answer)
    claim = redirected(claim, answer)
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


def redirected(claim: FeedClaim, answer: Fetched | NotModified | Later | Refused) -> FeedClaim:
    """Count the answers in a row that redirect to one place for good."""
    moved_to = answer.moved_to if isinstance(answer, Fetched) else ""
    moved = claim.moved + 1 if moved_to == claim.moved_to else 1
    return dataclasses.replace(claim, moved_to=moved_to, moved=moved if moved_to else 0)


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
        if error.reason == "sitemap_index":
            ask_newest_sitemap(runtime, claim, page)
            return
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


def ask_newest_sitemap(runtime: Runtime, claim: FeedClaim, index: Page) -> None:
    """Ask for the newest sitemap of an index from now on, at once for the first time."""
    now = runtime.now()
    at = datetime.fromtimestamp(now, UTC)
    address = newest_sitemap(index.body, url=index.final_url, headers=index.headers, now=at)
    poll = dataclasses.replace(claim.poll or Poll(at=now), note=f"sitemap index: {address or 'it is empty'}")
    if not address:
        _failed(runtime, claim, poll)
        return
    ask_at = AskAt(address=address, why=NEWEST_SITEMAP, until=now + INDEX_AGAIN_S)
    runtime.state.feeds.parsed(claim, seen={}, poll=poll, ending=Ending(next_at=now, ask_at=ask_at), now=now)


def register_entries(runtime: Runtime, claim: FeedClaim, parsed: ParsedFeed, *, page: Page) -> None:
    """Sight what the feed did not list before, then believe the feed's validators: never the other way round."""
    now, feed = runtime.now(), claim.feed
    addresses, dropped = addressed(parsed, feed)
    found = read_changes(runtime, claim, addresses)
    to_sight = [to_be_sighted(each, feed) for each in found.to_sight]
    sightings = runtime.state.articles.sight_all(to_sight, feed=feed, now=now) if to_sight else []
    kinds = Counter(sighting.kind for sighting in sightings)
    new, changed = kinds[SightingKind.NEW], kinds[SightingKind.CHANGED]
    wish_s = max(parsed.ttl_s, declared_freshness_s(page.headers))
    claim = dataclasses.replace(claim, habits=found.habits, rhythm=rhythm_after(claim, found, now=now), wish_s=wish_s)
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
    ending = ending_of(runtime, claim, poll, now=now, whole=True)
    runtime.state.feeds.parsed(claim, seen=found.memory, poll=poll, ending=ending, now=now)


def ending_of(runtime: Runtime, claim: FeedClaim, poll: Poll, *, now: float, whole: bool = False) -> Ending:
    """Decide what follows a poll that went well. `whole`: its document was read."""
    signs = PollSigns(rhythm=claim.rhythm, ttl_s=claim.wish_s)
    judged = health(
        (poll, *runtime.state.feeds.polls(claim.feed_id)),
        now=now,
        last_new_at=now if poll.new else claim.last_new_at,
        rhythm=claim.rhythm,
        full_at=now if whole else claim.full_at,
    )
    return Ending(
        next_at=next_check_at(now, signs, policy=policy(runtime)),
        state=judged.state,
        reason=judged.sentence,
        ask_at=after_answer(asked=claim.asked, moved_to=claim.moved_to, moved=claim.moved),
    )


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


def to_be_sighted(listed: Listed, feed: Feed) -> ToSight:
    """Return an entry under the id by which its feed knows it. What has no page of its own is read from the feed."""
    entry = listed.entry
    address = dataclasses.replace(ArticleAddress.of_entry(entry, feed=feed), article_id=listed.article_id)
    return ToSight(entry, address, needs_page=not entry.identity and not has_route(entry.link))


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
    ending = ending_of(runtime, claim, poll, now=now, whole=poll.status != HTTPStatus.NOT_MODIFIED)
    runtime.state.feeds.unchanged(claim, poll=poll, ending=ending, now=now, validators=validators)


def _failed(runtime: Runtime, claim: FeedClaim, poll: Poll, *, not_before: float = 0.0) -> None:
    now, failures = runtime.now(), claim.failures + 1
    signs = PollSigns(failures=failures, not_before=not_before)
    failed = dataclasses.replace(poll, ok=False)
    judged = health((failed, *runtime.state.feeds.polls(claim.feed_id)), now=now)
    ask_at = after_failure(claim.feed, asked=claim.asked, why=claim.ask_why, failures=failures, note=poll.note, now=now)
    ending = Ending(
        next_at=next_check_at(now, signs, policy=policy(runtime)),
        state=judged.state,
        reason=judged.sentence,
        ask_at=ask_at,
    )
    runtime.state.feeds.failed(claim, poll=failed, ending=ending, now=now)


def _habits(claim: FeedClaim, fetched: Fetched) -> frozenset[str]:
    """Return the habits that an answer showed: a server caught at answering 304 for a changed document."""
    lied = is_false_not_modified(not_modified=claim.not_modified, before=claim.validators, after=_validators(fetched))
    return frozenset({FALSE_NOT_MODIFIED}) if lied else frozenset()


def _validators(fetched: Fetched) -> Validators:
    return dataclasses.replace(fetched.validators, body_hash=_hash(fetched.page.body))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
