"""Any document of a feed → its entries, by the format that the catalogue names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pipelines.feeds.document import parse_feed
from pipelines.feeds.listing import parse_listing
from pipelines.feeds.sitemap import parse_sitemap
from pipelines.models import Feed, FeedFormat, ParsedFeed


def parse_document(body: bytes, feed: Feed, *, url: str, headers: Mapping[str, str], now: datetime) -> ParsedFeed:
    """Read the entries of a document that was fetched from `url`. Raises FeedUnusableError."""
    match feed.format:
        case FeedFormat.SITEMAP:
            return parse_sitemap(body, url=url, headers=headers, now=now)
        case FeedFormat.PAGE:
            return parse_listing(body, url=url, headers=headers, now=now, links=feed.links)
        case FeedFormat.FEED:
            return parse_feed(body, url=url, headers=headers, now=now)
