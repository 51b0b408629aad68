"""The watch of a proof: as `kuzet up` runs it, in a process of its own that can be killed and started again.

`python -m benchmarks.faults.house FOLDER` is that process. Its workers ask the liar for the search engine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import psutil
from redis.exceptions import RedisError

from benchmarks.faults.liar import Liar
from benchmarks.faults.newsroom import Newsroom
from benchmarks.faults.patched import make_clock
from config.settings import Settings
from pipelines.errors import KuzetError
from worker.files.dictionaries import build_dictionaries
from worker.local.report import Silence
from worker.local.run import LocalRun, run_settings
from worker.local.search_node import install_dictionary
from worker.local.services import make_folders, services
from worker.runtime import Runtime

READY_S = 120.0
SETTINGS: Mapping[str, Any] = {
    "host_spacing_s": 0.05,
    "page_retry_s": 2.0,
    "fetch_deadline_s": 6.0,
    "cpu_deadline_s": 8.0,
    "search_timeout_s": 5.0,
    "cpu_processes": 2,
    "io_threads": 8,
    "pages_min_free_mb": 0,
}
CONFIG, NODE, CLOCK = "house.json", "node.url", "clock"
SECOND = {"io": "io2", "index": "index2"}
"""Services that run twice, so that a worker that is stopped has another to take its work."""

IN_COMMAND = {
    "io": "io@", "io2": "io2@", "cpu": "cpu@", "index": "index@", "index2": "index2@",
    "beat": " beat ", "broker": "-server ", "search": "OpenSearchRunner",
}  # fmt: skip
"""By what the command of a child is known."""


class LiedToRun(LocalRun):
    """A run whose workers find the search engine at the liar's address."""

    liar = ""

    def _search(self) -> str:
        (self.settings.data / NODE).write_text(super()._search(), encoding="utf-8")
        return self.liar


def patched_services(settings: Settings, *, twice: bool = True) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every service with its command, run by `patched`."""
    for name, argv in services(settings).items():
        yield name, ("benchmarks.faults.patched", *argv)
        if twice and name in SECOND:
            again = [part.replace(f"{name}@", f"{SECOND[name]}@") for part in argv]
            yield SECOND[name], ("benchmarks.faults.patched", *again)


def spawn_all(run: LocalRun, *, broken: str, twice: bool = True) -> None:
    """Start workers and clock."""
    make_folders(run.settings)
    environment = {"FAULTS_CLOCK": str(run.settings.data / CLOCK), "FAULTS_BROKEN": broken}
    for name, argv in patched_services(run.settings, twice=twice):
        run.spawn(name, argv, environment)


@dataclass
class House:
    """The running watch, seen from outside."""

    folder: Path
    newsroom: Newsroom
    liar: Liar
    runtime: Runtime
    pids: Callable[[], dict[str, int]]
    restart: Callable[[], None] = field(default=lambda: None)
    """Starts the supervisor again after it was killed; a run without a process of its own has none to kill."""

    @property
    def clock(self) -> Path:
        return self.folder / CLOCK

    def signal(self, name: str, number: signal.Signals) -> int:
        """Send a signal to a child, once it is there; its pid."""
        pid = wait_for(lambda: self.pids().get(name, 0), f"{name} runs", patience_s=READY_S)
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid


def wait_for(ask: Callable[[], Any], what: str, *, patience_s: float, pause_s: float = 0.1) -> Any:
    """Return the first answer that is something; engines may be away meanwhile. Raises TimeoutError."""
    ends_at = time.monotonic() + patience_s
    while not (found := patiently(ask)):
        if time.monotonic() > ends_at:
            raise TimeoutError(f"after {patience_s:.0f} s still not: {what}")
        time.sleep(pause_s)
    return found


def patiently(ask: Callable[[], Any]) -> Any:
    """Ask engines that may be down; then the answer is None."""
    try:
        return ask()
    except (RedisError, KuzetError, OSError):
        return None


@contextmanager
def running(folder: Path, newsroom: Newsroom, *, broken: str = "") -> Iterator[House]:
    """Run the watch in a process of its own on `folder`."""
    shape = newsroom.shape
    interval_s = max(2.0, shape.feeds / 10)
    given = {
        **SETTINGS,
        "min_interval_s": interval_s,
        "max_interval_s": 2 * interval_s,
        "allow_hosts": newsroom.allow_hosts,
        "feeds_file": str(folder / "feeds.yaml"),
        "data": str(folder),
    }
    (folder / "feeds.yaml").write_text(newsroom.catalogue(), encoding="utf-8")
    make_clock(folder / CLOCK)
    node_file = folder / NODE
    with Liar(lambda: node_file.read_text(encoding="utf-8")) as liar:
        config = {"settings": given, "liar": liar.url, "broken": broken}
        (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")
        process = Process(folder)
        try:
            process.start()
            settings = Settings(**{**given, "broker_url": process.broker_url(), "search_url": liar.url})
            house = House(folder, newsroom, liar, Runtime(settings), process.pids, process.start)
            wait_for(lambda: len(set(house.pids()) & set(IN_COMMAND)) == len(IN_COMMAND), "all run", patience_s=READY_S)
            wait_for(lambda: house.runtime.search.refresh() is None, "the index is made", patience_s=READY_S)
            yield house
        finally:
            process.stop()


@dataclass
class Process:
    """The supervisor's process."""

    folder: Path
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until its engines answer; one that gives up is started again, as an init would."""
        (self.folder / NODE).unlink(missing_ok=True)
        self.popen = None
        wait_for(self._is_up, "engines run", patience_s=READY_S)

    def _is_up(self) -> bool:
        if self.popen is None or self.popen.poll() is not None:
            command = [sys.executable, "-m", "benchmarks.faults.house", str(self.folder)]
            with (self.folder / "house.log").open("ab") as log:
                self.popen = subprocess.Popen(command, stdout=log, stderr=log)
        return (self.folder / NODE).exists() and bool(self.broker_url())

    def stop(self) -> None:
        if self.popen:
            self.popen.terminate()
            self.popen.wait(60)

    def broker_url(self) -> str:
        return (run_settings(self.folder) or {}).get("broker_url", "")

    def pids(self) -> dict[str, int]:
        """Return what runs, by name; the supervisor's process too."""
        if self.popen is None or self.popen.poll() is not None:
            return {}
        found = {"supervisor": self.popen.pid}
        with suppress(psutil.Error):
            for child in psutil.Process(self.popen.pid).children():
                found |= {name: child.pid for name in [name_of(child)] if name}
        return found


def name_of(process: psutil.Process) -> str:
    """Say which service a process is; empty for another, or one that has just ended."""
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return ""
    is_guard = "guard.py" in command
    return next((name for name, sign in IN_COMMAND.items() if sign in command and not is_guard), "")


def main() -> None:
    """Run engines, workers and clock until SIGTERM."""
    folder = Path(sys.argv[1])
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    over = Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    settings = Settings(**config["settings"])
    dictionaries = settings.cache / "dictionaries"
    name = build_dictionaries(dictionaries, lexicons=[settings.config / "lexicon"])
    install_dictionary(dictionaries / name, base=folder / "search")
    run = LiedToRun(settings, report=Silence())
    run.liar = config["liar"]
    with run:
        spawn_all(run, broken=config["broken"])
        over.wait()


if __name__ == "__main__":
    main()
