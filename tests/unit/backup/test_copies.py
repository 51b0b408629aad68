"""Restoring on a machine whose node has just been started."""

from __future__ import annotations

import pytest

from config.settings import Settings
from pipelines.errors import EngineUnavailableError
from worker.backup import copies
from worker.runtime import Runtime


@pytest.mark.parametrize("late", [0, copies.PATIENCE, copies.PATIENCE + 1])
def test_a_node_that_is_slow_at_first_is_waited_for(monkeypatch: pytest.MonkeyPatch, late: int):
    """A restore of everything begins on a new node, whose first index took longer than one answer."""
    runtime, calls = Runtime(Settings()), []

    def ensure_index() -> None:
        calls.append(True)
        if len(calls) <= late:
            raise EngineUnavailableError("the engine", "it did not answer in time")

    monkeypatch.setattr(runtime, "ensure_index", ensure_index)
    monkeypatch.setattr(copies, "PAUSE_S", 0.0)
    if late <= copies.PATIENCE:
        copies._make_index(runtime)
        assert len(calls) == late + 1
    else:
        with pytest.raises(EngineUnavailableError):
            copies._make_index(runtime)
