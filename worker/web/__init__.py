"""Fetching from strangers: the guarded client and robots.txt."""

from worker.web.answers import (
    Fetched,
    FetchResult,
    Later,
    NotModified,
    Reason,
    Refused,
    word_of,
)
from worker.web.client import WebClient
from worker.web.limits import Accept, Limits, feed_limits, page_limits
from worker.web.robots import crawl_delay_s, fetch_robots, robots_allows, robots_url

__all__ = [
    "Accept",
    "FetchResult",
    "Fetched",
    "Later",
    "Limits",
    "NotModified",
    "Reason",
    "Refused",
    "WebClient",
    "crawl_delay_s",
    "feed_limits",
    "fetch_robots",
    "page_limits",
    "robots_allows",
    "robots_url",
    "word_of",
]
