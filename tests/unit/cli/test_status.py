"""Which feeds are a problem, and which silence is."""

from __future__ import annotations

from pipelines.feeds import Silence
from worker.answers.status import WatchedFeeds

CALM = Silence(lasting_s=60.0)


def feeds(*, quiet: Silence = CALM, failures: int = 1, **states: str) -> WatchedFeeds:
    sentences = dict.fromkeys(states, "failed 7 times in a row: http_500")
    return WatchedFeeds(states, sentences, quiet, dict.fromkeys(states, failures))


def test_feeds_that_answer_are_no_problem():
    """A silent feed answers, and a new one was not asked yet."""
    assert feeds(a="healthy", b="silent", c="new", d="degraded").problems() == []


def test_one_failure_of_many_feeds_is_no_problem():
    """A status that is red every night is not read."""
    assert feeds(a="healthy", b="healthy", c="failing").problems() == []


def test_a_feed_that_is_down_is_named_with_its_reason():
    """Else a person has to go through a list."""
    assert feeds(a="healthy", b="healthy", c="failing", failures=5).problems() == [
        "1 of 3 feeds is down: c (failed 7 times in a row: http_500)."
    ]


def test_feeds_that_all_fail_are_a_problem_at_once():
    """The network is down, and no feed was asked often enough to be called down."""
    (problem,) = feeds(a="failing", b="failing", c="new").problems()
    assert problem.startswith("2 of 2 feeds fail: a (failed")


def test_many_feeds_are_counted():
    """A list of two hundred names hides the sentence."""
    (problem,) = feeds(**{f"feed{number:02}": "gone" for number in range(9)}).problems()
    assert "feed04" in problem
    assert "and 4 more (`kuzet feeds list`)" in problem


def test_an_unusual_silence_is_a_problem():
    """Every feed answers, and nothing comes in: what a broken parser looks like."""
    quiet = Silence(lasting_s=4 * 3600.0, usual_s=120.0, longest_s=3600.0)
    assert feeds(a="healthy", quiet=quiet).problems() == [
        "Nothing new came in for 4 h; usual are 2 min, the longest pause before was 60 min."
    ]
