"""A child process: its own group, its own log, and an end that follows its parent's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
LOG_LIMIT_BYTES = 10_000_000
OURS_ALONE = 0o077
"""What children write, no other user of the machine reads: articles, pages, logs, the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a child runs. `grace_s`: how long it may take to leave when asked."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    grace_s: float = 10.0


class Child:
    """A started command. The thread that makes it must live as long as it should: to the kernel that is its parent."""

    def __init__(self, command: Command, *, log: Path) -> None:
        self.command = command
        self.log = log
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log_start = log.stat().st_size if log.exists() else 0
        self.started_at = time.monotonic()
        self._asked = False
        self._process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own table of commands, no shell
                [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *self.command.argv],
                env={**os.environ, **self.command.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                umask=OURS_ALONE,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.started_at

    def last_lines(self, count: int) -> list[str]:
        """Read the last non-empty lines it logged."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(max(self.log_start, self.log.stat().st_size - 64_000))
            lines = file.read().decode("utf-8", "replace").splitlines()
        return [line for line in lines if line.strip()][-count:]

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def ask(self) -> None:
        """Ask it to leave, once; do not wait. Some programs take a second request for impatience."""
        if not self._asked and self.exit_code() is None:
            self._process.terminate()
        self._asked = True

    def stop(self) -> None:
        """Ask it to leave, wait for its grace, then kill what is left of its group."""
        self.ask()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.command.grace_s)
        self.kill()

    def kill(self) -> None:
        """End the child's whole group now. Its leader is reaped; the group is ours as long as anything is in it."""
        with suppress(ProcessLookupError, PermissionError):  # gone; macOS says EPERM for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def rotate(log: Path, *, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Move a log that grew too large to NAME.log.1. Its writer appends, so it goes on at the start of the same file."""
    if log.exists() and log.stat().st_size > limit_bytes:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
