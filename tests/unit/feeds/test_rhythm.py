"""How a feed publishes is learned, and what that is worth in requests."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.rhythm import Rhythm, first_rhythm, learned, rate_at, rhythm_from, worthwhile_wait_s
from pipelines.time_zone import KAZAKHSTAN

DAY_S, HOUR_S = 86_400.0, 3_600.0
MIDNIGHT = datetime(2026, 3, 2, tzinfo=KAZAKHSTAN).timestamp()  # a Monday
COST_S = 120.0


def taught(moments: list[float], *, days: int) -> Rhythm:
    """Look once an hour for some days at articles published at these seconds of each day."""
    rhythm = Rhythm(at=MIDNIGHT)
    for hour in range(24 * days):
        begin = MIDNIGHT + hour * HOUR_S
        found = [begin + at % HOUR_S for at in moments if at // HOUR_S == hour % 24]
        rhythm = learned(rhythm, found, now=begin + HOUR_S)
    return rhythm


def wait_s(rhythm: Rhythm, now: float) -> float:
    return worthwhile_wait_s(rhythm, now=now, request_cost_s=COST_S, longest_s=DAY_S)


def test_the_hours_of_a_newsroom_are_learned():
    """At night a feed of the day is looked at seldom, and at its hours often."""
    office = taught([hour * HOUR_S + 600 * part for hour in range(9, 18) for part in range(6)], days=14)
    end = MIDNIGHT + 14 * DAY_S
    assert rate_at(office, end + 12 * HOUR_S) > 5 * rate_at(office, end + 3 * HOUR_S)
    assert wait_s(office, end + 12 * HOUR_S) < wait_s(office, end + 2 * HOUR_S) / 2


def test_a_feed_that_publishes_by_the_clock_is_looked_at_just_after_it():
    """An agency sends its news at five past: a look at fifty past brings nothing."""
    clocked = taught([hour * HOUR_S + 120 for hour in range(24) for _ in range(4)], days=14)
    now = MIDNIGHT + 14 * DAY_S + 10 * HOUR_S + 25 * 60
    looked_at = (now + wait_s(clocked, now)) % HOUR_S
    assert 0 < looked_at <= 10 * 60


def test_a_steady_feed_has_no_profile_made_of_chance():
    """Thirty articles at random hours are no habit, and waits that follow chance are worse than equal ones."""
    steady = taught([hour * HOUR_S + 1800 for hour in range(24)], days=14)
    end = MIDNIGHT + 14 * DAY_S
    rates = [rate_at(steady, end + hour * HOUR_S + 1800) for hour in range(3, 24)]
    assert max(rates) < 1.3 * min(rates)


def test_after_an_article_the_next_look_comes_sooner():
    """Breaking news is published in pieces."""
    quiet = learned(Rhythm(at=MIDNIGHT, articles=4, watched_s=28 * DAY_S), (), now=MIDNIGHT + 60)
    busy = learned(quiet, [MIDNIGHT + 100, MIDNIGHT + 110, MIDNIGHT + 115], now=MIDNIGHT + 120)
    assert wait_s(busy, MIDNIGHT + 120) < wait_s(quiet, MIDNIGHT + 120) / 3


def test_a_feed_that_fell_asleep_is_looked_at_seldom():
    """Ten items a minute last month are no reason to poll every two minutes today."""
    asleep = learned(taught([600.0 * part for part in range(100)], days=7), (), now=MIDNIGHT + 100 * DAY_S)
    assert wait_s(asleep, MIDNIGHT + 100 * DAY_S) > HOUR_S


def test_the_first_document_teaches_as_far_as_it_goes_back():
    """A feed is polled in its rhythm from the first day on."""
    now = MIDNIGHT + 12 * HOUR_S
    often = first_rhythm([now - 600 * number for number in range(50)], now=now)
    seldom = first_rhythm([now - 29 * HOUR_S * number for number in range(1, 20)], now=now)
    assert wait_s(often, now) < wait_s(first_rhythm([], now=now), now) < wait_s(seldom, now)


@given(
    st.lists(st.floats(min_value=-1e9, max_value=3e9), max_size=20),
    st.floats(min_value=0, max_value=3e9),
    st.floats(min_value=1, max_value=1e6),
)
def test_whatever_was_published_the_wait_is_a_number_within_its_bound(published: list[float], now: float, cost: float):
    """Dates come from strangers."""
    rhythm = learned(first_rhythm(published, now=now), published[:3], now=now + 60)
    wait = worthwhile_wait_s(rhythm, now=now + 60, request_cost_s=cost, longest_s=DAY_S)
    assert 0 < wait <= DAY_S


def test_a_rhythm_comes_back_from_json_as_it_was():
    """It is kept as text with its feed."""
    rhythm = taught([120.0, 7200.0], days=3)
    assert rhythm_from(json.loads(json.dumps(asdict(rhythm)))) == rhythm


@pytest.mark.parametrize("at", [0.0, 1.5e9])
def test_an_unknown_feed_is_taken_for_one_article_an_hour(at: float):
    """Neither extreme until something is known."""
    assert rate_at(Rhythm(at=at), at) == pytest.approx(1 / HOUR_S)
