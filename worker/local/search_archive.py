"""The JVM's start-up archive: classes and profiles of an earlier start, for starts that take a third of the time.

It is made once per set of jars and Java, by a node that starts, works a little, and stops; then it stays in the cache.
The JVM checks that an archive fits and goes on without it when not, so nothing depends on it but time.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import urllib3
from filelock import FileLock

from pipelines.errors import EngineUnavailableError
from worker.local.jvm import ARCHIVES_SINCE, FLAGS, find_java
from worker.local.report import Report
from worker.local.search_node import SearchNode, choose_port, prepare_search_node
from worker.local.search_start import run_search_node
from worker.local.supervisor import Supervisor

WRITING_S = 180.0
KEPT = 3  # checkouts and Java versions that take turns on one machine
ONLY_CLASSES = (  # Java 25 mixes up the machine code in its archives, notices, warns a lot, and makes it again
    "-XX:+IgnoreUnrecognizedVMOptions",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-AOTAdapterCaching",
    "-XX:-AOTStubCaching",
)
ALL_COMPILERS = ("-XX:TieredStopAtLevel=4",)  # also where JAVA_TOOL_OPTIONS says less: it serves all later starts
REHEARSAL = (
    (
        "PUT",
        "rehearsal",
        {"settings": {"number_of_replicas": 0}, "mappings": {"properties": {"n": {"type": "keyword"}}}},
    ),
    ("POST", "rehearsal/_doc/1?refresh=true", {"title": "a few words to be found", "n": "one"}),
    (
        "POST",
        "rehearsal/_search",
        {
            "query": {"bool": {"must": [{"match": {"title": "words"}}], "filter": [{"term": {"n": "one"}}]}},
            "aggs": {"n": {"terms": {"field": "n"}}},
            "highlight": {"fields": {"title": {}}},
        },
    ),
    ("DELETE", "rehearsal", None),
)


def archive_flags(jars: Sequence[Path], *, cache: Path, heap_mb: int, report: Report) -> tuple[str, ...]:
    """Return the JVM flags that use the archive, making it first where it is missing; none where it cannot be made."""
    java, version = find_java()
    if version < ARCHIVES_SINCE:
        return ()
    archive = cache / "search-node" / f"{_key(java, jars)}.aot"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(archive.parent / "lock"):
        if not archive.exists():
            report.say("Preparing the search node for quick starts (once, under a minute).")
            _clear(archive.parent)
            _make(archive, jars=jars, heap_mb=heap_mb, report=report)
    return (*ONLY_CLASSES, f"-XX:AOTCache={archive}") if archive.exists() else ()


def _key(java: Path, jars: Sequence[Path]) -> str:
    """Name what the archive depends on: runtime, flags, and the jars with their places."""
    release = (java.parent.parent / "release").read_text(encoding="utf-8")
    return hashlib.sha256("\n".join((release, *FLAGS, *ONLY_CLASSES, *map(str, jars))).encode()).hexdigest()[:12]


def _clear(folder: Path) -> None:
    """Remove what was left by a killed process, and the oldest archives."""
    for unfinished in folder.glob("new-*"):
        shutil.rmtree(unfinished)
    archives = sorted(folder.glob("*.aot"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in archives[KEPT - 1 :]:
        old.unlink()


def _make(archive: Path, *, jars: Sequence[Path], heap_mb: int, report: Report) -> None:
    folder = Path(mkdtemp(prefix="new-", dir=archive.parent))
    new = folder / "new.aot"
    node = prepare_search_node(
        folder / "node",
        jars=jars,
        heap_mb=heap_mb,
        port=choose_port(0),
        flags=(*ONLY_CLASSES, *ALL_COMPILERS, f"-XX:AOTCacheOutput={new}"),
    )
    node = replace(node, command=replace(node.command, grace_s=WRITING_S))
    try:
        _rehearse(node, folder / "logs", report=report)
        new.rename(archive)
    except (EngineUnavailableError, urllib3.exceptions.HTTPError, FileNotFoundError) as error:
        report.say(f"The search node could not be prepared for quick starts and starts slowly: {error}")
    finally:
        shutil.rmtree(folder)


def _rehearse(node: SearchNode, logs: Path, *, report: Report) -> None:
    """Run the node once through what every start does; it writes the archive when it is asked to leave."""
    with Supervisor(logs, report=report) as supervisor, urllib3.PoolManager(retries=False, timeout=60) as http:
        url = run_search_node(supervisor, node)
        for method, path, body in REHEARSAL:
            http.request(method, f"{url}/{path}", json=body)
