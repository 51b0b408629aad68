"""Fetching one document by hand, as the workers would, with the way out when a site does not give it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.errors import KuzetError
from pipelines.models import Article, FeedFormat, ParsedFeed
from worker.answers.wording import local_time

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.web.answers import Fetched, FetchResult

REMEDIES = {
    "unsafe_address": "Addresses of your own network are fetched only when KUZET_ALLOW_HOSTS names them as host:port, "
    "for this command and for `kuzet up`.",
    "robots": "The site's robots.txt closes it to robots, and kuzet keeps to that.",
    "dns": "Is the name spelt rightly, and is this machine on the internet?",
    "connect": "Does the site answer in a browser?",
    "tls": "Its certificate or its TLS cannot be trusted; kuzet makes no exception.",
    "http_403": "The site may refuse programs; KUZET_USER_AGENT and KUZET_CONTACT say who asks.",
    "http_404": "The address may have changed: look for a newer one on the site.",
    "not_text": "It is no text, so it is no feed.",
    "not_html": "It is no page.",
}
"""Reason of a refusal → what a person can do about it."""


def fetch_feed(runtime: Runtime, url: str, form: FeedFormat) -> ParsedFeed:
    """Return the feed as the workers would see it. Raises KuzetError saying why not."""
    from pipelines.feeds import parse_feed, parse_sitemap
    from worker.web import feed_limits

    page = fetched(url, runtime.web.get(url, limits=feed_limits(runtime.settings))).page
    read = parse_sitemap if form is FeedFormat.SITEMAP else parse_feed
    return read(page.body, url=page.final_url, headers=page.headers, now=datetime.now(UTC))


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
            raise KuzetError(url, f"was not fetched: {result}", remedy=REMEDIES.get(str(reason), ""))
        case Later(not_before, reason):
            raise KuzetError(url, f"was not fetched: the site asks to wait until {local_time(not_before)} ({reason})")
    raise KuzetError(url, "was not fetched: the site says that it has not changed")
