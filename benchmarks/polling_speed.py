"""How fast many feeds are polled once, next to a plain loop of urllib3 and feedparser over threads, in one run.

    python -m benchmarks.polling_speed [FEEDS] [HOSTS]

A real broker, io and cpu workers, feeds on loopback addresses; no page is fetched, hosts need no rest. Three rounds:
all entries are new, a tenth of the feeds has a new entry, nothing has changed. The plain loop keeps nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser
import urllib3
import yaml

from benchmarks.pipeline import NOWHERE, until
from benchmarks.support.feeds import PAGES, FeedFarm
from config.settings import Settings
from pipelines.models import Stage
from worker.local.report import Silence
from worker.local.run import LocalRun
from worker.local.services import services
from worker.state.workers import present, slots
from worker.tasks.app import Watch
from worker.tasks.nudges import nudge

THREADS = 16
PREFIX = "bench:"


@contextmanager
def workers(folder: Path, farm: FeedFarm) -> Iterator[Watch]:
    """Run a broker with an io and a cpu worker on it; nothing ticks, for tasks send for the next ones."""
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
        yield app


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
    print(f"{feeds} feeds of 50 entries on {hosts} hosts, polled once; seconds")
    print(f"{'':<18}{'kuzet':>9}{'plain loop':>12}{'ratio':>8}")
    with TemporaryDirectory() as folder, FeedFarm(feeds, hosts=hosts) as farm, workers(Path(folder), farm) as app:
        app.runtime.state.hosts.hold(PAGES, until=time.time() + 86_000, now=time.time())
        app.runtime.state.feeds.sync(app.runtime.catalogue, now=time.time())
        for name, change in rounds.items():
            change(farm)
            ours, plain = polled_s(app, feeds=feeds), plain_s(farm.urls)
            print(f"{name:<18}{ours:>9.1f}{plain:>12.1f}{ours / plain:>8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
