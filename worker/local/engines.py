"""The search node with all it takes: jars, memory, a start-up archive, a port."""

from __future__ import annotations

from pathlib import Path

from config.settings import HERE
from pipelines.errors import EngineUnavailableError
from worker.local.jars import fetch_jars, read_lock
from worker.local.report import Report
from worker.local.search_archive import archive_flags
from worker.local.search_node import choose_port, is_free, prepare_search_node
from worker.local.search_start import require_memory, run_search_node
from worker.local.supervisor import Supervisor

LOCK_FILE = HERE / "search" / "opensearch.lock"
PORT_TRIES = 4


def fetch_search_node(cache: Path, *, report: Report, base_url: str = "") -> tuple[Path, ...]:
    """Have the node's jars below `cache`; see `fetch_jars`."""
    jars = read_lock(LOCK_FILE.read_text(encoding="utf-8"), file=LOCK_FILE.name)
    return fetch_jars(jars, cache=cache.resolve() / "jars", report=report, base_url=base_url)


def start_search_node(  # noqa: PLR0913  # what a node is made of; all but two by name
    supervisor: Supervisor,
    base: Path,
    *,
    cache: Path,
    heap_mb: int,
    report: Report,
    port: int = 0,
    base_url: str = "",
) -> str:
    """Start the node on its data in `base`; return its URL once it answers. `port` 0 takes a free one.

    Raises EngineUnavailableError when it cannot be had, has no memory, finds its port taken, or does not answer.
    """
    jars = fetch_search_node(cache, report=report, base_url=base_url)
    require_memory(heap_mb)
    flags = archive_flags(jars, cache=cache.resolve(), heap_mb=heap_mb, report=report)
    report.say("Starting the search node.")
    for tries_left in reversed(range(PORT_TRIES)):
        node = prepare_search_node(base, jars=jars, heap_mb=heap_mb, port=choose_port(port), flags=flags)
        try:
            return run_search_node(supervisor, node)
        except EngineUnavailableError:
            if port or is_free(node.port) or not tries_left:
                raise  # not a race for a port that another try can win
    raise AssertionError("unreachable")
