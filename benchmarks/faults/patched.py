"""Runs a Python module with a clock that can be moved, and with a part that is broken on purpose.

`python -m benchmarks.faults.patched celery -A worker worker …` is what a proof starts instead of `celery`. FAULTS_CLOCK
names a file with eight bytes, the seconds to add to the clock; FAULTS_BROKEN one of `controls`.
"""

from __future__ import annotations

import mmap
import os
import runpy
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from celery import Celery
from celery.worker import request

SECONDS = struct.Struct("d")


def make_clock(file: Path) -> None:
    """Write the file of a clock that is right."""
    file.write_bytes(SECONDS.pack(0.0))


def move_clock(file: Path, by_s: float) -> None:
    """Move the clock of all processes that look at the file; 0 sets it right."""
    with file.open("r+b") as clock:
        clock.write(SECONDS.pack(by_s))


def follow(file: Path) -> None:
    """Let `time.time` of this process and its children follow the file."""
    with file.open("rb") as clock:
        shared = mmap.mmap(clock.fileno(), SECONDS.size, prot=mmap.PROT_READ)
    right = time.time

    def moved() -> float:
        return float(right() + SECONDS.unpack(shared[: SECONDS.size])[0])

    time.time = moved
    follow_in_celery(lambda: timedelta(seconds=moved() - right()))


def follow_in_celery(step: Callable[[], timedelta]) -> None:
    """Let beat's schedule and the expiry of messages follow too: Celery asks `datetime`, not `time`."""
    now = Celery.now

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + step()

    request.datetime = Moved
    Celery.now = lambda app: now(app) + step()


def main() -> None:
    follow(Path(os.environ["FAULTS_CLOCK"]))
    if broken := os.environ.get("FAULTS_BROKEN"):
        from benchmarks.faults.controls import CONTROLS  # noqa: PLC0415  imports what it breaks

        CONTROLS[broken].break_it()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
