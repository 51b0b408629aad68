"""When a feed is looked at again, and how it is doing."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds import (
    FALSE_NOT_MODIFIED,
    FeedState,
    PollingPolicy,
    PollSigns,
    declared_freshness_s,
    health,
    is_false_not_modified,
    may_ask_for_changes,
    next_check_at,
)
from pipelines.feeds.rhythm import MEMORY_S, Rhythm
from pipelines.feeds.schedule import LONGEST_HINT_S, REQUEST_COST_S
from pipelines.models import Poll, Validators

NOW = 1_790_000_000.0
POLICY = PollingPolicy(min_interval_s=120, max_interval_s=3600)
MOMENTS = st.floats(min_value=0, max_value=1e12)


def wait_s(**signs: Any) -> float:
    return next_check_at(NOW, PollSigns(**signs), policy=POLICY) - NOW


def every(gap_s: float) -> Rhythm:
    """A feed that has published in this gap for a month, at any hour."""
    return Rhythm(watched_s=MEMORY_S, articles=MEMORY_S / gap_s, roots=MEMORY_S / gap_s, at=NOW)


def test_the_wait_is_what_an_expected_article_is_worth():
    """The square root: four times the articles are worth twice the requests."""
    assert wait_s(rhythm=every(3600)) == pytest.approx((2 * REQUEST_COST_S * 3600) ** 0.5)
    assert wait_s(rhythm=every(900)) == pytest.approx(wait_s(rhythm=every(3600)) / 2)


@pytest.mark.parametrize(("gap_s", "expected_s"), [(1, 120), (1e9, 3600)])
def test_the_wait_stays_within_the_policy(gap_s: float, expected_s: float):
    """Never rude, never asleep."""
    assert wait_s(rhythm=every(gap_s)) == expected_s


def test_a_feed_of_which_nothing_is_known_is_looked_at_in_between():
    """Nothing known is no reason for either extreme."""
    assert 120 < wait_s() < 3600


def test_a_feeds_own_ttl_slows_us_down_but_not_beyond_an_hour():
    """Template ttls of a day would make a news watch useless."""
    assert wait_s(rhythm=every(60), ttl_s=900) == 900
    assert wait_s(rhythm=every(60), ttl_s=86_400) == LONGEST_HINT_S == 3600


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


@given(
    gap_s=st.none() | st.floats(min_value=0.01, max_value=1e12),
    failures=st.integers(0, 10**6),
    ttl_s=MOMENTS,
    not_before=MOMENTS,
)
def test_the_next_poll_is_always_ahead_and_never_more_than_a_day(
    gap_s: float | None, failures: int, ttl_s: float, not_before: float
):
    """Whatever was measured or sent, a feed is neither hammered nor lost."""
    signs = PollSigns(rhythm=every(gap_s) if gap_s else None, failures=failures, ttl_s=ttl_s, not_before=not_before)
    assert POLICY.min_interval_s <= next_check_at(NOW, signs, policy=POLICY) - NOW <= 86_400


@pytest.mark.parametrize(
    ("value", "expected_s"),
    [("public, max-age=300", 300), ("s-maxage=9", 0), ("no-cache", 0), ("MAX-AGE=60", 60), ("", 0)],
)
def test_cache_control_says_how_long_a_response_is_fresh(value: str, expected_s: float):
    """Asking earlier brings the same bytes from a cache."""
    assert declared_freshness_s({"cache-control": value}) == expected_s


def polls(outcomes: str) -> list[Poll]:
    """One letter a poll, newest first: n new entries, k known only, f failed."""
    return [
        Poll(at=NOW - 600 * number, ok=letter != "f", new=int(letter == "n"), note="HTTP 500" if letter == "f" else "")
        for number, letter in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("", "new"),
        ("nkkn", "healthy"),
        ("k", "healthy"),
        ("fnn", "failing"),
        ("fffff", "failing"),
        ("nfkf", "degraded"),
        ("nkkkkf", "healthy"),
    ],
)
def test_a_feeds_state_is_one_word(outcomes: str, state: str):
    """A person scans fifty feeds by this word."""
    assert health(polls(outcomes), now=NOW).state == FeedState(state)


def test_a_feed_that_answers_but_publishes_nothing_is_silent():
    """Frozen feeds answer 200 for years: the watch must notice that nothing comes."""
    judged = health(polls("kkk"), now=NOW, last_new_at=NOW - 5 * 86_400)
    assert (judged.state, judged.sentence) == (FeedState.SILENT, "nothing new for 5 days")


def test_silence_is_measured_by_the_feeds_own_rhythm():
    """Ten hours are nothing for a weekly, and an alarm for an agency; the sentence says how sure we are."""
    agency, weekly = every(1200), every(5 * 86_400)
    judged = health(polls("kkk"), now=NOW, last_new_at=NOW - 10 * 3600, rhythm=agency)
    assert (judged.state, judged.chance) == (FeedState.SILENT, pytest.approx(exp(-30)))
    assert "nothing new for 10 h, which its rhythm gives a chance of less than 0.01%" in judged.sentence
    assert health(polls("kkk"), now=NOW, last_new_at=NOW - 10 * 86_400, rhythm=weekly).state == FeedState.HEALTHY


def test_what_comes_at_once_is_one_arrival():
    """A paper that puts out twenty articles each morning is not silent at noon."""
    daily = Rhythm(watched_s=MEMORY_S, articles=MEMORY_S / 3600, roots=MEMORY_S / 86_400, at=NOW)
    assert health(polls("kkk"), now=NOW, last_new_at=NOW - 20 * 3600, rhythm=daily).state == FeedState.HEALTHY


def test_a_silence_says_whose_it_may_be():
    """Behind 304 answers it may be ours; a whole document without news is the publisher's."""
    cached = [replace(poll, status=304) for poll in polls("kkk")]
    silent = {"now": NOW, "last_new_at": NOW - 30 * 3600, "rhythm": every(1800), "full_at": NOW - 5 * 3600}
    assert health(cached, **silent).sentence.endswith("the server answers 304, and its whole document was read 5 h ago")
    assert health(polls("kkk"), **silent).sentence.endswith("so the publisher is silent")


def test_a_feed_of_which_half_cannot_be_used_is_not_healthy():
    """It answers and publishes, and we do not see it: that is blindness."""
    read = replace(polls("k")[0], read=10, entries=4, known=4, dropped={"no_words": 6})
    judged = health([*polls("k"), read], now=NOW)
    assert (judged.state, judged.sentence) == (FeedState.DEGRADED, "6 of its 10 items cannot be used (no_words)")


@pytest.mark.parametrize(("note", "count", "state"), [
    ("http_410 (HTTP 410 Gone)", 1, "gone"), ("http_404 (x)", 30, "gone"), ("http_404 (x)", 29, "failing"),
    ("http_500 (x)", 30, "failing"),
])  # fmt: skip
def test_a_feed_that_is_gone_is_called_so(note: str, count: int, state: str):
    """410 is a site's own word; a week of 404 is as good. Neither ends the polling."""
    failed = [replace(poll, note=note) for poll in polls("f" * count)]
    assert health(failed, now=NOW).state == FeedState(state)


def test_a_failing_feed_says_what_fails():
    """The sentence carries the last error, so that it need not be looked for."""
    assert health(polls("ff"), now=NOW).sentence == "failed 2 times in a row: HTTP 500"
    assert health(polls("f"), now=NOW).sentence == "failed once: HTTP 500"


@pytest.mark.parametrize(
    ("not_modified", "full_ago_s", "habits", "expected"),
    [
        (0, 60, frozenset(), True),
        (11, 3600, frozenset(), True),
        (12, 3600, frozenset(), False),
        (0, 25 * 3600, frozenset(), False),
        (0, 60, frozenset({FALSE_NOT_MODIFIED}), False),
    ],
)
def test_a_304_is_not_believed_for_ever(
    not_modified: int, full_ago_s: float, habits: frozenset[str], *, expected: bool
):
    """Caches answer 304 while the feed grows: the watch would be blind and call the feed fine."""
    asked = may_ask_for_changes(not_modified=not_modified, full_at=NOW - full_ago_s, habits=habits, now=NOW)
    assert asked is expected


def test_another_body_under_the_same_etag_is_a_lie():
    """Only the very validators that brought a 304 prove it wrong: a feed may change between two polls."""
    before, after = Validators(etag="1", body_hash="a"), Validators(etag="1", body_hash="b")
    assert is_false_not_modified(not_modified=3, before=before, after=after)
    assert not is_false_not_modified(not_modified=3, before=before, after=replace(after, etag="2"))
    assert not is_false_not_modified(not_modified=0, before=before, after=after)
