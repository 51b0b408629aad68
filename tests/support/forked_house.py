"""The watch of a proof of faults (`benchmarks.faults`) with forked workers, on the session's search node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex

from benchmarks.faults.house import SETTINGS, House, spawn_all, wait_for
from benchmarks.faults.liar import Liar
from benchmarks.faults.newsroom import Newsroom
from benchmarks.faults.patched import make_clock
from config.settings import Settings
from tests.support.forks import ForkingRun
from worker.local.report import Silence
from worker.runtime import Runtime

QUICK = {"fetch_deadline_s": 2.0, "cpu_deadline_s": 4.0, "search_timeout_s": 3.0, "page_retry_s": 0.3}
SMALL = {"cpu_processes": 1, "io_threads": 4, "min_interval_s": 1.0, "max_interval_s": 2.0, "host_spacing_s": 0.02}
READY_S = 60.0


def forked_houses(search_url: str) -> Callable[[Path, Newsroom, str], AbstractContextManager[House]]:
    """Return what `benchmarks.faults.proving.run` starts houses with."""
    return partial(_running, search_url)


@contextmanager
def _running(search_url: str, folder: Path, newsroom: Newsroom, broken: str) -> Iterator[House]:
    """Run a broker, workers and a clock of its own; the index is gone afterwards."""
    (folder / "feeds.yaml").write_text(newsroom.catalogue(), encoding="utf-8")
    make_clock(folder / "clock")
    name = f"faults{token_hex(4)}"
    with Liar(lambda: search_url) as liar:
        own = {"data": folder, "feeds_file": folder / "feeds.yaml", "redis_prefix": f"{name}:", "search_index": name}
        given = {**SETTINGS, **QUICK, **SMALL, **own, "allow_hosts": newsroom.allow_hosts, "search_url": liar.url}
        with ForkingRun(Settings(**given), report=Silence()) as run:
            spawn_all(run, broken=broken, twice=False)
            places = {"broker_url": run.endpoints.broker_url, "search_url": search_url}
            runtime = Runtime(run.settings.model_copy(update=places))
            wait_for(lambda: runtime.search.refresh() is None, "the index is made", patience_s=READY_S)
            yield House(folder, newsroom, liar, runtime, run.pids)
        runtime.search.client.indices.delete(index=f"{name}*")
