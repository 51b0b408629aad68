"""Forks processes of kuzet from one that has loaded everything; started by `tests.support.forks`.

`python -m tests.support.fork_server SOCKET PID` answers on a Unix socket as long as the process PID lives. A request is
a line of JSON: arguments, environment, folder, and the module to run as `python -m` would, or none for a command
of kuzet. It comes with three files: standard input, output and errors. The answer is the pid of the new process, and
when that has ended its exit code, as `subprocess` has it. A fork takes 20 ms where a new Python takes two seconds of
computing.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import selectors
import shutil
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pipelines
import worker
from tests.support.shared_node import is_alive
from worker.cli import main
from worker.local.guard import die_with_parent

READS_SETTINGS = "worker.tasks."
"""The Celery app is made of the settings when it is imported, and they differ from process to process."""

OF_CELERY = (
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.apps.beat",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.components",
    "celery.worker.consumer",
    "kombu.transport.redis",
)
MAX_REQUEST_BYTES = 1_000_000
LOOK_S = 0.5
"""How often it looks whether the session is still there."""


class Server:
    """Forks for every request from its one thread, and ends with the session of tests."""

    def __init__(self, address: str, *, session: int) -> None:
        self._session = session
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(64)
        self._ended, self._signals = socket.socketpair()
        self._signals.setblocking(False)
        self._lines: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._ended, selectors.EVENT_READ, self._report_ends)

    def serve(self) -> None:
        signal.set_wakeup_fd(self._signals.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while is_alive(self._session):
            for key, _ in self._selector.select(LOOK_S):
                key.data()

    def _accept(self) -> None:
        line, _ = self._listener.accept()
        message, files, _, _ = socket.recv_fds(line, MAX_REQUEST_BYTES, 3)
        me = os.getpid()
        if pid := os.fork():
            for file in files:
                os.close(file)
            self._lines[pid] = line
            return
        self._forget_all()
        run(json.loads(message), files, line=line, server=me)

    def _report_ends(self) -> None:
        """Send the exit codes of those that have ended."""
        self._ended.recv(4096)
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with self._lines.pop(pid) as line:
                try:
                    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
                except OSError:
                    continue  # who had asked for it has left

    def _forget_all(self) -> None:
        """Close in a child what is the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        self._selector.close()
        for each in (self._listener, self._ended, self._signals, *self._lines.values()):
            each.close()


def run(wanted: dict[str, Any], files: list[int], *, line: socket.socket, server: int) -> None:
    """Be the process that was asked for, until its end."""
    module = wanted["module"]
    die_with_parent(server)
    if module:
        os.setpgid(0, 0)
    with line:
        line.sendall(f"{os.getpid()}\n".encode())
    become(wanted, files, name=module or "kuzet")
    code = exit_code(main if not module else lambda: runpy.run_module(module, run_name="__main__", alter_sys=True))
    if module:
        atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def become(wanted: dict[str, Any], files: list[int], *, name: str) -> None:
    """Take on the arguments, environment, folder and standard files that were sent."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115  # theirs for life
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    sys.argv = [name, *wanted["arguments"]]
    sys.modules["__main__"].__package__ = None  # else click takes the server's name for the program's


def exit_code(program: Callable[[], object]) -> int:
    """Run the program, and say how it ends as Python would."""
    try:
        program()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)  # noqa: T201
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # whatever it is, Python prints it and ends with 1
        traceback.print_exc()
        return 1
    return 0


def load_everything() -> None:
    for package in (pipelines, worker):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(READS_SETTINGS) and not module.name.endswith("__main__"):
                import_module(module.name)
    for name in OF_CELERY:
        import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page of what was loaded


if __name__ == "__main__":
    load_everything()
    server = Server(sys.argv[1], session=int(sys.argv[2]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve()
    shutil.rmtree(Path(sys.argv[1]).parent)
