"""Feed documents → entries; when to look again; how a feed is doing; the catalogue."""

from pipelines.feeds.catalogue import parse_catalogue
from pipelines.feeds.document import parse_feed
from pipelines.feeds.health import FeedHealth, FeedState, PollResult, Silence, health, silence
from pipelines.feeds.schedule import PollingPolicy, PollSigns, declared_freshness_s, next_check_at, publishing_rhythm_s
from pipelines.feeds.sitemap import parse_sitemap

__all__ = [
    "FeedHealth",
    "FeedState",
    "PollResult",
    "PollSigns",
    "PollingPolicy",
    "Silence",
    "declared_freshness_s",
    "health",
    "next_check_at",
    "parse_catalogue",
    "parse_feed",
    "parse_sitemap",
    "publishing_rhythm_s",
    "silence",
]
