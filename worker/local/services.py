"""The one table of what runs besides the engines: name → command. docker-compose.yml repeats it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from config.settings import Settings

INDEX_THREADS = 8  # more than a search engine that hangs can hold, so that one is left for the tick
LONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # workers need nothing from each other


def services(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Every service's command line, in the order of their start, without the Python that runs it."""
    schedule = settings.data / "beat" / "schedule"
    return {
        "io": _worker("io", "io", pool="threads", slots=settings.io_threads),
        "cpu": _worker("cpu", "cpu", pool="prefork", slots=settings.cpu_processes or usable_cores()),
        "index": _worker("index", "tick,drain,upkeep", pool="threads", slots=INDEX_THREADS),
        "beat": ("celery", "-A", "worker", "beat", "--schedule", str(schedule), "--pidfile="),
    }


def _worker(name: str, queues: str, *, pool: str, slots: int) -> tuple[str, ...]:
    consume = ("celery", "-A", "worker", "worker", "-Q", queues)
    return (*consume, "-P", pool, "-c", str(slots), "-n", f"{name}@%h", *LONE)


def usable_cores() -> int:
    """Count the cores this process may use, which a container may limit."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_folders(settings: Settings) -> None:
    """Make the folders the services write to."""
    Path(settings.data / "beat").mkdir(parents=True, exist_ok=True)
