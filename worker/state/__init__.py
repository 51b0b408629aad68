"""kuzet's state in Redis: the truth about feeds, articles and documents. Nothing here knows Celery.

Every change of more than one step is one Lua script of `lua/`, so a process may die between any two calls.
Times are epoch seconds that the caller passes in (`now`). A claim carries a token; a method given a stale claim changes
nothing and returns False (None or "" where it returns a value). The caller says
how long a claim lives (`Runtime.lease_s`).

    State(redis, prefix, lease_s=…) .due .feeds .articles .outbox .hosts .quarantine .forgotten .outcomes .events
                                    .clock .totals .pace .problems .recalls .rebuilds .restoring .rewrites

due         schedule(stage, item, *, at)                    look at it then
            take(stage, *, now, lease_s, limit, spacing_s=0) -> list   what is due, moved to now + lease
            size(stage), ready(stage, *, now), next_at(stage), at(stage, item)
feeds       sync(catalogue, *, now) -> Synced               watch what is enabled: added, moved, removed
            claim(feed_id, *, stage, now) -> FeedClaim      or None; the fourth claim of a stage is a failed poll
            fetched(claim, *, page, validators, poll, now)      poll → parse
            unchanged(claim, *, poll, ending, now, validators=None)       304 or the same body; ending: what follows
            failed(claim, *, poll, ending, now)           from poll or parse
            seen(feed_id, keys) -> {key: trace}             what is remembered of entries; key: article id or mark
            parsed(claim, *, seen, poll, ending, now)     after all entries were sighted; seen: {key: trace} of all
            release(claim, *, not_before, now, give_back_attempt=False)
            ids(), polls(feed_id), snapshot(feed_id) -> FeedSnapshot, snapshots(feed_ids)
articles    sight_all(list of ToSight, *, feed, now) -> list of Sighting      a document's entries, in one exchange
            sight(entry, ArticleAddress.of(link), *, feed, now, needs_page=True) -> Sighting(kind, stage or None)
            claim(article_id, *, stage, now) -> ArticleClaim   or None; the fourth claim of a stage quarantines
            advance(claim, *, to, now, page="", without_page="")
            release(claim, *, not_before, now, error="", give_back_attempt=False)
            claim_aliases(claim, article_ids, *, now) -> owner's id (its own when it may go on; another's: a duplicate)
            finish(claim, outcome, *, now, reason="")       every end but the index
            trace(article_id) -> Trace, alias_owner(alias)
outbox      put(claim, document, *, now, content_hash, recheck_after_s=()) -> version     extract → outbox
            lock(*, lease_s) -> token or None, renew(token, *, lease_s), unlock(token)     one drain at a time
            peek(limit, *, now, max_bytes=…) -> list[ArticleDocument]                               changes nothing
            settle(article_id, version, outcome, *, now, reason="")                        INDEXED, or how it ended else
            defer(article_id, version, *, until), size, bytes_used
hosts       reserve(host, item, *, now, spacing_s, is_page) -> time   `now`: go; else release until then and come back
            hold(host, *, until, now, pages_only), held(now), failed(host) -> in a row, answered(host), failures(host)
            keep_robots(host, text, *, now, keep_s=…), robots(host, *, now) -> text or None
quarantine  list(), size, replay(article_id, *, now), drop(article_id)
forgotten   forget(article_id, *, now, url=""), lift(article_id), tombstone(article_id), `in`, ids(), iteration
outcomes    audit(*, now, days=90) -> Audit(accounts, is_balanced, sighted, outcomes, under_way)
events      publish(kind, subject, *, now, data), read(after, *, limit, block_ms), latest(), last_id(), missed(after)
clock       check(machine, *, now) -> sentence or ""      a clock that went back is made good
totals      read() -> Totals, count_answer(answer)         running totals, for `kuzet metrics`
pace        note(*, now), points(), waiting(*, now)         how fast articles end while some wait
problems    note(about, sentence, *, now), current(now)    what `kuzet status` shows
recalls     keep(recall, *, now), keep_problem(source, problem, *, sitemap, now), last(source), all()
rebuilds    begin(kind, *, owner, progress, now) -> id or ""   the one rebuild; current(), last()
            take(*, now, lease_s) -> Rebuild or None, renew(claim, progress, *, now, lease_s), release(claim, progress)
            end(claim, progress, *, now, problem="")
restoring   begin(folder, *, now), end(), folder, problem     while it is set no worker works
rewrites    reserve(article_id, version)                    before a rebuild writes a document, and
            note(article_id, version, *, content_hash)      after it
            adopt(article_id, version, document, *, now)    before an exported document is written
alerts      changed(*, limit), pend(story, seen, items), due(*, now), speak(alert, *, said, notices, cool, next_at, now)
            take(key, *, now, lease_s) -> NoticeClaim or None, end(claim, outcome, *, now), put_off(claim, *, until)
stories     join(article_id, story, *, member, features, at, merged, now)    an article's story; again: the same
            merge(story, other, *, now), split(story, article_ids, *, now), forget(article_id, *, now)   by hand
            story_of(article_id), became(story), members(story), unwritten(*, limit), settle(story, version)
"""

from __future__ import annotations

from collections.abc import Mapping

from redis import Redis

from pipelines.models import Stage
from worker.state.alerts import Alerts
from worker.state.articles import (
    RECHECK_AFTER_S,
    ArticleAddress,
    ArticleClaim,
    Articles,
    JourneyStep,
    Sighting,
    SightingKind,
    ToSight,
    Trace,
)
from worker.state.clock import Clock
from worker.state.due import Due
from worker.state.events import Event, Events
from worker.state.feeds import Ending, FeedClaim, Feeds, FeedSnapshot, Synced
from worker.state.forgotten import Forgotten, Tombstone
from worker.state.hosts import Hosts
from worker.state.outbox import Outbox
from worker.state.outcomes import Account, Audit, Outcomes
from worker.state.pace import Pace
from worker.state.problems import Problems
from worker.state.quarantine import Quarantine, Quarantined
from worker.state.rebuilds import Rebuild, Rebuilds
from worker.state.recalls import RecallResult, Recalls
from worker.state.restoring import Restoring
from worker.state.rewrites import Rewrites
from worker.state.scripts import Scripts
from worker.state.stories import Stories
from worker.state.totals import Durations, TotalBooks, Totals

__all__ = [
    "RECHECK_AFTER_S",
    "Account",
    "ArticleAddress",
    "ArticleClaim",
    "Articles",
    "Audit",
    "Due",
    "Durations",
    "Ending",
    "Event",
    "Events",
    "FeedClaim",
    "FeedSnapshot",
    "Feeds",
    "Forgotten",
    "Hosts",
    "JourneyStep",
    "Outbox",
    "Outcomes",
    "Quarantine",
    "Quarantined",
    "Rebuild",
    "Rebuilds",
    "RecallResult",
    "Recalls",
    "Rewrites",
    "Sighting",
    "SightingKind",
    "State",
    "Stories",
    "Synced",
    "ToSight",
    "Tombstone",
    "Totals",
    "Trace",
]


class State:
    """All of it, on one client. `lease_s`: how long a claim lives in each stage."""

    def __init__(self, redis: Redis, prefix: str, *, lease_s: Mapping[Stage, float]) -> None:
        scripts = Scripts(redis, prefix)
        self.due = Due(scripts)
        self.clock = Clock(scripts)
        self.pace = Pace(scripts)
        self.problems = Problems(scripts)
        self.totals = TotalBooks(scripts)
        self.feeds = Feeds(scripts, lease_s=lease_s)
        self.articles = Articles(scripts, lease_s=lease_s)
        self.outbox = Outbox(scripts)
        self.hosts = Hosts(scripts)
        self.quarantine = Quarantine(scripts)
        self.forgotten = Forgotten(scripts)
        self.outcomes = Outcomes(scripts)
        self.events = Events(scripts)
        self.recalls = Recalls(scripts)
        self.rebuilds = Rebuilds(scripts)
        self.restoring = Restoring(scripts)
        self.rewrites = Rewrites(scripts)
        self.stories = Stories(scripts)
        self.alerts = Alerts(scripts)
