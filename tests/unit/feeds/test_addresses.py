"""Where a feed is asked for when its address moves, dies or only lists other addresses."""

from __future__ import annotations

import pytest

from pipelines.feeds import NEWEST_SITEMAP, AskAt, after_answer, after_failure
from pipelines.feeds.addresses import ALTERNATE, ALTERNATE_S, MOVED
from pipelines.models import Feed

NOW = 1_790_000_000.0
MAIN, SECOND, THIRD = "https://a.kz/rss", "https://a.kz/feed", "https://b.kz/rss"
FEED = Feed(id="a", url=MAIN, source="a.kz", family="a", alternates=(SECOND, THIRD))


@pytest.mark.parametrize(
    ("moved_to", "moved", "ask_at"),
    [(SECOND, 2, None), (SECOND, 3, AskAt(address=SECOND, why=MOVED)), ("", 9, None), (MAIN, 9, None)],
)
def test_a_redirect_for_good_is_believed_the_third_time(moved_to: str, moved: int, ask_at: AskAt | None):
    """A broken deployment redirects everything to its start page for an hour."""
    assert after_answer(asked=MAIN, moved_to=moved_to, moved=moved) == ask_at


@pytest.mark.parametrize(
    ("asked", "failures", "address"),
    [(MAIN, 4, None), (MAIN, 5, SECOND), (SECOND, 10, THIRD), (THIRD, 15, ""), ("https://moved.kz/", 5, "")],
)
def test_the_ways_in_are_tried_in_turn(asked: str, failures: int, address: str | None):
    """A feed that dies often lives on under another address of the site."""
    found = after_failure(FEED, asked=asked, why="", failures=failures, note="http_500", now=NOW)
    assert (found.address if found else None) == address
    if address:
        assert (found.why, found.until) == (ALTERNATE, NOW + ALTERNATE_S)


def test_a_feed_with_one_address_is_asked_there():
    """There is nowhere else."""
    only = Feed(id="a", url=MAIN, source="a.kz", family="a")
    assert after_failure(only, asked=MAIN, why="", failures=5, note="http_404", now=NOW) is None


def test_a_sitemap_that_is_gone_sends_back_to_its_index():
    """A new month has begun: the index names the new one."""
    found = after_failure(FEED, asked=THIRD, why=NEWEST_SITEMAP, failures=1, note="http_404 (x)", now=NOW)
    assert found == AskAt(address="")
