"""How long a backlog will take."""

from __future__ import annotations

import pytest

from worker.answers.backlog import Backlog, backlog_of
from worker.state.pace import PacePoint

NOW = 1_757_800_000.0


def points(*rows: tuple[float, int, int]) -> list[PacePoint]:
    """Rows of (seconds ago, ended, waiting), newest first."""
    return [PacePoint(at=NOW - ago, ended=ended, waiting=waiting) for ago, ended, waiting in rows]


def test_the_rate_is_that_of_the_last_minutes():
    """300 end in a minute, 1,500 wait: five minutes, however fast it was an hour ago."""
    found = backlog_of(
        points((0, 900, 1500), (30, 750, 1650), (60, 600, 1800), (3600, 0, 9), (3630, 0, 9)), waiting=1500, now=NOW
    )
    assert found == Backlog(articles=1500, a_minute=300.0, takes_s=300.0)
    assert str(found) == "1,500 articles, 300 end a minute: about 5 min"


def test_a_time_in_which_nothing_waited_is_no_measure():
    """At night three articles a minute end because three come in; a morning's backlog is not worked off so slowly."""
    found = backlog_of(points((0, 163, 400), (30, 63, 500), (60, 60, 0), (90, 57, 0)), waiting=400, now=NOW)
    assert found.a_minute == 200.0


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((), id="the watch has just begun"),
        pytest.param(((0, 50, 9),), id="one point"),
        pytest.param(((0, 50, 9), (200, 10, 9)), id="it was switched off meanwhile"),
        pytest.param(((0, 5, 9), (30, 50, 9)), id="the state was restored"),
        pytest.param(((-60, 90, 9), (-30, 50, 9)), id="the clock went back"),
    ],
)
def test_what_is_not_known_is_not_guessed(rows):
    """A wrong time is worse than none."""
    found = backlog_of(points(*rows), waiting=70, now=NOW)
    assert str(found) == "70 articles; how fast they end is not known yet"
    assert found.problems() == []


def test_a_backlog_that_does_not_move_is_a_problem():
    """All processes live, every queue is served, and nothing ends: nothing else in the status says so."""
    found = backlog_of(points((0, 50, 5000), (30, 50, 4000), (60, 50, 3000)), waiting=5000, now=NOW)
    assert str(found) == "5,000 articles; none has ended lately"
    assert found.problems() == ["5,000 articles wait, and none has ended for 5 min."]


def test_some_articles_that_do_not_move_are_none():
    """They may all be of one site that is slow."""
    assert backlog_of(points((0, 50, 20), (30, 50, 20)), waiting=20, now=NOW).problems() == []


def test_without_a_backlog():
    """What is shown on a good day."""
    assert str(backlog_of(points((0, 50, 0), (30, 40, 2)), waiting=0, now=NOW)) == "nothing waits"
