"""Hints name a command that works when it is copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.cli.invocation import way_to_call

CLONE = Path("/home/ayan/kuzet")
PROGRAM = CLONE / ".venv/bin/kuzet"


@pytest.mark.parametrize(
    ("program", "found", "cwd", "typed"),
    [
        (PROGRAM, None, CLONE, ".venv/bin/kuzet"),
        (PROGRAM, None, Path("/tmp"), "/home/ayan/kuzet/.venv/bin/kuzet"),
        (PROGRAM, "/home/ayan/kuzet/.venv/bin/kuzet", CLONE, "kuzet"),
        (PROGRAM, "/usr/bin/kuzet", CLONE, ".venv/bin/kuzet"),
        (CLONE / "worker/cli/__main__.py", None, CLONE, "kuzet"),
    ],
    ids=["a fresh clone", "another folder", "an active environment", "another kuzet on the PATH", "as a module"],
)
def test_the_shortest_way_that_works(program: Path, found: str | None, cwd: Path, typed: str):
    """«kuzet: command not found» was the first answer a newcomer got."""
    assert way_to_call(program, found=found, cwd=cwd) == typed
