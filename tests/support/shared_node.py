"""One search node for all workers of a session: the first to ask starts it, and stops it when the last has left.

A node takes ten seconds and 700 MB, so that one for each worker of xdist would be half of a short session. A broker
takes 20 ms: every worker has its own, and empties it as it likes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from filelock import FileLock


@dataclass(frozen=True)
class SearchNode:
    """Where the node is, and its process."""

    url: str
    pid: int


@contextmanager
def shared_node(folder: Path, start: Callable[[], SearchNode]) -> Iterator[SearchNode]:
    """Yield the node that the workers of `folder` share; `start` makes it in the worker that comes first.

    The kernel gives locks back, so a worker that crashes keeps no one waiting. If it was the one that had started the
    node, the node ends with it, and the worker that takes its place starts another.
    """
    note, door = folder / "node.json", FileLock(folder / "door.lock")
    with FileLock(folder / f"user-{os.getpid()}.lock") as mine:
        with door:
            found = running(note)
            node = found or start()
            note.write_text(json.dumps(asdict(node)), encoding="utf-8")
        yield node
    if not found:
        with door:  # no one comes in while it waits for the others to leave
            wait_for_others(folder, mine)
            note.unlink()


def running(note: Path) -> SearchNode | None:
    if not note.exists():
        return None
    node = SearchNode(**json.loads(note.read_text(encoding="utf-8")))
    return node if is_alive(node.pid) else None


def is_alive(pid: int) -> bool:
    """False also for a process that has ended and whose parent has not asked for its end yet."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_others(folder: Path, mine: FileLock) -> None:
    for file in folder.glob("user-*.lock"):
        if str(file) != mine.lock_file:
            with FileLock(file):
                pass
