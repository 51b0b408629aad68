"""Workers of one session share a search node, whichever of them comes, leaves or crashes first."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WORKER = """
import subprocess, sys
from pathlib import Path
from tests.support.shared_node import SearchNode, shared_node

nodes = []

def start():
    nodes.append(subprocess.Popen(["sleep", "100"]))
    return SearchNode("http://127.0.0.1:1", nodes[0].pid)

with shared_node(Path(sys.argv[1]), start) as node:
    print(node.pid, bool(nodes), flush=True)
    sys.stdin.readline()
for each in nodes:
    each.kill()
    each.wait()
print("ended", flush=True)
"""
Worker = subprocess.Popen[str]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts a process that uses the node until it reads a line."""
    workers: list[Worker] = []

    def start() -> Worker:
        command = [sys.executable, "-c", WORKER, str(tmp_path)]
        workers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return workers[-1]

    yield start
    for worker in workers:
        worker.communicate("\n", timeout=30)


def node_of(worker: Worker) -> tuple[int, bool]:
    """The node's process, and whether this worker has started it."""
    assert worker.stdout
    pid, is_owner = worker.stdout.readline().split()
    return int(pid), is_owner == "True"


def leave(worker: Worker) -> None:
    assert worker.stdin
    worker.stdin.write("\n")
    worker.stdin.flush()


def has_ended(worker: Worker, *, within_s: float) -> bool:
    try:
        return worker.wait(within_s) == 0
    except subprocess.TimeoutExpired:
        return False


def test_the_owner_waits_for_the_others(start_worker: Callable[[], Worker]) -> None:
    """The worker whose tests end first must not stop the node under the tests of the other."""
    first = start_worker()
    pid, is_owner = node_of(first)
    second = start_worker()
    assert (is_owner, node_of(second)) == (True, (pid, False))
    leave(first)
    assert not has_ended(first, within_s=0.5)
    leave(second)
    assert has_ended(first, within_s=30)


def test_a_crashed_worker_keeps_no_one_waiting(start_worker: Callable[[], Worker]) -> None:
    """A crash of one test process must not hang the whole session."""
    owner = start_worker()
    node_of(owner)
    other = start_worker()
    node_of(other)
    other.kill()
    leave(owner)
    assert has_ended(owner, within_s=30)


def test_a_node_that_died_with_its_owner_is_started_again(start_worker: Callable[[], Worker]) -> None:
    """The worker that xdist starts in place of a crashed one finds a node that answers, not an old note."""
    first = start_worker()
    pid, _ = node_of(first)
    first.kill()
    first.wait()
    subprocess.run(["kill", "-9", str(pid)], check=True)
    again, is_owner = node_of(start_worker())
    assert (again != pid, is_owner) == (True, True)
