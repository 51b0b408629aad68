"""The feeds: how each is doing, and what may be done with one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.errors import ConfigError, KuzetError, UnsafeAddressError, UsageError
from pipelines.feeds import Rhythm, health
from pipelines.models import Feed, ParsedFeed
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.fetching import fetch_feed
from worker.answers.shapes import FeedCheck, FeedRow, FeedStateChange, RecallAnswer, RhythmRow

if TYPE_CHECKING:
    from pipelines.feeds.opml import Subscription
    from worker.runtime import Runtime
    from worker.state import FeedSnapshot, RecallResult


def left_out(snapshot: FeedSnapshot) -> str:
    """Return what the newest document that was read had besides entries, e.g. `2 left out: no_words`."""
    dropped = next((poll.dropped for poll in snapshot.polls if poll.entries), {})
    return f"{sum(dropped.values())} left out: {', '.join(sorted(dropped))}" if dropped else ""


def state_of(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> tuple[str, str]:
    """The feed's state in one word and one sentence, from its last polls."""
    if not feed.enabled:
        return "off", feed.note
    found = snapshot.judged(now=now) if snapshot else health((), now=now)
    return str(found.state), found.sentence


def feed_row(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> FeedRow:
    state, sentence = state_of(feed, snapshot, now=now)
    row: FeedRow = {
        "id": feed.id, "url": feed.url, "source": feed.source, "family": feed.family, "languages": list(feed.languages),
        "format": str(feed.format), "enabled": feed.enabled, "note": feed.note, "state": state, "sentence": sentence,
    }  # fmt: skip
    if snapshot:
        row["next_at"], row["interval_s"], row["failures"] = snapshot.next_at, snapshot.interval_s, snapshot.failures
        row["last_ok_at"], row["last_new_at"] = snapshot.last_ok_at, snapshot.last_new_at
        row["chance"], row["asked"], row["ask_why"] = snapshot.judged(now=now).chance, snapshot.asked, snapshot.ask_why
        row["polls"], row["habits"] = [asdict(poll) for poll in snapshot.polls], sorted(snapshot.habits)
    return row


def rhythm_row(rhythm: Rhythm) -> RhythmRow:
    return {
        "articles_a_day": round(86_400 * rhythm.articles / rhythm.watched_s, 2),
        "at_once": rhythm.clump,
        "hours": [round(count, 2) for count in rhythm.hours],
        "weekdays": [round(count, 2) for count in rhythm.days],
        "minutes": [round(count, 2) for count in rhythm.minutes],
    }


def recall_row(source: str, found: RecallResult) -> RecallAnswer:
    return {
        "source": source,
        "sitemap": found.sitemap,
        "at": found.at,
        "listed": found.listed,
        "seen": found.seen,
        "problem": found.problem,
        "missed": [
            {
                "link": each["link"],
                "title": each["title"],
                "published_at": each["published_at"],
                "why": each["why"],
                "seen": each["seen"],
            }
            for each in found.missed
        ],
    }


def feed_changes(runtime: Runtime, feed_id: str) -> list[FeedStateChange]:
    """Return the changes of a feed's state and address among the events that are kept, newest first."""
    return [
        {
            "at": event.at,
            "kind": event.kind,
            "reason": event.data.get("reason", ""),
            "was": event.data.get("was", ""),
            "state": event.data.get("state", ""),
            "address": event.data.get("address", ""),
        }
        for event in runtime.state.events.latest()
        if event.subject == feed_id and event.kind in {"feed.state", "feed.moved"}
    ]


def feed_of(runtime: Runtime, feed_id: str) -> Feed:
    """Return the feed of the catalogue. Raises UsageError with the nearest id."""
    if found := runtime.catalogue.get(feed_id):
        return found
    near = difflib.get_close_matches(feed_id, [feed.id for feed in runtime.catalogue], n=1)
    remedy = f"Did you mean {near[0]}?" if near else "`kuzet feeds list --all` shows the ids."
    raise UsageError(feed_id, "is no feed of this watch", remedy=remedy)


def parsed_row(parsed: ParsedFeed) -> FeedCheck:
    return {
        "format": parsed.format,
        "title": parsed.title,
        "encoding": parsed.encoding,
        "note": parsed.note,
        "entries": len(parsed.entries),
        "dropped": dict(parsed.dropped),
    }


ID_LENGTH = 64


BY_HAND = ("removed by hand", "switched off by hand")
"""Notes that say no more than that a person did it; they go when the feed is switched on again."""


def feed_at(runtime: Runtime, url: str) -> Feed | None:
    """Find the feed of an address, however it is spelt; one that is on wins. Raises UsageError for no address."""
    from pipelines.urls import normalise_url

    try:
        wanted = normalise_url(url)
    except UnsafeAddressError as error:
        raise UsageError(url, "is no web address", remedy="Give a whole http:// or https:// address.") from error
    found = [feed for feed in runtime.catalogue if normalise_url(feed.url) == wanted]
    return max(found, key=lambda feed: feed.enabled, default=None)


def new_feed(url: str, *, feed_id: str = "") -> Feed:
    from pipelines.urls import host_of, normalise_url

    host = host_of(normalise_url(url)).removeprefix("www.")
    return Feed(id=feed_id or name_of(url), url=url, source=host, family=host)


def name_of(url: str) -> str:
    """Make an id of an address: https://tengrinews.kz/news.rss is tengrinews-kz-news-rss."""
    words = re.sub(r"[^a-z0-9]+", "-", url.lower().partition("://")[2].removeprefix("www."))
    return words[:ID_LENGTH].strip("-")


def refuse_taken(runtime: Runtime, feed: Feed) -> None:
    """Raise UsageError when the id is that of a feed with another address."""
    known = runtime.catalogue.get(feed.id)
    if known and known.url != feed.url:
        remedy = f"Choose another --id, or change its address: `kuzet feeds edit {feed.id} --url …`."
        raise UsageError(feed.id, f"is the feed {known.url}", remedy=remedy)


def refuse_unusable(feed: Feed) -> None:
    """Raise UsageError for a value that no catalogue may hold, before anything is fetched or written."""
    from pipelines.feeds.catalogue import parse_catalogue
    from worker.files.own_feeds import catalogue_text

    try:
        parse_catalogue(catalogue_text([feed]), file=feed.id)
    except ConfigError as error:  # it names a line, which is on no disk yet
        raise UsageError(error.key or feed.id, error.problem, remedy=error.remedy) from error


def switched_on(feed: Feed) -> Feed:
    """The feed, on; a note that said only that a person switched it off goes."""
    return replace(feed, enabled=True, note="" if feed.note in BY_HAND else feed.note)


def subscribed(each: Subscription, *, taken: set[str]) -> Feed:
    """Make a feed of a subscription, with an id of its own; the folder's name is one word."""
    from pipelines.feeds.catalogue import LANGUAGES

    feed = new_feed(each.url)
    free = next(name for name in numbered(feed.id) if name not in taken)
    family = "-".join(each.folder.split()) or feed.family
    return replace(feed, id=free, family=family, languages=(each.language,) if each.language in LANGUAGES else ())


def numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name[: ID_LENGTH - 4]}-{number}" for number in range(2, 1000))


def checked(runtime: Runtime, feed: Feed) -> Feed:
    """The feed, off when it cannot be fetched and read now."""
    try:
        fetch_feed(runtime, feed)
    except KuzetError as error:
        today = datetime.now(KAZAKHSTAN).date()
        return replace(feed, enabled=False, note=f"failed its check on {today}: {error.problem}")
    return feed
