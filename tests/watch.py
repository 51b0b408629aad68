"""A watch for tests: the newsroom, real workers on the session's engines, and waiting for what must come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from config.settings import Settings
from pipelines.urls import article_id
from seeds.newsroom import Expectation, Newsroom, Troubles
from worker.local.report import Silence
from worker.local.run import LocalRun
from worker.runtime import Runtime
from worker.state import Trace

PATIENCE_S = 90.0
QUICK = Troubles(slow_s=0.3)


@dataclass(frozen=True)
class Watch:
    """A running watch over a newsroom."""

    newsroom: Newsroom
    run: LocalRun
    runtime: Runtime

    def wait(self, until: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> None:
        """Wait until it is so; fail with the books and the logs' last words."""
        ends_at = time.monotonic() + patience_s
        while not until():
            assert time.monotonic() < ends_at, self.report()
            time.sleep(0.1)

    def is_settled(self) -> bool:
        """Whether everything that was published has its outcome."""
        books = self.runtime.state.outcomes.audit(now=time.time())
        return books.sighted >= self.newsroom.expected_sightings and not books.under_way

    def settle(self) -> None:
        self.wait(self.is_settled)
        self.runtime.search.refresh()

    def trace(self, expectation: Expectation) -> Trace:
        found = self.runtime.state.articles.trace(article_id(expectation.link))
        assert found is not None, expectation.link
        return found

    def report(self) -> str:
        books = self.runtime.state.outcomes.audit(now=time.time())
        logs = [f"{log.name}: {log.read_text(errors='replace')[-600:]}" for log in self.logs.glob("*.log")]
        return "\n".join([f"sighted {books.sighted}, under way {books.under_way}, {dict(books.outcomes)}", *logs])

    @property
    def logs(self) -> Path:
        return self.runtime.settings.data / "logs"


@contextmanager
def watching(folder: Path, *, dictionary: Path, **settings: str) -> Iterator[Watch]:
    """Run a watch on `folder`; engines that the settings do not name are its own. Nothing is published yet."""
    with ExitStack() as stack:
        newsroom = stack.enter_context(Newsroom(troubles=QUICK))
        run = stack.enter_context(LocalRun(settings_of(folder, newsroom, **settings), report=Silence()))
        if not settings.get("search_url"):
            run.install_dictionary(dictionary)
        run.spawn_services()
        places = {"broker_url": run.endpoints.broker_url, "search_url": run.endpoints.search_url}
        yield Watch(newsroom, run, Runtime(run.settings.model_copy(update=places)))


def settings_of(folder: Path, newsroom: Newsroom, **settings: str) -> Settings:
    """Quick settings, keys and an index of their own."""
    name = f"watch{token_hex(4)}"
    newsroom.publish(count=8)  # an empty feed is a failed poll, and failures wait
    catalogue = folder / "newsroom.yaml"
    catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
    return Settings(
        data=folder,
        feeds_file=catalogue,
        allow_hosts=newsroom.allow_hosts,
        redis_prefix=f"{name}:",
        search_index=name,
        host_spacing_s=0.02,
        min_interval_s=1.0,
        max_interval_s=2.0,
        search_heap_mb=512,
        **settings,
    )
