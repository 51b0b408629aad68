"""Processes that are forked from one with everything loaded (`tests.support.fork_server`): commands and services."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from threading import Lock
from typing import IO, Any

from filelock import FileLock

from worker.local.children import Child
from worker.local.run import LocalRun
from worker.local.supervisor import Supervisor

ROOT = Path(__file__).parents[2]
PLAIN = {"NO_COLOR": "1", "COLUMNS": "200"}
"""What makes the commands print without colours and line breaks."""

CLIENT = Path(__file__).with_name("fork_client.py")
"""A program that asks the server, for shells: its arguments are the server's address and those of kuzet."""


class ForkedProcess:
    """A process that the server has forked, with what `subprocess.Popen` has for one's own.

    `module` runs as `python -m` would, in a process group of its own, and ends with the server; without one the
    arguments are those of kuzet.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        files: Sequence[IO],
        module: str = "",
        folder: Path | None = None,
    ) -> None:
        place = str(folder or Path.cwd())
        request = {"arguments": arguments, "environment": environment, "folder": place, "module": module}
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(server_address())
        socket.send_fds(self._line, [json.dumps(request).encode()], [file.fileno() for file in files])
        self._lock = Lock()
        with self._line.makefile("rb", buffering=0) as answers:  # a buffer would keep the exit code of a quick command
            self.pid = int(answers.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code. Raises TimeoutExpired."""
        with self._lock:
            if self.returncode is None:
                self.returncode = self._read_code(timeout)
            return self.returncode

    def _read_code(self, timeout_s: float | None) -> int:
        self._line.settimeout(timeout_s)
        try:
            said = self._line.recv(16)
        except (BlockingIOError, TimeoutError):
            raise subprocess.TimeoutExpired("forked", timeout_s or 0) from None
        self._line.close()
        return int(said)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


Ended = subprocess.CompletedProcess[str]


def run_forked(
    arguments: Sequence[str], environment: Mapping[str, str], *, timeout_s: float, given: str = "", **how: Any
) -> Ended:
    """Run a forked process to its end, as `subprocess.run` does; one that takes longer is killed."""
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        stdin.write(given)
        stdin.seek(0)
        process = ForkedProcess(arguments, environment, files=[stdin, stdout, stderr], **how)
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ended([how.get("module") or "kuzet", *arguments], code, read_from_start(stdout), read_from_start(stderr))


def run_program(argv: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = 120.0) -> Ended:
    """Run a program to its end; a Python module is forked."""
    if is_module(argv):
        return run_forked(argv[3:], environment, module=argv[2], timeout_s=timeout_s)
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False)


def read_from_start(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def is_module(argv: Sequence[str]) -> bool:
    """True for `python -m …`, which can be forked."""
    return tuple(argv[:2]) == (sys.executable, "-m")


class ForkedChild(Child):
    """A child whose Python module is forked; other programs are started as in the product."""

    def _spawn(self) -> subprocess.Popen[bytes] | ForkedProcess:
        if not is_module(self.command.argv):
            return super()._spawn()
        _, _, module, *arguments = self.command.argv
        with self.log.open("ab") as log, Path(os.devnull).open() as nothing:
            environment = {**os.environ, **self.command.env}
            return ForkedProcess(arguments, environment, files=[nothing, log, log], module=module)


class ForkingSupervisor(Supervisor):
    child_type = ForkedChild


class ForkingRun(LocalRun):
    """The watch of the product, with workers and clock that are forked."""

    supervisor_type = ForkingSupervisor


@cache
def server_address() -> str:
    """Return the path of the socket of this session's server, which the first who asks starts.

    All workers of xdist ask one server: loading everything is three seconds of computing. It ends with the session.
    """
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = Path(gettempdir()) / f"kuzet-forks-{session}"
    folder.mkdir(mode=0o700, exist_ok=True)
    address = folder / "socket"
    with FileLock(folder / "lock"):
        if not address.exists():
            start_server(address)
    return str(address)


SERVERS: list[subprocess.Popen[str]] = []
"""Those of this process. Nothing waits for them: they wait for the end of the session."""


def start_server(address: Path) -> None:
    """Start a server that ends with pytest: with the process that started the workers, where there are any."""
    pytest = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    command = [sys.executable, "-m", "tests.support.fork_server", str(address), str(pytest)]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **PLAIN}, stdout=subprocess.PIPE, text=True)
    SERVERS.append(server)
    assert server.stdout
    assert server.stdout.readline() == "ready\n"
