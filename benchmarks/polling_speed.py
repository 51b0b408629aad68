"""How fast many feeds are polled once, next to a plain loop of urllib3 and feedparser over threads, in one run.

    python -m benchmarks.polling_speed [FEEDS] [HOSTS]

A real broker, io and cpu workers, feeds on loopback addresses; no page is fetched, hosts need no rest. Three rounds:
all entries are new, a tenth of the feeds has a new entry, nothing has changed. The plain loop keeps nothing.
CPU seconds of all processes stand next to the seconds: on a busy machine they are what can be compared.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser
import urllib3
import yaml

from benchmarks.pipeline import NOWHERE, until
from benchmarks.support.feeds import PAGES, FeedFarm
from benchmarks.support.processes import cpu_s
from config.settings import Settings
from pipelines.models import Stage
from worker.local.report import Silence
from worker.local.run import LocalRun
from worker.local.services import services
from worker.state.workers import present, slots
from worker.tasks.app import Watch
from worker.tasks.nudges import nudge

THREADS = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round took."""

    seconds: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} ({self.cpu_s:.1f})"


PREFIX = "bench:"


@contextmanager
def workers(folder: Path, farm: FeedFarm) -> Iterator[tuple[Watch, Callable[[], float]]]:
    """Run a broker with an io and a cpu worker on it; what sends for tasks, and what counts their CPU seconds."""
    feeds = [{"id": f"feed-{n}", "url": url, "source": f"s{n}", "family": "f"} for n, url in enumerate(farm.urls)]
    (folder / "catalogue.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
    settings = Settings(
        data=folder,
        feeds_file=folder / "catalogue.yaml",
        search_url=NOWHERE,
        redis_prefix=PREFIX,
        allow_hosts=",".join(farm.endpoints),
        host_spacing_s=0.001,
        io_threads=THREADS,
    )
    with LocalRun(settings, report=Silence()) as run:
        app = Watch(settings.model_copy(update={"broker_url": run.endpoints.broker_url}))
        for name in ("io", "cpu"):
            run.spawn(name, services(settings)[name])
        until(lambda: _has_slots(app), within_s=180)
        yield app, lambda: cpu_s(run.pids().values())


def _has_slots(app: Watch) -> bool:
    there = present(app.runtime.redis, PREFIX, now=time.time())
    return all(slots(there, queue) for queue in ("io", "cpu"))


def polled_s(app: Watch, *, feeds: int) -> float:
    """Make every feed due, and return the seconds until each has been polled and read."""
    state, now = app.runtime.state, time.time()
    pipe = app.runtime.redis.pipeline()
    for feed_id in state.feeds.ids():
        pipe.zadd(f"{PREFIX}due:{Stage.POLL}", {feed_id: now - 1})
    pipe.execute()
    began = time.perf_counter()
    nudge(app, Stage.POLL)
    until(lambda: _is_done(app, since=now, feeds=feeds), within_s=900)
    return time.perf_counter() - began


def _is_done(app: Watch, *, since: float, feeds: int) -> bool:
    """True if no feed is due or being read: each has its next poll ahead. Nudges first, as a tick does."""
    time.sleep(0.2)
    nudge(app, Stage.POLL)
    nudge(app, Stage.PARSE)
    due = app.runtime.state.due
    if due.ready(Stage.POLL, now=time.time()) == 0 and due.size(Stage.PARSE) == 0:
        ahead = app.runtime.redis.zcount(f"{PREFIX}due:{Stage.POLL}", since + 60, "+inf")
        return int(ahead) == feeds
    return False


def plain_s(urls: list[str]) -> float:
    """Return the seconds of a loop that fetches and parses every feed over the same number of threads."""
    pool = urllib3.PoolManager(num_pools=THREADS, maxsize=THREADS)

    def one(url: str) -> int:
        return len(feedparser.parse(pool.request("GET", url).data).entries)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, urls))
    return time.perf_counter() - began


def main() -> int:
    """Print the table."""
    feeds, hosts = [int(argument) for argument in sys.argv[1:]] or [2_000, 200]
    rounds: dict[str, Callable[[FeedFarm], None]] = {
        "all entries new": lambda _: None,
        "a tenth changed": lambda farm: farm.publish(share=0.1),
        "nothing changed": lambda _: None,
    }
    print(f"{feeds} feeds of 50 entries on {hosts} hosts, polled once: seconds (CPU seconds)")
    print(f"{'':<18}{'kuzet':>18}{'plain loop':>18}{'ratio':>8}{'of CPU':>8}")
    with TemporaryDirectory() as folder, FeedFarm(feeds, hosts=hosts) as farm, workers(Path(folder), farm) as running:
        app, used_s = running
        app.runtime.state.hosts.hold(PAGES, until=time.time() + 86_000, now=time.time())
        app.runtime.state.feeds.sync(app.runtime.catalogue, now=time.time())
        for name, change in rounds.items():
            change(farm)
            before = used_s()
            ours = Taken(polled_s(app, feeds=feeds), used_s() - before)
            before = time.process_time()
            plain = Taken(plain_s(farm.urls), time.process_time() - before)
            ratios = f"{ours.seconds / plain.seconds:>8.2f}{ours.cpu_s / plain.cpu_s:>8.2f}"
            print(f"{name:<18}{ours!s:>18}{plain!s:>18}{ratios}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
