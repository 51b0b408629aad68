"""A clock that goes back must not stop the watch for as long."""

from __future__ import annotations

import pytest

from pipelines.models import Entry, Feed, Stage
from pipelines.urls import article_id
from tests.support.leases import LEASE_S
from worker.state import ArticleAddress, State
from worker.state.workers import WorkerPresence, announce, present

NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")


@pytest.fixture
def state(redis):
    return State(redis, prefix="t:", lease_s=LEASE_S)


def test_a_step_back_moves_what_is_to_come(state):
    """An hour back would be an hour without a poll, while `status` says that all is well."""
    state.clock.check("a", now=NOW)
    state.due.schedule(Stage.POLL, "feed", at=NOW + 120)
    state.due.schedule(Stage.FETCH, "recheck", at=NOW + 6 * 3600)
    said = state.clock.check("a", now=NOW - 3600)
    assert "went back by 3600 s" in said
    assert state.due.at(Stage.POLL, "feed") == NOW - 3600 + 120
    assert state.due.at(Stage.FETCH, "recheck") == NOW + 5 * 3600
    assert state.clock.check("a", now=NOW - 3599) == ""


def test_clocks_of_other_machines_may_differ(state):
    """Two beats whose clocks differ by a minute must not move everything each second."""
    state.due.schedule(Stage.POLL, "feed", at=NOW + 120)
    assert {state.clock.check(machine, now=NOW + ahead) for machine, ahead in (("a", 60), ("b", 0), ("a", 61))} == {""}
    assert state.due.at(Stage.POLL, "feed") == NOW + 120


@pytest.mark.parametrize("stage", [Stage.POLL, Stage.FETCH, Stage.EXTRACT])
def test_a_step_that_nobody_saw_is_made_good(state, stage):
    """The clock was wrong by a year while the machine was off: nothing in the state may wait that long."""
    state.due.schedule(stage, "item", at=NOW + 365 * 86_400)
    assert "brought forward" in state.clock.check("a", now=NOW)
    assert state.due.at(stage, "item") == NOW


def test_a_host_that_was_asked_in_the_future_is_free(state):
    """Its line is of a time that did not come; else every page and feed of it waits for the step to pass."""
    state.hosts.reserve("dala.example", "a", now=NOW + 3600, spacing_s=2.0)
    assert state.hosts.reserve("dala.example", "b", now=NOW, spacing_s=2.0) == NOW


@pytest.mark.parametrize("ahead_s", [300, 3600])
def test_a_host_that_was_promised_in_the_future_is_free(state, ahead_s):
    """Its pages were put off without a message until then, so that no worker came to see that the line is wrong.

    A clock that was an hour ahead for half a minute kept the pages of every host that was asked meanwhile for an hour.
    """
    sight(state, 1, now=NOW + ahead_s)
    assert take(state, now=NOW + ahead_s), "the host is promised"
    state.hosts.hold("dala.example", until=NOW + ahead_s + 600, now=NOW + ahead_s)
    sight(state, 2, now=NOW)
    assert take(state, now=NOW) == [article_id("http://dala.example/2")]
    assert state.hosts.held(now=NOW) == {}


def test_a_rest_that_a_host_asked_for_is_kept(state):
    """A Retry-After of hours is no sign of a wrong clock."""
    state.hosts.reserve("dala.example", "a", now=NOW, spacing_s=2.0)
    state.hosts.hold("dala.example", until=NOW + 7200, now=NOW)
    sight(state, 1, now=NOW)
    assert take(state, now=NOW + 1) == []
    assert state.hosts.held(now=NOW + 1)


def sight(state, number, *, now):
    entry = Entry(link=f"http://dala.example/{number}", title="№")
    state.articles.sight(entry, ArticleAddress.of(entry.link), feed=FEED, now=now)


def take(state, *, now):
    return state.due.take(Stage.FETCH, now=now, lease_s=15, limit=5, spacing_s=2.0)


def test_a_claim_from_the_future_is_dead(state):
    """Its worker was killed before the step: the lease would keep the feed for an hour."""
    state.feeds.sync([FEED], now=NOW)
    assert state.feeds.claim(FEED.id, stage=Stage.POLL, now=NOW + 3600)
    state.due.schedule(Stage.POLL, FEED.id, at=NOW)
    assert state.feeds.claim(FEED.id, stage=Stage.POLL, now=NOW)


def test_a_rebuild_goes_on_after_a_step(state):
    """Its worker was killed while the clock was ahead: the reindex would rest for an hour."""
    state.rebuilds.begin("reindex", owner="t", progress={}, now=NOW)
    assert state.rebuilds.take(now=NOW + 3600, lease_s=10)
    assert state.rebuilds.current().is_free(now=NOW)
    assert state.rebuilds.take(now=NOW, lease_s=10)
    assert not state.rebuilds.current().is_free(now=NOW)
    assert not state.rebuilds.take(now=NOW + 1, lease_s=10)


def test_a_notification_is_not_late_by_the_step(state, redis):
    """An alert is worth most in its first minutes."""
    redis.zadd("t:due:notices", {"notice": NOW + 3630})
    state.clock.check("a", now=NOW + 3600)
    state.clock.check("a", now=NOW)
    assert redis.zscore("t:due:notices", "notice") == NOW + 30


def test_a_problem_is_shown_while_it_lasts(state):
    """`kuzet status` must say what is wrong, and not what was."""
    state.problems.note("pages", "no room", now=NOW)
    state.problems.note("pages", "still no room", now=NOW + 60)
    assert state.problems.current(now=NOW + 100) == ["still no room"]
    assert state.problems.current(now=NOW + 200) == []


@pytest.mark.parametrize("name", ["due:alerts", "due:escalations", "alerts:stories"])
def test_an_alert_does_not_wait_for_the_step_to_pass(state, redis, name):
    """What alerts gather, escalate or are to look at was put off with the polls, and must come back with them."""
    redis.zadd(f"t:{name}", {"one": NOW + 3660})
    state.clock.check("a", now=NOW + 3600)
    state.clock.check("a", now=NOW)
    assert redis.zscore(f"t:{name}", "one") == NOW + 60


def test_who_died_while_the_clock_was_ahead_is_not_believed(state, redis):
    """A worker of the future counts as present for as long as the step was: its slots are filled in vain."""
    ahead = WorkerPresence(name="io@a", queues=("io",), slots=16, pid=1, seen_at=NOW + 3600)
    announce(redis, "t:", ahead)
    state.problems.note("pages", "no room", now=NOW + 3600)
    state.clock.check("a", now=NOW + 3601)
    state.clock.check("a", now=NOW)
    assert present(redis, "t:", now=NOW) == []
    assert state.problems.current(now=NOW) == ["no room"]
    assert state.problems.current(now=NOW + 130) == []


LOCKS = {
    "outbox:lock": lambda state: state.outbox.lock(lease_s=35),
    "alerts:lock": lambda state: state.alerts.lock(lease_s=20),
    "alerts:turn:silence": lambda state: state.alerts.take_turn("silence", every_s=60),
    "upkeep:nudged": lambda state: state.rebuilds.may_nudge(),
    "pace:noted": lambda state: state.pace.note(now=NOW),
}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_of_the_brokers_future_is_open(state, redis, lock):
    """The broker ends locks by its own clock: its step back would keep one that a killed worker had for as long.

    No article was written for an hour, and `kuzet status` had nothing to say.
    """
    redis.set(f"t:{lock}", "of a worker that died", px=3_600_000)
    assert not state.outbox.is_locked(lease_s=35)
    assert LOCKS[lock](state)
    assert not LOCKS[lock](state)
