"""Commands of kuzet as a person runs them: real processes, without colours and line breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.forks import PLAIN, run_forked

KUZET = (sys.executable, "-c", "import sys; sys.argv[0] = 'kuzet'; from worker.cli import main; main()")
TIMEOUT_S = 240.0
Answer = subprocess.CompletedProcess[str]


def kuzet(*arguments: str, given: str = "", **environment: str) -> Answer:
    """Run a command with the tests' environment and what is added to it."""
    return run(arguments, {**os.environ, **PLAIN, **environment}, given=given)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, given: str = "", folder: Path | None = None
) -> Answer:
    """Run a command in a process that is forked from one with everything loaded; see `tests.support.fork_server`."""
    return run_forked(arguments, {**PLAIN, **environment}, given=given, folder=folder, timeout_s=TIMEOUT_S)


def run_anew(arguments: Sequence[str], environment: Mapping[str, str], *, given: str = "") -> Answer:
    """Run a command in a new Python, as a shell does; it takes more than a second longer."""
    env, command = {**PLAIN, **environment}, [*KUZET, *arguments]
    return subprocess.run(command, env=env, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
