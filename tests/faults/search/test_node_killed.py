"""The search node is killed in the middle of bulks."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from pipelines.errors import EngineUnavailableError
from pipelines.search.request import SearchRequest
from tests.support.builders import SentDocument
from tests.support.short_analysis import short_analysis
from worker.local.engines import start_search_node
from worker.local.report import Silence
from worker.local.supervisor import Supervisor
from worker.search.engine import SearchEngine

ANALYSIS = short_analysis()
BATCHES, BATCH = 40, 50
GIVE_UP_S = 60.0


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs", report=Silence()) as supervisor:
        yield supervisor


@pytest.fixture
def engine(supervisor: Supervisor, tmp_path: Path, cache: Path, search_url: str) -> Iterator[SearchEngine]:
    """An engine on a node of its own, which may be killed; `search_url` has seen to the packages."""
    url = start_search_node(supervisor, tmp_path / "search", cache=cache, heap_mb=512, report=Silence())
    engine = SearchEngine.connect(Settings(search_url=url, search_timeout_s=5))
    engine.ensure_index(ANALYSIS)
    yield engine
    engine.close()


def test_nothing_is_lost_and_nothing_is_doubled(engine, supervisor):
    """What was acknowledged stays; what was not is written again and says whether it had been there."""
    (pid,) = supervisor.pids().values()
    killer = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))
    killer.start()
    interrupted, until = 0, time.monotonic() + GIVE_UP_S
    for number in range(BATCHES):
        waiting = [SentDocument(f"{number}-{one}", 1, {"content_hash": "f00"}) for one in range(BATCH)]
        while waiting:
            try:
                results = engine.bulk(waiting)
            except EngineUnavailableError:
                interrupted += 1
                assert time.monotonic() < until
                time.sleep(0.1)
                continue
            assert {str(result.status) for result in results} <= {"written", "present", "retry"}
            waiting = [one for one, result in zip(waiting, results, strict=True) if str(result.status) == "retry"]
        time.sleep(0.02)
    killer.join()
    assert interrupted
    engine.refresh()
    assert {one.article_id for one in engine.scan(SearchRequest())} == {
        f"{number}-{one}" for number in range(BATCHES) for one in range(BATCH)
    }
    assert {one.version for one in engine.scan(SearchRequest())} == {1}
