"""What sites see of four io processes that poll them: each host its share, as the site itself counts it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from config.settings import Settings
from pipelines.models import Stage
from tests.support.forks import ForkingRun
from tests.support.hostile_site import HostileSite, Talk
from worker.local.report import Silence
from worker.local.services import services
from worker.state.hosts import ON_TIME_S
from worker.state.workers import present
from worker.tasks.app import Watch
from worker.tasks.nudges import nudge

pytestmark = pytest.mark.timeout(240)

PROCESSES = 4
SPACING_S = 0.5
CRAWL_DELAY_S = 1.0
LATE_S = ON_TIME_S + 0.5
"""How late a request may use the slot that it was given, and arrive at the site, on a busy machine."""

FEEDS = {"busy": 8, "limited": 16, "slow": 4, "calm": 1}
NOWHERE = "http://127.0.0.1:9"


class Sites:
    """One site for each name; the moments at which each was asked."""

    def __init__(self, stack: ExitStack) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()
        self.sites = {name: HostileSite(self._script(name)) for name in FEEDS}
        for site in self.sites.values():
            stack.callback(site.close)

    def _script(self, name: str):
        def answer(talk: Talk) -> None:
            with self._lock:
                self.asked[name].append(time.monotonic())
            if name == "limited":
                talk.send(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n")
            else:
                item = "<item><title>Көпір ашылды</title><guid>g</guid></item>"
                rss = f"<rss version='2.0'><channel><title>x</title>{item}</channel></rss>".encode()
                talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n", rss)

        return answer

    def catalogue(self) -> str:
        feeds = [
            {"id": f"{name}-{number}", "url": f"{self.sites[name].url}{number}.xml", "source": name, "family": name}
            for name, count in FEEDS.items()
            for number in range(count)
        ]
        return yaml.safe_dump({"feeds": feeds})


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[float]]]:
    """Seconds after the start at which each site was asked, by four io processes that compete for all feeds."""
    folder = tmp_path_factory.mktemp("polite")
    with ExitStack() as stack:
        sites = Sites(stack)
        (folder / "feeds.yaml").write_text(sites.catalogue(), encoding="utf-8")
        yield poll_once(folder, sites)


def poll_once(folder: Path, sites: Sites) -> dict[str, list[float]]:
    settings = Settings(
        data=folder,
        feeds_file=folder / "feeds.yaml",
        search_url=NOWHERE,
        redis_prefix="polite:",
        allow_hosts=",".join(site.endpoint for site in sites.sites.values()),
        host_spacing_s=SPACING_S,
        io_threads=4,
    )
    with ForkingRun(settings, report=Silence()) as run:
        app = Watch(settings.model_copy(update={"broker_url": run.endpoints.broker_url}))
        command = services(settings)["io"]
        for number in range(PROCESSES):
            named = [f"io{number}@%h" if part == "io@%h" else part for part in command]
            run.spawn(f"io{number}", named)
        until(lambda: len(present(app.runtime.redis, "polite:", now=time.time())) == PROCESSES, within_s=150)
        state, now = app.runtime.state, time.time()
        robots = f"User-agent: *\nCrawl-delay: {CRAWL_DELAY_S:g}"
        state.hosts.keep_robots(sites.sites["slow"].endpoint, robots, now=now)
        began = time.monotonic()
        state.feeds.sync(app.runtime.catalogue, now=now)
        until(lambda: nudge(app, Stage.POLL) < 0 or is_over(sites), within_s=60)
        return {name: [at - began for at in moments] for name, moments in sites.asked.items()}


def is_over(sites: Sites) -> bool:
    time.sleep(0.05)
    return all(len(sites.asked[name]) >= count for name, count in FEEDS.items() if name != "limited")


def until(condition, *, within_s: float) -> None:
    ends_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends_at, "not in time"
        time.sleep(0.02)


@pytest.mark.parametrize(("site", "rest_s"), [("busy", SPACING_S), ("slow", CRAWL_DELAY_S)])
def test_no_host_is_asked_more_often_than_it_may(asked: dict[str, list[float]], site: str, rest_s: float):
    """Four processes that each kept their own pause would ask four times as often; Crawl-delay is a pause too."""
    moments = asked[site]
    assert len(moments) == FEEDS[site]
    for number, later in enumerate(moments):
        assert all(later - moments[first] >= (number - first) * rest_s - LATE_S for first in range(number))


def test_a_host_that_says_429_is_left_alone_by_all(asked: dict[str, list[float]]):
    """Its other feeds wait as well, in every process; only what was on its way still comes."""
    assert len(asked["limited"]) <= 1 + LATE_S / SPACING_S


def test_a_host_with_many_feeds_delays_no_other(asked: dict[str, list[float]]):
    """Hosts take turns: one with a single feed is not behind the eight of another."""
    assert asked["calm"][0] <= asked["busy"][3]
