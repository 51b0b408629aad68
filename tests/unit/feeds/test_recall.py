"""A source against its sitemap: what was seen, and why the rest was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.feeds import ListedPage
from pipelines.feeds.recall import HISTORY, NEVER_LISTED, TOO_EARLY, pages_of_time, recall
from pipelines.models import Poll

NOW = datetime(2025, 9, 3, 9, 0, tzinfo=UTC)


def page(name: str, *, hours: float = 5, title: str = "") -> ListedPage:
    return ListedPage(link=f"https://a.kz/{name}", title=title, published_at=NOW - timedelta(hours=hours))


def polls(*, failing_since_h: float = 0, count: int = HISTORY, dropped: dict[str, int] | None = None) -> list[Poll]:
    """One poll an hour, newest first; those of the last `failing_since_h` hours failed."""
    return [
        Poll(
            at=NOW.timestamp() - 3600 * number,
            ok=number >= failing_since_h,
            note="http_500" if number < failing_since_h else "",
            dropped=dropped or {},
        )
        for number in range(count)
    ]


def test_only_a_time_that_is_over_is_compared():
    """An article of a minute ago comes with the next poll; yesterday's is missed for good."""
    listed = [page("now", hours=0.5), page("today"), page("old", hours=30), ListedPage("https://a.kz/x", "", None)]
    assert [each.link for each in pages_of_time(listed, now=NOW, days=1)] == ["https://a.kz/today"]


def test_in_a_news_sitemap_only_news_count():
    """Its other pages are sections and tags."""
    listed = [page("section"), page("article", title="Көпір ашылды")]
    assert [each.title for each in pages_of_time(listed, now=NOW, days=1)] == ["Көпір ашылды"]


@pytest.mark.parametrize(
    ("outcome", "history", "why"),
    [
        ("rejected:http_404", polls(), "it was seen and not indexed (rejected:http_404)"),
        (None, polls(), NEVER_LISTED),
        (None, polls(failing_since_h=8), "its feed failed then (http_500)"),
        (None, polls(failing_since_h=2), NEVER_LISTED),
        (None, polls(count=3), TOO_EARLY),
        (None, [], TOO_EARLY),
        (
            None,
            polls(dropped={"no_words": 2}),
            f"{NEVER_LISTED}, or it was among the items that were dropped (no_words)",
        ),
    ],
)
def test_what_was_missed_says_why(outcome: str | None, history: list[Poll], why: str):
    """A number alone helps no one: the reason decides whether a person must do something."""
    listed = [page("seen"), page("under-way"), page("missed")]
    outcomes = {listed[0].link: "indexed", listed[1].link: "", listed[2].link: outcome}
    found = recall(listed, outcomes, {"a": history}, source="a.kz", sitemap="s", now=NOW, days=1)
    assert [(each.link, each.why) for each in found.missed] == [(listed[2].link, why)]
    assert (found.seen, found.listed) == (2 if outcome is None else 3, 3)
