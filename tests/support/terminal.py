"""A shell next to a running watch, whose only setting is the data folder."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support.commands import TIMEOUT_S, Answer, run, run_anew
from tests.support.forks import PLAIN, ForkedProcess
from tests.support.running_watch import Watch


@dataclass(frozen=True)
class Terminal:
    """Runs commands as a person would, without colours; what the tests' own environment sets does not count."""

    data: Path

    def run(self, *arguments: str, given: str = "", **environment: str) -> Answer:
        start = run_anew if arguments[:1] == ("up",) else run  # `up` leaves processes of its own
        return start(arguments, self.environment(**environment), given=given)

    def run_anew(self, *arguments: str, given: str = "", **environment: str) -> Answer:
        """Run a command in a new Python; see `tests.support.commands`."""
        return run_anew(arguments, self.environment(**environment), given=given)

    def json(self, *arguments: str, given: str = "") -> list[dict]:
        answer = self.run(*arguments, given=given)
        assert answer.returncode == 0, answer.stderr
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def environment(self, **more: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("KUZET_")}
        return env | {"KUZET_DATA": str(self.data)} | PLAIN | more

    @contextmanager
    def running(self, *arguments: str) -> Iterator[Reader]:
        """Run a command that does not end by itself; Ctrl-C ends it with the block."""
        read, write = os.pipe()
        with (
            os.fdopen(read, encoding="utf-8") as printed,
            os.fdopen(write, "w") as end,
            Path(os.devnull).open() as nothing,
        ):
            process = ForkedProcess(arguments, self.environment(), files=[nothing, end, end])
            end.close()  # the process has it: what is printed ends with it
            reader = Reader(process, printed)
            try:
                yield reader
            finally:
                process.interrupt()
                reader.close()


@dataclass(frozen=True)
class WatchTerminal(Terminal):
    """A shell next to a watch that the test looks into as well."""

    watch: Watch


@dataclass
class Reader:
    """What a running command has printed so far, standard output and errors together."""

    process: ForkedProcess
    printed: IO[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        self.lines.extend(line.rstrip("\n") for line in self.printed)

    def wait_for(self, text: str, *, within_s: float = 60.0) -> str:
        """Wait for a line with the text in it, and return it."""
        ends_at = time.monotonic() + within_s
        while not (found := [line for line in self.lines if text in line]):
            assert time.monotonic() < ends_at, f"{text!r} did not come: {self.lines}"
            assert self.process.poll() is None, self.lines
            time.sleep(0.05)
        return found[0]

    def close(self) -> None:
        self.process.wait(TIMEOUT_S)
        self._thread.join()
