"""Fetching one document by hand, as the workers would, with the way out when a site does not give it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.errors import FeedUnusableError, KuzetError
from pipelines.models import Article, Feed, Page, ParsedFeed
from worker.answers.wording import local_time

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.web.answers import Fetched, FetchResult


class NotFetchedError(KuzetError):
    """A site did not give a document. `reason`: a stable word, as counters have it (`worker.web.answers.Reason`)."""

    def __init__(self, url: str, problem: str, *, reason: str, remedy: str = "") -> None:
        super().__init__(url, problem, remedy=remedy)
        self.reason = reason


REMEDIES = {
    "unsafe_address": "Addresses of your own network are fetched only when KUZET_ALLOW_HOSTS names them as host:port, "
    "for this command and for `kuzet up`.",
    "robots": "The site's robots.txt closes it to robots, and kuzet keeps to that.",
    "dns": "Is the name spelt rightly, and is this machine on the internet?",
    "connect": "Does the site answer in a browser?",
    "tls": "kuzet makes no exception. Where the chain is incomplete, save the missing certificate as a PEM file and "
    "name it as `tls_extra_ca` of the source: kuzet feeds edit ID --tls-extra-ca FILE.",
    "http_403": "The site may refuse programs; KUZET_USER_AGENT and KUZET_CONTACT say who asks.",
    "http_404": "The address may have changed: look for a newer one on the site.",
    "not_text": "It is no text, so it is no feed.",
    "not_html": "It is no page.",
}
"""Reason of a refusal → what a person can do about it."""


def fetch_feed(runtime: Runtime, feed: Feed) -> ParsedFeed:
    """Return the feed as the workers would see it, of a sitemap index the newest. Raises KuzetError saying why not."""
    from pipelines.feeds import newest_sitemap, parse_document

    page, now = fetch_document(runtime, feed.url, extra_ca=feed.tls_extra_ca), datetime.now(UTC)
    try:
        return parse_document(page.body, feed, url=page.final_url, headers=page.headers, now=now)
    except FeedUnusableError as error:
        if error.reason != "sitemap_index":
            raise
    child = newest_sitemap(page.body, url=page.final_url, headers=page.headers, now=now)
    page = fetch_document(runtime, child, extra_ca=feed.tls_extra_ca)
    return parse_document(page.body, feed, url=page.final_url, headers=page.headers, now=now)


def fetch_document(runtime: Runtime, url: str, *, extra_ca: str = "") -> Page:
    """Return a feed's document. Raises KuzetError saying why there is no document."""
    from worker.web import feed_limits

    return fetched(url, runtime.web.get(url, limits=feed_limits(runtime.settings), extra_ca=extra_ca)).page


def fetch_article(runtime: Runtime, url: str) -> Article:
    """Return the article behind an address, as the workers would see it. Raises KuzetError saying why not."""
    from pipelines.pages import extract_article
    from worker.web import Refused, page_limits, robots_allows
    from worker.web.answers import Reason
    from worker.web.robots import fetch_robots

    rules = fetch_robots(runtime.web, url)
    closed = isinstance(rules, str) and not robots_allows(rules, url, runtime.settings.user_agent)
    result = Refused(Reason.ROBOTS) if closed else runtime.web.get(url, limits=page_limits(runtime.settings))
    return extract_article(fetched(url, result).page, entry=None, observed_at=datetime.now(UTC))


def fetched(url: str, result: FetchResult) -> Fetched:
    """Return what was fetched. Raises KuzetError with the reason and the way out for anything else."""
    from worker.web.answers import Fetched, Later, Refused

    match result:
        case Fetched():
            return result
        case Refused(reason):
            remedy = REMEDIES.get(str(reason), "")
            raise NotFetchedError(url, f"was not fetched: {result}", reason=str(reason), remedy=remedy)
        case Later(not_before, reason):
            problem = f"was not fetched: the site asks to wait until {local_time(not_before)} ({reason})"
            raise NotFetchedError(url, problem, reason=str(reason))
    raise KuzetError(url, "was not fetched: the site says that it has not changed")
