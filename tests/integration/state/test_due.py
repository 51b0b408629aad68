"""Due times and host slots: who is looked at when, against the real server."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pipelines.models import Entry, Feed, Stage
from tests.support.leases import LEASE_S
from worker.state import ArticleAddress, State

NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
HOST = "dala.example"


@pytest.fixture
def state(redis):
    return State(redis, prefix="t:", lease_s=LEASE_S)


def sight(state, article_id, host, *, at=NOW, feed=FEED.id):
    entry = Entry(link=f"http://{host}/{article_id}", title=article_id)
    address = ArticleAddress(article_id=article_id, url=entry.link, host=host)
    state.articles.sight(entry, address, feed=replace(FEED, id=feed), now=at)


def take(state, *, now=NOW, limit=10, spacing_s=0.0):
    return state.due.take(Stage.FETCH, now=now, lease_s=30, limit=limit, spacing_s=spacing_s)


def reserve(state, item, *, now=NOW, spacing_s=2.0):
    return state.hosts.reserve(HOST, item, now=now, spacing_s=spacing_s)


def test_what_is_due_is_taken_once_a_lease(state):
    """The tick runs every second; an item that was nudged must not be nudged again before its lease is over."""
    sight(state, "a", HOST)
    state.due.schedule(Stage.FETCH, "later", at=NOW + 100)
    assert state.due.ready(Stage.FETCH, now=NOW) == 1
    assert take(state) == ["a"]
    assert take(state, now=NOW + 29) == []
    assert take(state, now=NOW + 30) == ["a"]
    assert state.due.next_at(Stage.FETCH) == NOW + 60
    assert (state.due.size(Stage.FETCH), state.due.next_at(Stage.PARSE)) == (2, None)


def test_a_slow_hosts_flood_is_no_wrong_clock(state):
    """Thousands of entries of a host that wants a minute between two requests: each tick brought them forward."""
    for number in range(10):
        sight(state, f"a{number}", HOST)
    take(state, limit=1, spacing_s=6 * 3600)
    assert state.clock.check("a", now=NOW) == ""


def test_two_ticks_at_once_get_different_items(state):
    """Two beats must not double the work, nor leave any of it."""
    for number in range(60):
        sight(state, f"a{number}", f"host{number % 7}")
    with ThreadPoolExecutor(8) as pool:
        taken = [item for items in pool.map(lambda _: take(state, limit=9), range(10)) for item in items]
    assert Counter(taken) == Counter(f"a{number}" for number in range(60))


def test_hosts_take_turns(state):
    """A site that publishes 400 articles at once must not hold up everybody else."""
    for number in range(400):
        sight(state, f"big{number}", "big.example", at=NOW - 10)
    for number in range(3):
        sight(state, f"small{number}", "small.example")
    taken = take(state, limit=6)
    assert [item[:3] for item in taken] == ["big", "sma", "big", "sma", "big", "sma"]


def test_a_flood_of_one_host_hides_no_other(state):
    """600 old items of one host must not keep 20 others out of sight, whatever asks hosts and whatever does not."""
    for number in range(600):
        sight(state, f"big{number}", "big.example", at=NOW - 100)
    for number in range(20):
        sight(state, f"small{number}", f"host{number}.example")
    taken = take(state, limit=21, spacing_s=2.0)
    assert sorted({item.rstrip("0123456789") for item in taken}) == ["big", "small"]
    assert len(taken) == 21


def test_small_takes_are_as_fair_as_a_large_one(state):
    """A worker with one slot takes an item or two at a time; two floods must not share it between them for ever."""
    for number in range(40):
        sight(state, f"a{number}", "a.example", at=NOW - 100)
        sight(state, f"b{number}", "b.example", at=NOW - 100)
    sight(state, "c", "c.example")
    assert "c" in [item for _ in range(3) for item in take(state, limit=1)]


def test_a_host_is_given_what_it_can_answer(state):
    """A nudge that only finds a busy host is a message for nothing: 400 of them are most of a day's messages."""
    for number in range(400):
        sight(state, f"a{number}", HOST)
    taken = []
    for second in range(20):
        for item in take(state, now=NOW + second, spacing_s=2.0):
            assert reserve(state, item, now=NOW + second) == NOW + second
            taken.append(item)
    assert len(set(taken)) == len(taken) == 10
    assert state.due.size(Stage.FETCH) == 400


@pytest.mark.parametrize("flood", [2_000, 50])
def test_a_flood_delays_others_of_its_host_by_at_most_two_intervals(state, flood):
    """A feed that lists 2,000 old entries kept the same site's news and feeds waiting for 67 minutes."""
    for number in range(flood):
        sight(state, f"flood{number}", HOST, feed="archive")
    now = run_host(state, seconds=20)
    sight(state, "news", HOST, feed="news", at=now)
    asked = run_host(state, start=now, until="news")
    assert asked - now <= 4.0
    assert state.hosts.reserve(HOST, "a feed", now=asked, spacing_s=2.0) - asked <= 4.0


def run_host(state, *, start=NOW, seconds=60, until=""):
    """Let the tick and a worker work for that time, or until the item was asked for; the time then."""
    for second in range(seconds):
        now = start + second
        for item in take(state, now=now, spacing_s=2.0):
            claim = state.articles.claim(item, stage=Stage.FETCH, now=now)
            free_at = reserve(state, item, now=now)
            if free_at > now:
                state.articles.release(claim, not_before=free_at, now=now, give_back_attempt=True)
            else:
                state.articles.advance(claim, to=Stage.EXTRACT, now=now, page="p")
                if item == until:
                    return now
    return start + seconds


def test_no_capacity_takes_nothing(state):
    """A full queue must not be given more, and nothing may lose its turn for it."""
    sight(state, "a", HOST)
    assert take(state, limit=0) == []
    assert take(state, limit=-3) == []
    assert take(state) == ["a"]


def test_a_due_time_without_a_record_is_harmless(state, redis):
    """Claiming returns nothing; taking must not create half a record."""
    state.due.schedule(Stage.FETCH, "ghost", at=NOW)
    assert take(state) == ["ghost"]
    assert not redis.exists("t:article:ghost")
    assert state.articles.claim("ghost", stage=Stage.FETCH, now=NOW) is None
    assert state.due.size(Stage.FETCH) == 0


def test_a_free_host_says_now(state):
    """The usual case costs no waiting."""
    assert reserve(state, "a") == NOW
    assert reserve(state, "b", now=NOW + 2) == NOW + 2


def test_now_is_the_callers_own_number(state):
    """The caller compares `free_at > now`; a rounded number would make it wait for a part of a millisecond."""
    for now in (NOW + 0.123_456_7, NOW + 5.000_999_9):
        assert reserve(state, "a", now=now) == now


def test_a_reserved_time_is_kept(state):
    """Reservations must not pile up: a hundred articles of one site are fetched at its pace, each after one wait."""
    slots = [reserve(state, f"a{number}") for number in range(100)]
    assert slots == [NOW + 2 * number for number in range(100)]
    for number, slot in enumerate(slots[1:], start=1):
        assert reserve(state, f"a{number}", now=slot + 0.7) == slot + 0.7
    assert reserve(state, "next", now=slots[-1] + 1) == slots[-1] + 2.7


def test_asking_early_does_not_queue_up_again(state):
    """A stray nudge before the time must neither get through nor lose the place."""
    reserve(state, "a")
    assert reserve(state, "b") == NOW + 2
    assert reserve(state, "b", now=NOW + 1) == NOW + 2
    assert reserve(state, "c", now=NOW + 1) == NOW + 4
    assert reserve(state, "b", now=NOW + 2) == NOW + 2


def test_a_slot_is_used_once(state):
    """An article that failed and comes again needs a new slot."""
    reserve(state, "a")
    assert reserve(state, "b") == NOW + 2
    assert reserve(state, "b", now=NOW + 2) == NOW + 2
    assert reserve(state, "b", now=NOW + 2.5) == NOW + 4


def test_a_backlog_does_not_arrive_at_once(state):
    """After a stall of a minute thirty reserved articles come together: the site gets one, the others new times."""
    items = [f"a{number}" for number in range(30)]
    for item in items:
        reserve(state, item)
    late = NOW + 120
    answers = [reserve(state, item, now=late) for item in items[1:]]
    assert answers.count(late) == 1
    assert sorted(answers) == [late + 2 * number for number in range(29)]


def test_a_late_item_goes_when_the_host_has_rested(state):
    """Being late must not cost the place behind a long queue while the site is idle anyway."""
    for item in ("a", "b", "c", "d", "e"):
        reserve(state, item)
    assert reserve(state, "b", now=NOW + 5) == NOW + 5
    assert reserve(state, "e", now=NOW + 10) == NOW + 10
    assert reserve(state, "d", now=NOW + 11) == NOW + 12


def test_late_items_all_get_through(state):
    """Under load all items come late, every time; the host must still be used at its pace, and no item starve."""
    waiting = {f"a{number}": reserve(state, f"a{number}", spacing_s=0.5) for number in range(40)}
    now, most_at_once = NOW, 0
    while waiting and now < NOW + 200:
        now += 3.0  # a coarse tick: most slots are long over when it looks
        for item in [item for item, at in waiting.items() if at <= now]:
            waiting[item] = reserve(state, item, now=now, spacing_s=0.5)
        went = [item for item, at in waiting.items() if at == now]
        most_at_once = max(most_at_once, len(went))
        waiting = {item: at for item, at in waiting.items() if item not in went}
    assert not waiting
    assert now <= NOW + 60
    assert most_at_once <= 5


def test_spacing_holds_for_items_that_race(state):
    """Threads of several workers ask at the same moment: each gets its own time."""
    with ThreadPoolExecutor(8) as pool:
        slots = list(pool.map(lambda number: reserve(state, f"a{number}"), range(32)))
    assert sorted(slots) == [NOW + 2 * number for number in range(32)]


def test_hosts_do_not_wait_for_each_other(state):
    """Politeness is per host."""
    reserve(state, "a")
    assert state.hosts.reserve("other.example", "a", now=NOW, spacing_s=2.0) == NOW


def test_retry_after_holds_everybody(state):
    """429 means all requests to the host, also those that have a slot; afterwards they come one by one."""
    reserve(state, "a")
    assert reserve(state, "b") == NOW + 2
    state.hosts.hold(HOST, until=NOW + 60, now=NOW)
    state.hosts.hold(HOST, until=NOW + 30, now=NOW)
    assert reserve(state, "b", now=NOW + 2) == NOW + 60
    assert reserve(state, "c", now=NOW + 3) == NOW + 62
    assert reserve(state, "b", now=NOW + 60) == NOW + 60


def test_a_refused_page_holds_pages_and_no_feed(state):
    """One 429 of a page with Retry-After of an hour silenced the whole site, its feeds included."""
    sight(state, "a", HOST)
    state.hosts.hold(HOST, until=NOW + 3600, now=NOW, pages_only=True)
    assert state.hosts.reserve(HOST, "page", now=NOW, spacing_s=2.0, is_page=True) == NOW + 3600
    assert reserve(state, "feed") == NOW
    assert take(state, spacing_s=2.0) == []
    assert state.due.next_at(Stage.FETCH) >= NOW + 3600
    assert state.hosts.held(now=NOW) == {HOST: NOW + 3600}
    assert state.hosts.held(now=NOW + 3601) == {}


def test_a_hold_is_at_most_a_day(state):
    """A broken header of ten years must not silence a source for ever."""
    state.hosts.hold(HOST, until=NOW + 10**9, now=NOW)
    assert reserve(state, "a") == NOW + 86_400


def test_failures_in_a_row(state):
    """The caller backs off by them; one answer clears them."""
    assert [state.hosts.failed(HOST) for _ in range(3)] == [1, 2, 3]
    assert state.hosts.failures(HOST) == 3
    state.hosts.answered(HOST)
    assert state.hosts.failures(HOST) == 0


def test_robots_are_kept_for_a_day(state):
    """One robots.txt a day and host; an empty one is a known answer."""
    assert state.hosts.robots(HOST, now=NOW) is None
    state.hosts.keep_robots(HOST, "", now=NOW)
    assert state.hosts.robots(HOST, now=NOW + 86_399) == ""
    assert state.hosts.robots(HOST, now=NOW + 86_401) is None


def test_hosts_are_forgotten(state, redis):
    """The web has many hosts; memory has an end."""
    reserve(state, "a")
    reserve(state, "b")
    for key in redis.scan_iter("t:host:*"):
        assert 0 < redis.ttl(key) <= 2 * 86_400
