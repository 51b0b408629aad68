"""The log of a worker: what happened, and not that a second is over."""

from __future__ import annotations

import logging

import pytest

from worker.logs import WithoutTicks


def record(logger: str, *args: object, name: str = "", level: int = logging.INFO) -> logging.LogRecord:
    line = logging.LogRecord(logger, level, __file__, 1, "%s" * len(args), args, None)
    line.data = {"name": name}
    return line


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        pytest.param(record("celery.worker.strategy", name="kuzet.tick"), False, id="received"),
        pytest.param(record("celery.app.trace", name="kuzet.tick"), False, id="succeeded"),
        pytest.param(record("celery.beat", "tick", "kuzet.tick"), False, id="sent"),
        pytest.param(record("celery.app.trace", name="kuzet.tick", level=logging.ERROR), True, id="failed"),
        pytest.param(record("celery.app.trace", name="kuzet.fetch_page"), True, id="another task"),
        pytest.param(record("worker.tasks.tick", "kuzet.tick"), True, id="our own line"),
    ],
)
def test_celery_is_silent_about_ticks_that_went_well(line, kept):
    """698 of 810 lines of a server's log were ticks: 50 MB in two days, in which nothing else was found."""
    assert WithoutTicks().filter(line) is kept
