"""Looking at feeds before they are watched: whether each answers, what it holds, and what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.errors import FeedUnusableError, KuzetError
from pipelines.feeds.discovery import Candidate, Named, candidates
from pipelines.language.detect import detect
from pipelines.models import Feed, FeedFormat, ParsedFeed
from pipelines.urls import host_of
from worker.answers.feeds import new_feed
from worker.answers.fetching import NotFetchedError, fetch_feed

if TYPE_CHECKING:
    from worker.runtime import Runtime

HOSTS_AT_ONCE = 8
TITLES_READ = 20

NEEDS = {
    "robots": "the site's leave: its robots.txt closes it",
    "tls": "the missing certificate as `tls_extra_ca`",
    "dns": "another address: this host is gone",
    "connect": "another address, or patience: the host does not answer",
    "timeout": "patience: the host is too slow",
    "http_401": "an account",
    "http_403": "the site's leave: it refuses programs",
    "http_404": "another address: `kuzet feeds discover SITE`",
    "http_410": "another address: `kuzet feeds discover SITE`",
    "html": "another address, or `format: page` with `links`",
    "sitemap": "`format: sitemap`",
    "no_entries": "entries: the feed is empty",
}
OTHER_NEED = "a look by a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A feed as it answered just now. `reason`: a stable word when it is of no use, `problem` its sentence."""

    feed: Feed
    entries: int = 0
    newest: datetime | None = None
    language: str = ""
    reason: str = ""
    problem: str = ""

    @property
    def is_usable(self) -> bool:
        return not self.reason

    @property
    def need(self) -> str:
        """Return what would make it usable, empty when it is."""
        return NEEDS.get(self.reason, OTHER_NEED) if self.reason else ""


def examine(runtime: Runtime, feed: Feed) -> Examined:
    """Fetch a feed and say what it holds. Never raises for what a site does."""
    try:
        return read(feed, fetch_feed(runtime, feed))
    except NotFetchedError as error:
        return Examined(feed=feed, reason=error.reason, problem=error.problem)
    except FeedUnusableError as error:
        return Examined(feed=feed, reason=error.reason, problem=error.problem)
    except KuzetError as error:
        return Examined(feed=feed, reason="unusable", problem=error.problem)


def read(feed: Feed, parsed: ParsedFeed) -> Examined:
    dates = [entry.published_at for entry in parsed.entries if entry.published_at]
    words = "\n".join(f"{entry.title}. {entry.summary}" for entry in parsed.entries[:TITLES_READ])
    language = detect(words, hint=parsed.entries[0].language).language
    return Examined(feed=feed, entries=len(parsed.entries), newest=max(dates, default=None), language=language)


def examine_all(runtime: Runtime, feeds: Sequence[Feed], *, done: Callable[[], None]) -> list[Examined]:
    """Examine feeds, several hosts at once, and the feeds of a host one after the other with its rest between."""
    by_host = [list(group) for _, group in groupby(sorted(feeds, key=_host), key=_host)]

    def one_host(group: list[Feed]) -> list[Examined]:
        found = []
        for number, feed in enumerate(group):
            time.sleep(runtime.settings.host_spacing_s if number else 0.0)
            found.append(examine(runtime, feed))
            done()
        return found

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        examined = {each.feed.id: each for group in pool.map(one_host, by_host) for each in group}
    return [examined[feed.id] for feed in feeds]


def _host(feed: Feed) -> str:
    return host_of(feed.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """An address that was tried, how it was found, and what it holds."""

    candidate: Candidate
    examined: Examined


def discover(runtime: Runtime, url: str) -> Iterator[Discovered]:
    """Yield the feeds of a site as they are found; its robots.txt is obeyed, and its host rests between two requests.

    Common addresses are tried only where nothing else was of use. Raises KuzetError when the site does not answer.
    """
    from worker.web import crawl_delay_s, fetch_robots, robots_allows

    rules = fetch_robots(runtime.web, url)
    if not isinstance(rules, str):
        raise KuzetError(url, f"its robots.txt cannot be read ({rules.reason}), so nothing of it is asked for")
    agent = runtime.settings.user_agent
    rest_s = max(runtime.settings.host_spacing_s, crawl_delay_s(rules, agent) or 0.0)
    time.sleep(rest_s)
    found = False
    for candidate in candidates(_page(runtime, url), rules, url=url):
        if found and candidate.named is Named.COMMON:
            return
        feed = replace(new_feed(candidate.url), format=candidate.format)
        if not robots_allows(rules, candidate.url, agent):
            yield Discovered(candidate=candidate, examined=Examined(feed=feed, reason="robots", problem="robots"))
            continue
        time.sleep(rest_s)
        examined = examine(runtime, feed)
        if examined.reason == "sitemap":  # a page may call it a feed
            examined = examine(runtime, replace(feed, format=FeedFormat.SITEMAP))
        found = found or examined.is_usable
        yield Discovered(candidate=candidate, examined=examined)


def _page(runtime: Runtime, url: str) -> str:
    """Return the HTML of the site's page; empty where it has no page, for common addresses may still answer."""
    from pipelines.reading.encodings import charset_of, decode
    from worker.web import Fetched, page_limits

    answer = runtime.web.get(url, limits=page_limits(runtime.settings))
    if not isinstance(answer, Fetched):
        return ""
    return decode(answer.page.body, declared=(charset_of(answer.page.headers.get("content-type", "")),)).text
