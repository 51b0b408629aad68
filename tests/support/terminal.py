"""A shell next to a running watch, whose only setting is the data folder."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.commands import KUZET, PLAIN, TIMEOUT_S, Answer, run, run_anew


@dataclass(frozen=True)
class Terminal:
    """Runs commands as a person would, without colours; what the tests' own environment sets does not count."""

    data: Path

    def run(self, *arguments: str, given: str = "", **environment: str) -> Answer:
        # `up` leaves processes of its own; a shell that asks for completions passes no arguments
        start = run if arguments and arguments[0] != "up" else run_anew
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
        process = subprocess.Popen(
            [*KUZET, *arguments], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        reader = Reader(process)
        try:
            yield reader
        finally:
            process.send_signal(2)
            reader.close()


@dataclass
class Reader:
    """What a running command has printed so far, standard output and errors together."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, stream: Iterator[str]) -> None:
        self.lines.extend(line.rstrip("\n") for line in stream)

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
        for thread in self._threads:
            thread.join()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
