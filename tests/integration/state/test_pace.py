"""How fast articles end, in the state."""

from __future__ import annotations

import pytest

from pipelines.models import Entry, Feed, Outcome, Stage
from tests.support.leases import LEASE_S
from worker.state import ArticleAddress, State
from worker.state.pace import EVERY_S, PacePoint

NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")


@pytest.fixture
def state(redis):
    return State(redis, prefix="t:", lease_s=LEASE_S)


def sight(state: State, number: int) -> str:
    entry = Entry(link=f"http://dala.example/{number}", title=f"№ {number}")
    address = ArticleAddress.of(entry.link)
    state.articles.sight(entry, address, feed=FEED, now=NOW)
    return address.article_id


def test_points_count_what_ended_and_what_waits(state, redis):
    """The rate of a backlog is measured from them; rechecks that are still to come do not wait."""
    ids = [sight(state, number) for number in range(3)]
    assert state.pace.note(now=NOW)
    assert not state.pace.note(now=NOW + 1), "each second would cost more than it shows"
    redis.delete("t:pace:noted")
    state.articles.finish(state.articles.claim(ids[0], stage=Stage.FETCH, now=NOW), Outcome.REJECTED, now=NOW)
    state.due.schedule(Stage.FETCH, "recheck", at=NOW + 3600)
    assert state.pace.note(now=NOW + EVERY_S)
    assert state.pace.points() == [
        PacePoint(at=NOW + EVERY_S, ended=1, waiting=2),
        PacePoint(at=NOW, ended=0, waiting=3),
    ]
