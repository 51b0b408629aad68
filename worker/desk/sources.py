"""The feeds: how each is doing, what it brings; add, check, enable, disable, OPML in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.errors import KuzetError, UsageError
from pipelines.feeds.opml import parse_opml, render_opml
from pipelines.models import Feed, FeedFormat
from pipelines.search.request import SearchRequest
from worker.answers.feeds import (
    BY_HAND,
    feed_at,
    feed_changes,
    feed_of,
    feed_row,
    new_feed,
    parsed_row,
    recall_row,
    refuse_taken,
    refuse_unusable,
    rhythm_row,
    subscribed,
    switched_on,
)
from worker.answers.fetching import fetch_feed
from worker.answers.selection import Selection
from worker.answers.shapes import FeedAnswer, FeedsAnswer
from worker.answers.statistics import period_of
from worker.desk.access import Role
from worker.desk.visits import Download, Moved, Page, View, Visit

STATE_CLASSES = {"new": "off", "off": "off", "degraded": "unsure", "silent": "unsure", "failing": "bad", "gone": "bad"}
POLLS_SHOWN = 15
ENTRIES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Yield:
    """Articles of a feed in the last 7 days, and how many of them have a topic."""

    articles: int = 0
    tagged: int = 0

    @property
    def rate(self) -> int | None:
        return round(100 * self.tagged / self.articles) if self.articles else None


def sources(visit: Visit) -> View:
    """Return every feed; those that are off come last."""
    feeds, now = [*visit.runtime.catalogue], visit.runtime.now()
    snapshots = visit.runtime.state.feeds.snapshots(feed.id for feed in feeds)
    rows = [feed_row(feed, snapshots.get(feed.id), now=now) for feed in feeds]
    shown = sorted(rows, key=lambda row: (not row["enabled"], row["source"], row["id"]))
    problem = visit.runtime.catalogue.problem
    values = {"feeds": shown, "yields": yields(visit), "states": STATE_CLASSES, "problem": problem}
    return View(template="sources.html", row={"feeds": rows}, values=values)


def yields(visit: Visit) -> Mapping[str, Yield]:
    """Return what each feed brought; nothing while the search engine is away, for the feeds are still worth a look."""
    period = period_of(Selection(now=visit.now, filters={}, since=None, until=None))
    try:
        requests = (SearchRequest(), SearchRequest(with_topic=True))
        every, tagged = (
            found.groups["feed"]
            for found in visit.runtime.search.statistics_of_each(requests, period, groups=("feed",))
        )
    except KuzetError:
        return {}
    counts = {change.value: change.now for change in tagged}
    return {change.value: Yield(change.now, counts.get(change.value, 0)) for change in every}


def source(visit: Visit) -> View:
    """Return all that is known of one feed."""
    feed = feed_of(visit.runtime, visit.part["feed"])
    snapshot = visit.runtime.state.feeds.snapshot(feed.id)
    last = visit.runtime.state.recalls.last(feed.source)
    row = {
        "feed": feed_row(feed, snapshot, now=visit.runtime.now()),
        "rhythm": rhythm_row(snapshot.rhythm) if snapshot and snapshot.rhythm else None,
        "recall": recall_row(feed.source, last) if last else None,
        "changes": feed_changes(visit.runtime, feed.id),
    }
    values = {"polls": snapshot.polls[:POLLS_SHOWN] if snapshot else (), "states": STATE_CLASSES, "parsed": None, **row}
    return View(template="source.html", row=row, values=values)


def check(visit: Visit) -> View:
    """Fetch a feed now, and show what the parser sees. Nothing is stored."""
    feed = feed_of(visit.runtime, visit.part["feed"])
    parsed = fetch_feed(visit.runtime, feed)
    shown = source(visit)
    values = {**shown.values, "parsed": parsed, "entries": parsed.entries[:ENTRIES_SHOWN]}
    return replace(shown, values=values, row=parsed_row(parsed))


def add(visit: Visit) -> Moved:
    """Add a feed after a look at it. Raises UsageError for one that is watched already."""
    url, form = visit.form.get("url", "").strip(), visit.form.get("format", "feed")
    known = feed_at(visit.runtime, url)
    if known and known.enabled:
        raise UsageError(url, f"is watched already as {known.id}")
    feed = replace(known or new_feed(url), format=FeedFormat(form) if form in set(FeedFormat) else FeedFormat.FEED)
    refuse_taken(visit.runtime, feed)
    refuse_unusable(feed)
    return put(visit, switched_on(feed), what="added the feed", done="feed-added")


def enable(visit: Visit) -> Moved:
    """Switch a feed on after a look at it. Raises UsageError when its address is watched under another id."""
    feed = feed_of(visit.runtime, visit.part["feed"])
    other = feed_at(visit.runtime, feed.url)
    if other and other.enabled and other.id != feed.id:
        raise UsageError(feed.url, f"is watched already as {other.id}")
    return put(visit, switched_on(feed), what="enabled the feed", done="feed-enabled")


def put(visit: Visit, feed: Feed, *, what: str, done: str) -> Moved:
    """Store a feed that is on, after a look at it unless the visitor does not want one. Raises KuzetError."""
    if visit.form.get("unchecked") != "1":
        fetch_feed(visit.runtime, feed)
    visit.runtime.own_feeds.put(feed)
    visit.note(what, feed.id)
    return Moved(to=f"/sources?done={done}")


def disable(visit: Visit) -> Moved:
    """Stop polling a feed."""
    feed = feed_of(visit.runtime, visit.part["feed"])
    visit.runtime.own_feeds.put(replace(feed, enabled=False, note=visit.form.get("note", "").strip() or BY_HAND[1]))
    visit.note("disabled the feed", feed.id)
    return Moved(to="/sources?done=feed-disabled")


def import_feeds(visit: Visit) -> Moved:
    """Add the feeds of an OPML file, switched off: each is checked when it is switched on. Raises ConfigError."""
    subscriptions = parse_opml(visit.form.get("file", "").encode(), file="OPML")
    taken = {feed.id for feed in visit.runtime.catalogue}
    fresh: list[Feed] = []
    for each in subscriptions:
        if feed_at(visit.runtime, each.url) is None:
            fresh.append(replace(subscribed(each, taken=taken), enabled=False, note="imported, not checked"))
            taken.add(fresh[-1].id)
    if fresh:
        visit.runtime.own_feeds.put(*fresh)
    visit.note("imported feeds", str(len(fresh)))
    return Moved(to="/sources?done=feeds-imported")


def export_feeds(visit: Visit) -> Download:
    """Return the feeds that are on as OPML, a folder for each family."""
    text = render_opml([feed for feed in visit.runtime.catalogue if feed.enabled], title="kuzet")
    return Download(content=[text.encode()], content_type="text/x-opml; charset=utf-8", name="kuzet.opml")


DONE: dict[str, str] = {
    "feed-added": "The feed is added; it is polled within a minute.",
    "feed-enabled": "The feed is polled from now on.",
    "feed-disabled": "The feed is no longer polled.",
    "feeds-imported": "The feeds are added, switched off. Switching one on checks it.",
}

PAGES = (
    Page(path="/sources", title="Sources", answer=sources, about="The feeds.", twin="/sources.json", shape=FeedsAnswer),
    Page(path="/sources.opml", answer=export_feeds, about="The feeds as OPML."),
    Page(path="/sources/add", answer=add, about="Add a feed.", change=Role.ADMIN),
    Page(path="/sources/import", answer=import_feeds, about="Add feeds from OPML.", change=Role.ADMIN),
    Page(path="/sources/{feed:str}/enable", answer=enable, about="Switch a feed on.", change=Role.ADMIN),
    Page(path="/sources/{feed:str}/disable", answer=disable, about="Switch a feed off.", change=Role.ADMIN),
    Page(path="/sources/{feed:str}/check", answer=check, about="Look at a feed.", change=Role.ADMIN),
    Page(
        path="/sources/{feed:str}", twin="/sources/{feed:str}.json", answer=source, about="One feed.", shape=FeedAnswer
    ),
)
