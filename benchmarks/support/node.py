"""A search node for one benchmark, with the dictionary, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.settings import Settings
from worker.files.dictionaries import build_dictionaries, render_analysis
from worker.local.engines import start_search_node
from worker.local.report import Silence
from worker.local.search_node import install_dictionary
from worker.local.supervisor import Supervisor
from worker.search.engine import SearchEngine


@dataclass(frozen=True, slots=True)
class Node:
    """Where the node is, and our analysis for an index on it."""

    url: str
    analysis: dict[str, Any]
    pid: int
    base: Path

    def engine(self, index: str, *, analysis: dict[str, Any] | None = None) -> SearchEngine:
        """An empty index of this name, analysed by ours unless another analyzer is given."""
        engine = SearchEngine.connect(Settings(search_url=self.url, search_index=index, search_timeout_s=120))
        engine.ensure_index(analysis or self.analysis)
        return engine


@contextmanager
def search_node() -> Iterator[Node]:
    """Start a node with the heap of `kuzet up`; the first dictionary takes its time to build."""
    settings = Settings()
    dictionaries = settings.cache / "dictionaries"
    name = build_dictionaries(dictionaries, lexicons=[settings.config / "lexicon"])
    with TemporaryDirectory() as folder, Supervisor(Path(folder) / "logs", report=Silence()) as supervisor:
        base = Path(folder) / "search"
        heap_mb = settings.search_heap_mb
        url = start_search_node(supervisor, base, cache=settings.cache, heap_mb=heap_mb, report=Silence())
        install_dictionary(dictionaries / name, base=base)
        yield Node(url, render_analysis(name, settings.config / "lexicon"), pid=supervisor.pids()["search"], base=base)
