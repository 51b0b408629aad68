"""Where the watches of a user run."""

from __future__ import annotations

from pathlib import Path

from worker.local.locks import DataLock
from worker.local.runs import forget_run, note_run, running_on


def test_only_a_folder_that_is_held_counts(tmp_path: Path):
    """A killed watch leaves its note behind; no command may be sent there."""
    cache, held, killed = tmp_path / "cache", tmp_path / "a", tmp_path / "b"
    assert running_on(cache) == []
    lock = DataLock(held)
    lock.acquire()
    note_run(held, cache=cache)
    note_run(killed, cache=cache)
    assert running_on(cache) == [held]
    forget_run(held, cache=cache)
    assert running_on(cache) == []
    lock.release()
