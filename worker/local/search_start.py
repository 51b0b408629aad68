"""Starting the search node, until it answers: enough memory first, then patience, then the reason in a sentence."""

from __future__ import annotations

import re
import time
from http import HTTPStatus

import psutil
import urllib3

from pipelines.errors import EngineUnavailableError
from worker.local.children import Child
from worker.local.locks import lock_owner
from worker.local.search_diagnosis import hidden_reason
from worker.local.search_node import SearchNode, is_free
from worker.local.supervisor import Supervisor, describe_end

SUBJECT = "The local search node"
READY_S = 180.0
LOOK_S = 0.05
OFF_HEAP_MB = 200  # what the JVM takes besides its heap
ELSEWHERE = "or point KUZET_SEARCH_URL at an Elasticsearch or OpenSearch that runs elsewhere"
WORDLESS = "Closed all nodes."  # all the runner says, whatever went wrong
REASONS = (
    (
        r"Could not reserve enough space|Cannot allocate memory|insufficient memory|java.lang.OutOfMemoryError",
        "has too little memory",
        f"Give it more or less with KUZET_SEARCH_HEAP_MB, close other programs, {ELSEWHERE}.",
    ),
    (r"No space left on device", "the disk is full", "Free some space, or choose another folder with KUZET_DATA."),
)


def run_search_node(supervisor: Supervisor, node: SearchNode) -> str:
    """Start the node under the supervisor; return its URL once it answers with all its data at hand.

    Raises EngineUnavailableError when it ends or does not answer in time.
    """
    require_own_data(node)
    node.forget_address()
    supervisor.start(node.command, ready=lambda child: await_search_node(node, child))
    return f"http://{node.address()}"


def await_search_node(node: SearchNode, child: Child) -> None:
    """Wait for the node that `child` runs; EngineUnavailableError when it ends or takes too long."""
    deadline = time.monotonic() + READY_S
    with urllib3.PoolManager(retries=False, timeout=5) as http:
        while time.monotonic() < deadline:
            if (code := child.exit_code()) is not None:
                raise explain_end(node, child, code=code)
            if (address := node.address()) and _has_its_data(http, f"http://{address}"):
                return
            time.sleep(LOOK_S)
    problem = "cannot read all of its data" if node.address() else f"does not answer after {READY_S:g} s"
    raise EngineUnavailableError(SUBJECT, problem, remedy=f"See {child.log}")


def _has_its_data(http: urllib3.PoolManager, url: str) -> bool:
    """Whether every primary shard is there. A node without indices has all of them."""
    try:
        health = http.request("GET", f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s")
    except urllib3.exceptions.HTTPError:
        return False
    return health.status == HTTPStatus.OK


def explain_end(node: SearchNode, child: Child, *, code: int) -> EngineUnavailableError:
    """Say why the node ended, as far as it can be found out. May start the node once more to learn it."""
    if not is_free(node.port):
        return EngineUnavailableError(SUBJECT, f"port {node.port} was taken while it started", remedy="Start again.")
    lines = child.last_lines(400)
    if lines and lines[-1].endswith(WORDLESS) and (reason := hidden_reason(node)):
        lines.append(reason)
    text = "\n".join(lines)
    for pattern, problem, remedy in REASONS:
        if re.search(pattern, text):
            return EngineUnavailableError(SUBJECT, problem, remedy=f"{remedy} The whole log: {child.log}")
    shown = lines[-1] if lines else "it logged nothing"
    return EngineUnavailableError(SUBJECT, f"{describe_end(code)}: {shown}", remedy=f"The whole log: {child.log}")


def require_own_data(node: SearchNode) -> None:
    """Raise EngineUnavailableError when another node works on the same data. A killed node's lock is no hindrance."""
    owner = lock_owner(node.lock_file)
    if owner:
        raise EngineUnavailableError(
            SUBJECT,
            f"process {owner} is running on the same data, {node.base}",
            remedy="Stop that process, or choose another folder with KUZET_DATA.",
        )


def require_memory(heap_mb: int) -> None:
    """Raise EngineUnavailableError when the machine cannot hold the node now."""
    free_mb = psutil.virtual_memory().available // 2**20
    needed_mb = heap_mb + OFF_HEAP_MB
    if free_mb < needed_mb:
        raise EngineUnavailableError(
            SUBJECT,
            f"needs about {needed_mb} MB of memory and {free_mb} MB are free",
            remedy=f"Close other programs, set KUZET_SEARCH_HEAP_MB lower (256 at least), {ELSEWHERE}.",
        )
