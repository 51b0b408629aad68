"""A watch for tests: the newsroom, real workers on real engines, killing them, and waiting for what must come."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeAlias

from redis.exceptions import ConnectionError as RedisConnectionError

from config.settings import Settings
from pipelines.urls import article_id
from seeds.newsroom import Expectation, Newsroom, Troubles
from tests.support.commands import Answer, kuzet
from tests.support.forks import ForkingRun
from worker.local.report import Silence
from worker.runtime import Runtime
from worker.state import Trace
from worker.state.workers import ticked_at

PATIENCE_S = 90.0
QUICKEST_S = 0.02
QUICK = Troubles(slow_s=0.3)


@dataclass(frozen=True)
class Watch:
    """A running watch over a newsroom."""

    newsroom: Newsroom
    run: ForkingRun
    runtime: Runtime

    def wait(self, until: Callable[[], bool], *, patience_s: float = PATIENCE_S, slowest_s: float = 0.2) -> None:
        """Wait until it is so, also while the broker is away; fail with the books and the logs' last words.

        It looks less and less often, down to every `slowest_s`: looking takes the time of the workers waited for.
        """
        ends_at, pause_s = time.monotonic() + patience_s, QUICKEST_S
        while not _is(until):
            assert time.monotonic() < ends_at, self.report()
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.2, slowest_s)

    def is_settled(self) -> bool:
        """Whether everything that was published has its outcome."""
        books = self.runtime.state.outcomes.audit(now=time.time())
        return books.sighted >= self.newsroom.expected_sightings and not books.under_way

    def settle(self) -> None:
        self.wait(self.is_settled)
        self.runtime.search.refresh()

    def wait_for_tick(self) -> None:
        """Wait until a tick has begun and ended that began after now: the one after the next has begun."""
        for _ in range(2):
            last = self._ticked_at()
            self.wait(lambda last=last: self._ticked_at() > last)

    def _ticked_at(self) -> float:
        return ticked_at(self.runtime.redis, self.runtime.settings.redis_prefix)

    def trace(self, expectation: Expectation) -> Trace:
        found = self.runtime.state.articles.trace(article_id(expectation.link))
        assert found is not None, expectation.link
        return found

    def report(self) -> str:
        books = self.runtime.state.outcomes.audit(now=time.time())
        logs = [f"{log.name}: {log.read_text(errors='replace')[-600:]}" for log in self.logs.glob("*.log")]
        return "\n".join([f"sighted {books.sighted}, under way {books.under_way}, {dict(books.outcomes)}", *logs])

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one of the run's children, as the kernel would; wait for one that is just coming back."""
        self.wait(lambda: name in self.run.pids())
        os.kill(self.run.pids()[name], number)

    def kuzet(self, *arguments: str, given: str = "", **environment: str) -> Answer:
        """Run a command on this watch's engines."""
        return kuzet(*arguments, given=given, **{**self.run.environment(), **environment})

    @property
    def logs(self) -> Path:
        return self.runtime.settings.data / "logs"


def _is(until: Callable[[], bool]) -> bool:
    try:
        return until()
    except RedisConnectionError:
        return False


StartWatch: TypeAlias = Callable[..., AbstractContextManager[Watch]]
"""What the fixture `start_watch` gives: a folder or nothing, settings by name."""


@contextmanager
def watching(folder: Path, *, dictionary: Path, newsroom: Newsroom | None = None, **settings: Any) -> Iterator[Watch]:
    """Run a watch on `folder`; engines that the settings do not name are its own. Its first stories are out.

    `allow_hosts` are further sites than the newsroom's; their feeds stand in `folder`/feeds.yaml. A `newsroom` that is
    given is open already.
    """
    with ExitStack() as stack:
        newsroom = newsroom or stack.enter_context(Newsroom(troubles=QUICK))
        run = stack.enter_context(ForkingRun(settings_of(folder, newsroom, **settings), report=Silence()))
        if not settings.get("search_url"):
            run.install_dictionary(dictionary)
        run.spawn_services()
        places = {"broker_url": run.endpoints.broker_url, "search_url": run.endpoints.search_url}
        yield Watch(newsroom, run, Runtime(run.settings.model_copy(update=places)))


def settings_of(folder: Path, newsroom: Newsroom, *, allow_hosts: str = "", **settings: Any) -> Settings:
    """Quick settings, keys and an index of their own."""
    name = f"watch{token_hex(4)}"
    newsroom.publish(count=8)  # an empty feed is a failed poll, and failures wait
    catalogue = folder / "newsroom.yaml"
    catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
    quick = {"host_spacing_s": 0.02, "min_interval_s": 1.0, "max_interval_s": 2.0, "page_retry_s": 0.2}
    quick["cpu_processes"] = 1  # pytest has a worker for each core, too
    own = {"redis_prefix": f"{name}:", "search_index": name, "feeds_file": catalogue}
    return Settings(data=folder, allow_hosts=f"{newsroom.allow_hosts},{allow_hosts}", **{**quick, **own, **settings})
