"""When a feed is looked at again, and how it is doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds import (
    FeedState,
    PollingPolicy,
    PollResult,
    PollSigns,
    declared_freshness_s,
    health,
    next_check_at,
    publishing_rhythm_s,
)
from pipelines.models import Entry

NOW = 1_790_000_000.0
POLICY = PollingPolicy(min_interval_s=120, max_interval_s=3600)
MOMENTS = st.floats(min_value=0, max_value=1e12)


def wait_s(**signs: float) -> float:
    return next_check_at(NOW, PollSigns(**signs), policy=POLICY) - NOW  # type: ignore[arg-type]


def test_a_busy_feed_is_looked_at_twice_in_its_rhythm():
    """The first quarter of an hour of a story is what the watch is for."""
    assert wait_s(rhythm_s=600) == 300


@pytest.mark.parametrize(("rhythm_s", "expected_s"), [(1, 120), (1e9, 3600)])
def test_the_wait_stays_within_the_policy(rhythm_s: float, expected_s: float):
    """Never rude, never asleep."""
    assert wait_s(rhythm_s=rhythm_s) == expected_s


def test_a_feed_without_dates_is_looked_at_in_between():
    """Nothing known is no reason for either extreme."""
    assert 120 < wait_s() < 3600


def test_a_feeds_own_ttl_slows_us_down_but_not_beyond_the_longest_interval():
    """Template ttls of a day would make a news watch useless."""
    assert wait_s(rhythm_s=240, ttl_s=900) == 900
    assert wait_s(rhythm_s=240, ttl_s=86_400) == 3600


def test_failures_back_off_to_a_cap_and_the_feed_is_never_given_up():
    """Sites come back; a feed that is switched off stays forgotten."""
    waits = [wait_s(failures=number) for number in range(1, 2000, 7)]
    assert waits[0] == 240
    assert waits == sorted(waits)
    assert waits[-1] == POLICY.max_backoff_s


def test_retry_after_is_obeyed_for_a_day_at_most():
    """A site may ask for silence; a typo of a year must not silence the watch."""
    assert wait_s(not_before=NOW + 7000) == 7000
    assert wait_s(not_before=NOW + 1e9) == 86_400


@given(rhythm_s=st.none() | MOMENTS, failures=st.integers(0, 10**6), ttl_s=MOMENTS, not_before=MOMENTS)
def test_the_next_poll_is_always_ahead_and_never_more_than_a_day(
    rhythm_s: float | None, failures: int, ttl_s: float, not_before: float
):
    """Whatever was measured or sent, a feed is neither hammered nor lost."""
    signs = PollSigns(rhythm_s=rhythm_s, failures=failures, ttl_s=ttl_s, not_before=not_before)
    assert POLICY.min_interval_s <= next_check_at(NOW, signs, policy=POLICY) - NOW <= 86_400


def entries(*minutes_ago: float) -> list[Entry]:
    now = datetime.fromtimestamp(NOW, tz=UTC)
    return [Entry(link="", title="", published_at=now - timedelta(minutes=ago)) for ago in minutes_ago]


def test_the_rhythm_is_the_typical_gap_between_publications():
    """The median: one quiet night must not count as the rhythm."""
    assert publishing_rhythm_s(entries(5, 15, 25, 600, 610), now=NOW) == 600


def test_a_feed_that_fell_asleep_has_a_slow_rhythm():
    """Ten items a minute last year are no reason to poll every two minutes today."""
    assert publishing_rhythm_s(entries(10_000, 10_001, 10_002, 10_003), now=NOW) == 150_000


def test_too_few_dates_tell_nothing():
    """Two items published together would look like a flood."""
    assert publishing_rhythm_s(entries(1, 1, 1), now=NOW) is None


@pytest.mark.parametrize(
    ("value", "expected_s"),
    [("public, max-age=300", 300), ("s-maxage=9", 0), ("no-cache", 0), ("MAX-AGE=60", 60), ("", 0)],
)
def test_cache_control_says_how_long_a_response_is_fresh(value: str, expected_s: float):
    """Asking earlier brings the same bytes from a cache."""
    assert declared_freshness_s({"cache-control": value}) == expected_s


def polls(outcomes: str) -> list[PollResult]:
    """One letter a poll, newest first: n new entries, k known only, f failed."""
    return [
        PollResult(
            at=NOW - 600 * number, ok=letter != "f", new=int(letter == "n"), note="HTTP 500" if letter == "f" else ""
        )
        for number, letter in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("", "new"),
        ("nkkn", "ok"),
        ("k", "ok"),
        ("fnn", "failing"),
        ("fffff", "down"),
        ("nfkf", "flaky"),
        ("nkkkkf", "ok"),
    ],
)
def test_a_feeds_state_is_one_word(outcomes: str, state: str):
    """A person scans fifty feeds by this word."""
    assert health(polls(outcomes), now=NOW).state == FeedState(state)


def test_a_feed_that_answers_but_publishes_nothing_is_quiet():
    """Frozen feeds answer 200 for years: the watch must notice that nothing comes."""
    judged = health(polls("kkk"), now=NOW, last_new_at=NOW - 5 * 86_400)
    assert (judged.state, judged.sentence) == (FeedState.QUIET, "nothing new for 5 days")


def test_a_failing_feed_says_what_fails():
    """The sentence carries the last error, so it need not be looked for."""
    assert health(polls("ff"), now=NOW).sentence == "failed 2 times in a row: HTTP 500"
