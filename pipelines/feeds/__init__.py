"""Feed documents → entries; when to look again; how a feed is doing; the catalogue."""

from pipelines.feeds.addresses import INDEX_AGAIN_S, NEWEST_SITEMAP, AskAt, after_answer, after_failure
from pipelines.feeds.catalogue import parse_catalogue
from pipelines.feeds.changes import Changes, Listed, changes, listed_entries
from pipelines.feeds.document import parse_feed
from pipelines.feeds.health import DOWN_AFTER_FAILURES, FeedHealth, FeedState, Silence, health, silence
from pipelines.feeds.hints import declared_freshness_s
from pipelines.feeds.listing import parse_listing
from pipelines.feeds.reader import parse_document
from pipelines.feeds.rhythm import Rhythm, first_rhythm, learned, rhythm_from
from pipelines.feeds.schedule import (
    FALSE_NOT_MODIFIED,
    PollingPolicy,
    PollSigns,
    is_false_not_modified,
    may_ask_for_changes,
    next_check_at,
)
from pipelines.feeds.sitemap import ListedPage, listed_pages, newest_sitemap, parse_sitemap, sitemaps

__all__ = [
    "DOWN_AFTER_FAILURES",
    "FALSE_NOT_MODIFIED",
    "INDEX_AGAIN_S",
    "NEWEST_SITEMAP",
    "AskAt",
    "Changes",
    "FeedHealth",
    "FeedState",
    "Listed",
    "ListedPage",
    "PollSigns",
    "PollingPolicy",
    "Rhythm",
    "Silence",
    "after_answer",
    "after_failure",
    "changes",
    "declared_freshness_s",
    "first_rhythm",
    "health",
    "is_false_not_modified",
    "learned",
    "listed_entries",
    "listed_pages",
    "may_ask_for_changes",
    "newest_sitemap",
    "next_check_at",
    "parse_catalogue",
    "parse_document",
    "parse_feed",
    "parse_listing",
    "parse_sitemap",
    "rhythm_from",
    "silence",
    "sitemaps",
]
