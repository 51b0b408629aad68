"""The check of a source against its sitemap: fetch it, compare it with what was sighted, keep what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.settings import Settings
from pipelines.errors import FeedUnusableError, KuzetError, UnsafeAddressError
from pipelines.feeds import ListedPage, listed_pages, newest_sitemap
from pipelines.feeds.discovery import sitemaps_named
from pipelines.feeds.recall import pages_of_time, recall
from pipelines.models import Feed, FeedFormat, Page
from pipelines.urls import article_id, host_of, twin_id
from worker.state import RecallResult, State
from worker.web import Fetched, WebClient, feed_limits, robots_url

RECALL_EVERY_S = 7 * 86_400.0
RECALL_DAYS = 1.0


@dataclass(frozen=True, slots=True)
class RecallCheck:
    """What the check of a source needs."""

    state: State
    web: WebClient
    settings: Settings

    def run(self, feeds: Sequence[Feed], *, sitemap: str, now: float) -> RecallResult:
        """Compare the last day of a source's sitemap with what was seen; `feeds` are those of the source.

        A sitemap that cannot be had is a result too, with its problem.
        """
        source, at = feeds[0].source, datetime.fromtimestamp(now, UTC)
        try:
            pages = pages_of_time(self._pages(sitemap, now=at), now=at, days=RECALL_DAYS)
        except KuzetError as error:
            return self.state.recalls.keep_problem(source, error.problem, sitemap=sitemap, now=now)
        outcomes = {page.link: _outcome(self.state, page.link) for page in pages}
        polls = {feed.id: self.state.feeds.polls(feed.id) for feed in feeds}
        found = recall(pages, outcomes, polls, source=source, sitemap=sitemap, now=at, days=RECALL_DAYS)
        result = self.state.recalls.keep(found, now=now)
        data = {"source": source, "listed": result.listed, "seen": result.seen}
        self.state.events.publish("feed.recall", source, now=now, data=data)
        return result

    def _pages(self, sitemap: str, *, now: datetime) -> list[ListedPage]:
        """Fetch a sitemap, of an index the newest one. Raises KuzetError."""
        page = self._document(sitemap)
        try:
            return listed_pages(page.body, url=page.final_url, headers=page.headers, now=now)
        except FeedUnusableError as error:
            if error.reason != "sitemap_index":
                raise
        page = self._document(newest_sitemap(page.body, url=page.final_url, headers=page.headers, now=now))
        return listed_pages(page.body, url=page.final_url, headers=page.headers, now=now)

    def _document(self, url: str) -> Page:
        answer = self.web.get(url, limits=feed_limits(self.settings))
        if not isinstance(answer, Fetched):
            raise KuzetError(url, f"the sitemap was not fetched: {answer}")
        return answer.page


def sitemap_of(state: State, feeds: Iterable[Feed], *, now: float) -> str:
    """Return the sitemap of a source as the catalogue or its robots.txt names it, as far as it is known; else empty.

    A source that is watched by its news sitemap is no check of itself.
    """
    feeds = list(feeds)
    named = next((feed.sitemap for feed in feeds if feed.sitemap), "")
    if named or any(feed.format is FeedFormat.SITEMAP for feed in feeds):
        return named
    known = (state.hosts.robots(host_of(feed.url), now=now) or "" for feed in feeds)
    return next((each for robots in known for each in sitemaps_named(robots)), "")


def fetched_sitemap(web: WebClient, feed: Feed, *, settings: Settings) -> str:
    """Return the first sitemap that the robots.txt of a feed's site names now; empty without any."""
    answer = web.get(robots_url(feed.url), limits=feed_limits(settings))
    text = answer.page.body.decode("utf-8", "replace") if isinstance(answer, Fetched) else ""
    return next(iter(sitemaps_named(text)), "")


def due_source(state: State, feeds: Iterable[Feed], *, now: float) -> str:
    """Return the source whose check is due for longest, empty when none is. Each is checked once a week."""
    sources: dict[str, list[Feed]] = {}
    for feed in feeds:
        sources.setdefault(feed.source, []).append(feed)
    last = state.recalls.all()
    waiting = [
        (last[source].at if source in last else 0.0, source)
        for source, own in sources.items()
        if (source not in last or now - last[source].at >= RECALL_EVERY_S) and sitemap_of(state, own, now=now)
    ]
    return min(waiting)[1] if waiting else ""


def _outcome(state: State, link: str) -> str | None:
    """Return how the article behind a link ended, empty while it is under way, None when it was never sighted."""
    try:
        ids = (article_id(link), twin_id(link))
    except UnsafeAddressError:
        return None
    owners = (state.articles.alias_owner(each) for each in ids)
    found = next(filter(None, map(state.articles.trace, filter(None, (ids[0], *owners)))), None)
    return found.outcome if found else None
