"""The watch on one machine: engines first, then the other children, all of them ours until `stop`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from config.settings import Settings
from pipelines.errors import KuzetError
from worker.local.atomic import write_text
from worker.local.broker import start_broker
from worker.local.children import Command
from worker.local.engines import start_search_node
from worker.local.environment import environment, told_settings
from worker.local.locks import DataLock
from worker.local.report import Report
from worker.local.runs import forget_run, note_run
from worker.local.search_node import install_dictionary
from worker.local.services import make_folders, services
from worker.local.supervisor import Supervisor

WORKER_GRACE_S = 15.0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the engines are found."""

    broker_url: str
    search_url: str


class LocalRun:
    """Runs the engines that no setting names, and other children, on one data folder.

    Start it from anywhere; children are restarted when they end, and the kernel ends them with this process. The data
    folder is held while it runs: a second run on it raises KuzetError naming this process. Engines outlive the other
    children when it stops.
    """

    supervisor_type: ClassVar[type[Supervisor]] = Supervisor

    def __init__(self, settings: Settings, *, report: Report) -> None:
        self.settings = settings
        self._report = report
        self._lock = DataLock(settings.data)
        self._supervisors: list[Supervisor] = []
        self._endpoints: Endpoints | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> Endpoints:
        """Start what is needed and wait until it answers. Raises KuzetError, with everything stopped again."""
        try:
            self._lock.acquire()
            self._supervisors = [self._supervisor(), self._supervisor()]
            self._endpoints = Endpoints(self._broker(), self._search())
            self._write_facts()
        except OSError as error:
            self.stop()
            where = error.filename or self.settings.data
            remedy = "Give kuzet room and rights there, or choose another folder with KUZET_DATA."
            raise KuzetError(str(where), f"cannot be used: {error.strerror}", remedy=remedy) from error
        except BaseException:
            self.stop()
            raise
        return self._endpoints

    def spawn(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Keep a Python module running, as `python -m ARGV…`, with this run's settings in its environment."""
        command = Command(
            name=name,
            argv=(sys.executable, "-m", *argv),
            env={**self.environment(), **(env or {})},
            grace_s=WORKER_GRACE_S,
        )
        self._supervisors[1].start(command)

    def spawn_services(self) -> None:
        """Start the workers and the clock."""
        make_folders(self.settings)
        for name, argv in services(self.settings).items():
            self.spawn(name, argv)

    def environment(self) -> dict[str, str]:
        """Return the variables that let another process work on this run's engines."""
        return environment(self.settings, **asdict(self.endpoints))

    @property
    def endpoints(self) -> Endpoints:
        if self._endpoints is None:
            raise RuntimeError("the run is not started")
        return self._endpoints

    def keep_facts(self) -> None:
        """Write the file that other commands find this run by, if somebody has deleted it: `kuzet down` needs it."""
        if not facts_file(self.settings.data).exists():
            with suppress(OSError):  # no room, or no folder any more; the next look tries again
                self._write_facts()

    def pids(self) -> dict[str, int]:
        """Return the pid of every running child, by name, in the order of their start."""
        return {name: pid for supervisor in self._supervisors for name, pid in supervisor.pids().items()}

    def failed(self) -> tuple[str, ...]:
        """Name the children that keep ending soon after their start."""
        return tuple(name for supervisor in self._supervisors for name in supervisor.failed())

    def install_dictionary(self, folder: Path) -> str:
        """Give the local search node a dictionary folder; return its name. Works before `start` and while it runs."""
        return install_dictionary(folder, base=self.settings.data / "search")

    def stop(self) -> None:
        """Stop everything, the engines last. Safe to call twice."""
        if self._lock.held_here:  # else the file is another run's
            facts_file(self.settings.data).unlink(missing_ok=True)
            forget_run(self.settings.data, cache=self.settings.cache)
        while self._supervisors:
            self._supervisors.pop().stop()
        self._lock.release()

    def _supervisor(self) -> Supervisor:
        return self.supervisor_type(self.settings.data / "logs", report=self._report)

    def _broker(self) -> str:
        if self.settings.broker_url:
            return self.settings.broker_url
        self._report.say("Starting the broker.")
        return start_broker(self._supervisors[0], self.settings.data / "broker")

    def _search(self) -> str:
        if self.settings.search_url:
            return self.settings.search_url
        return start_search_node(
            self._supervisors[0],
            self.settings.data / "search",
            cache=self.settings.cache,
            heap_mb=self.settings.search_heap_mb,
            port=self.settings.search_port,
            base_url=self.settings.jars_url,
            report=self._report,
        )

    def _write_facts(self) -> None:
        facts = {"pid": os.getpid(), "settings": told_settings(self.settings, **asdict(self.endpoints))}
        write_text(facts_file(self.settings.data), json.dumps(facts), mode=0o600)
        note_run(self.settings.data, cache=self.settings.cache)


def facts_file(data: Path) -> Path:
    """Return the file that other commands read a run's settings from; only its user can."""
    return data / "run.json"


def run_settings(data: Path) -> Mapping[str, str] | None:
    """Find the settings of the run that holds the data folder, by name, engines included; None without a run."""
    found = _run_facts(data)
    return found["settings"] if found else None


def run_pid(data: Path) -> int | None:
    """Find the process of the run that holds the data folder; None without a run, or while it is starting."""
    found = _run_facts(data)
    return found["pid"] if found else None


def _run_facts(data: Path) -> dict[str, Any] | None:
    if not DataLock(data).is_held():
        return None
    try:
        facts: dict[str, Any] = json.loads(facts_file(data).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None  # it is just starting or stopping
    return facts
