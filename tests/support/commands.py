"""Commands of kuzet as a person runs them: real processes, without colours and line breaks."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[2]
KUZET = (sys.executable, "-c", "import sys; sys.argv[0] = 'kuzet'; from worker.cli import main; main()")
PLAIN = {"NO_COLOR": "1", "COLUMNS": "200"}
TIMEOUT_S = 240.0
Answer = subprocess.CompletedProcess[str]


def kuzet(*arguments: str, given: str = "", **environment: str) -> Answer:
    """Run a command with the tests' environment and what is added to it."""
    return run(arguments, {**os.environ, **PLAIN, **environment}, given=given)


def run(arguments: Sequence[str], environment: Mapping[str, str], *, given: str = "") -> Answer:
    """Run a command in a process that is forked from one with everything loaded; see `tests.support.command_server`."""
    request = {"arguments": arguments, "environment": {**PLAIN, **environment}, "folder": str(Path.cwd())}
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        stdin.write(given)
        stdin.seek(0)
        code = run_forked(request, [stdin, stdout, stderr])
        return Answer(["kuzet", *arguments], code, read_from_start(stdout), read_from_start(stderr))


def run_anew(arguments: Sequence[str], environment: Mapping[str, str], *, given: str = "") -> Answer:
    """Run a command in a new Python, as a shell does; it takes more than a second longer."""
    env, command = {**PLAIN, **environment}, [*KUZET, *arguments]
    return subprocess.run(command, env=env, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def run_forked(request: Mapping[str, object], files: list[IO[str]]) -> int:
    """Send the command to the server and wait for its exit code; a command that hangs is killed."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(TIMEOUT_S)
        line.connect(server_address())
        socket.send_fds(line, [json.dumps(request).encode()], [file.fileno() for file in files])
        with line.makefile() as answers:
            pid = int(answers.readline())
            try:
                return int(answers.readline() or -signal.SIGKILL)  # a process that was killed says nothing
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise


def read_from_start(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@cache
def server_address() -> str:
    """Start this process's server at the first call; its socket's path."""
    folder = TemporaryDirectory(prefix="kuzet-commands-")
    address = f"{folder.name}/socket"
    command = [sys.executable, "-m", "tests.support.command_server", address]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **PLAIN}, stdout=subprocess.PIPE, text=True)
    atexit.register(stop, server, folder)
    assert server.stdout
    assert server.stdout.readline() == "ready\n"
    return address


def stop(server: subprocess.Popen[str], folder: TemporaryDirectory[str]) -> None:
    server.terminate()
    server.communicate()
    folder.cleanup()
