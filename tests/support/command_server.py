"""Runs commands of kuzet in processes forked from one that has loaded everything; started by `tests.support.commands`.

`python -m tests.support.command_server SOCKET` answers on a Unix socket. A request is a line of JSON with arguments,
environment and working folder, and comes with three files: standard input, output and errors. The answer is the pid
of the process that runs the command, then its exit code. A fork takes 20 ms where a new Python takes more than a
second.
"""

from __future__ import annotations

import json
import os
import pkgutil
import socket
import socketserver
import sys
import traceback
from importlib import import_module
from typing import Any

import pipelines
import worker
from worker.cli import main

READS_SETTINGS = "worker.tasks."
"""The Celery app is made of the settings when it is imported, and they differ from command to command."""

MAX_REQUEST_BYTES = 1_000_000


class Command(socketserver.BaseRequestHandler):
    """One command, in a process of its own."""

    request: socket.socket

    def handle(self) -> None:
        message, files, _, _ = socket.recv_fds(self.request, MAX_REQUEST_BYTES, 3)
        self.request.sendall(f"{os.getpid()}\n".encode())
        become(json.loads(message), files)
        code = exit_code()
        sys.stdout.flush()
        sys.stderr.flush()
        self.request.sendall(f"{code}\n".encode())


def become(wanted: dict[str, Any], files: list[int]) -> None:
    """Take on the arguments, environment, folder and standard files that were sent."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115  # theirs for life
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    sys.argv = ["kuzet", *wanted["arguments"]]
    sys.modules["__main__"].__package__ = None  # else click takes the server's name for the program's


def exit_code() -> int:
    """Run the command as the program does, and say how it ends as Python would."""
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # whatever it is, Python prints it and ends with 1
        traceback.print_exc()
        return 1
    return 0


class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Forks for every request, and ends with the process that has started it."""

    def __init__(self, address: str) -> None:
        super().__init__(address, Command)
        self._parent = os.getppid()

    def service_actions(self) -> None:
        super().service_actions()
        if os.getppid() != self._parent:
            os._exit(0)


def load_everything() -> None:
    for package in (pipelines, worker):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(READS_SETTINGS) and not module.name.endswith("__main__"):
                import_module(module.name)


if __name__ == "__main__":
    load_everything()
    with Server(sys.argv[1]) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever(poll_interval=0.2)
