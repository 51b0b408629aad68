"""Beat goes on when the clock goes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import PersistentScheduler

from worker.tasks.beat import SteadyScheduler

SCHEDULE = {"tick": {"task": "t", "schedule": 1.0}, "health": {"task": "h", "schedule": 60.0}}
HOUR = timedelta(hours=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(Celery, "now", lambda _: clock.now)
    return clock


@pytest.fixture
def begin(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., PersistentScheduler]]:
    """Starts a scheduler on one file; what it sends is counted in `sent`."""
    schedulers = []

    def start(kind: type[PersistentScheduler] = SteadyScheduler) -> PersistentScheduler:
        class Counting(kind):
            def apply_entry(self, entry, producer=None):  # noqa: ARG002  # as Celery calls it
                self.sent[entry.name] += 1

        Counting.sent = Counter()
        app = Celery(set_as_current=False, broker="memory://")
        app.conf.beat_schedule = SCHEDULE
        schedulers.append(Counting(app, schedule_filename=str(tmp_path / "schedule")))
        return schedulers[-1]

    yield start
    for scheduler in schedulers:
        scheduler.close()


def run(scheduler: PersistentScheduler, clock: Clock, *, seconds: int) -> Counter[str]:
    """Let time pass, and return what was sent meanwhile."""
    before = Counter(scheduler.sent)
    for _ in range(seconds * 2):
        clock.now += timedelta(seconds=0.5)
        while scheduler.tick() == 0:
            pass
    return scheduler.sent - before


def test_a_clock_that_goes_back_stops_nothing(begin, clock):
    """Ticks and health were missing for as long as the step: an hour without a poll after a wrong clock was mended."""
    scheduler = begin()
    run(scheduler, clock, seconds=70)
    clock.now -= HOUR
    sent = run(scheduler, clock, seconds=130)
    assert sent["tick"] >= 120
    assert sent["health"] >= 2


def test_the_scheduler_of_celery_would_stop(begin, clock):
    """Should it learn this itself one day, ours can go."""
    scheduler = begin(PersistentScheduler)
    run(scheduler, clock, seconds=10)
    clock.now -= HOUR
    assert run(scheduler, clock, seconds=130) == {}


def test_a_file_from_the_future_stops_nothing(begin, clock):
    """Beat was restarted after its clock had been ahead."""
    scheduler = begin()
    run(scheduler, clock, seconds=10)
    scheduler.close()
    clock.now -= HOUR
    assert run(begin(), clock, seconds=10)["tick"] >= 9
