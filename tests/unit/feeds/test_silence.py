"""When a watch brings nothing new for longer than is usual."""

from __future__ import annotations

from pipelines.feeds import silence

HOUR = 3600.0
ARRIVALS = [number * 600.0 for number in range(1, 31)]  # every ten minutes
LAST = ARRIVALS[-1]


def test_a_pause_as_long_as_usual_is_no_silence():
    """Half an hour without news happens."""
    assert not silence(ARRIVALS, polled_at=LAST + 0.5 * HOUR).is_unusual


def test_a_pause_much_longer_than_any_before_is_one():
    """Three times the longest pause, and an hour at least."""
    found = silence(ARRIVALS, polled_at=LAST + 1.1 * HOUR)
    assert (found.is_unusual, found.usual_s, found.longest_s) == (True, 600.0, 600.0)


def test_nights_are_part_of_what_is_usual():
    """Six hours of quiet are a night; eight more are not."""
    after_a_night = [*ARRIVALS, LAST + 6 * HOUR]
    assert not silence(after_a_night, polled_at=LAST + 20 * HOUR).is_unusual
    assert silence(after_a_night, polled_at=LAST + 25 * HOUR).is_unusual


def test_a_watch_without_arrivals_is_judged_by_a_day():
    """When the histories of all feeds hold no news any more, the last of them is still known."""
    assert not silence([], polled_at=20 * HOUR, last_new_at=1.0).is_unusual
    assert silence([], polled_at=25 * HOUR, last_new_at=1.0).is_unusual


def test_a_watch_that_never_had_news_has_no_silence():
    """It has just begun; its feeds say for themselves when they fail."""
    assert not silence([], polled_at=99 * HOUR).is_unusual


def test_a_watch_that_was_off_is_not_silent():
    """No poll, no silence: polled_at is that of the last poll before it was stopped."""
    assert silence(ARRIVALS, polled_at=LAST).lasting_s == 0.0
