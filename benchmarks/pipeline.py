"""How fast a backlog of pages is read, next to a bare loop over the same pages.

    python -m benchmarks.pipeline [PAGES] [SLOTS …]

A real broker and a real cpu worker; the search engine is away, so that documents end in the outbox. One nudge starts it
and no tick runs: what a task does not send for at its end never comes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings import Settings
from pipelines.models import Entry, Feed, Page, Stage
from pipelines.pages import extract_article
from pipelines.tagging import Tagger
from worker.local.report import Silence
from worker.local.run import LocalRun
from worker.local.services import services
from worker.runtime import Runtime
from worker.state import ArticleAddress
from worker.state.workers import present
from worker.tasks.app import Watch
from worker.tasks.nudges import nudge

NOWHERE = "http://127.0.0.1:9"
HOSTS = 20
PARAGRAPH = (
    "Полиция задержала троих подозреваемых в интернет-мошенничестве, возбуждено уголовное дело. "
    "По данным следствия, они похитили у жителей города более двух миллионов тенге. "
)


@dataclass(frozen=True, slots=True)
class Measured:
    """`deliveries`: messages that the worker received for all pages."""

    pages: int
    slots: int
    took_s: float
    deliveries: int
    bare_page_s: float

    @property
    def pages_per_s(self) -> float:
        return self.pages / self.took_s

    @property
    def deliveries_per_page(self) -> float:
        return self.deliveries / self.pages

    @property
    def bare_ratio(self) -> float:
        """Time of the pipeline ÷ time of the bare loop on one core."""
        return self.took_s / (self.bare_page_s * self.pages)


def page_of(number: int) -> Page:
    """A page whose text no other has: the language model and the tagger cannot answer from memory."""
    link = f"http://host{number % HOSTS}.example/{number}"
    text = "".join(f"<p>{PARAGRAPH}Происшествие {number}.{part}.</p>" for part in range(12))
    body = f"<html><head><title>Сводка {number}</title></head><body><article><h1>Сводка {number}</h1>{text}</article>"
    return Page(
        url=link,
        final_url=link,
        status=200,
        headers={"content-type": "text/html; charset=utf-8"},
        body=body.encode(),
        fetched_at=datetime.now(UTC),
    )


def entry_of(page: Page) -> Entry:
    return Entry(link=page.url, title=f"Сводка {page.url.rsplit('/', 1)[1]}")


def fill(runtime: Runtime, pages: int) -> None:
    """Put fetched pages into the stage before extraction."""
    articles = runtime.state.articles
    for page in map(page_of, range(pages)):
        address = ArticleAddress.of(page.url)
        feed = Feed(id=address.host, url=f"http://{address.host}/rss", source=address.host, family="")
        articles.sight(entry_of(page), address, feed=feed, now=runtime.now())
        claim = articles.claim(address.article_id, stage=Stage.FETCH, now=runtime.now())
        if claim is not None:
            articles.advance(claim, to=Stage.EXTRACT, now=runtime.now(), page=runtime.pages.put(page))


def bare_page_s(runtime: Runtime, *, pages: int) -> float:
    """Seconds of extraction and tagging of one page, in a loop without broker, state and store."""
    tagger, all_pages = runtime.tagger, [page_of(number) for number in range(pages + 2)]
    for page in all_pages[:2]:  # loads models
        read(tagger, page)
    began = time.perf_counter()
    for page in all_pages[2:]:
        read(tagger, page)
    return (time.perf_counter() - began) / pages


def read(tagger: Tagger, page: Page) -> None:
    article = extract_article(page, entry=entry_of(page), observed_at=page.fetched_at)
    tagger.tag(article.title, article.body, language=article.language)


@contextmanager
def cpu_worker(folder: Path, *, slots: int, run_type: type[LocalRun]) -> Iterator[Watch]:
    """Run a broker and a cpu worker on it; what sends for its tasks."""
    settings = Settings(data=folder, search_url=NOWHERE, redis_prefix="bench:", cpu_processes=slots)
    with run_type(settings, report=Silence()) as run:
        app = Watch(settings.model_copy(update={"broker_url": run.endpoints.broker_url}))
        run.spawn("cpu", services(settings)["cpu"])
        until(lambda: bool(present(app.runtime.redis, "bench:", now=time.time())), within_s=120)
        yield app


def until(condition: Callable[[], bool], *, within_s: float) -> None:
    """Wait until it is so; TimeoutError when it is not in time."""
    ends_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"not within {within_s:g} s")
        time.sleep(0.02)


def measure(folder: Path, *, pages: int, slots: int, run_type: type[LocalRun] = LocalRun) -> Measured:
    """Let a cpu worker read a backlog of pages."""
    with cpu_worker(folder, slots=slots, run_type=run_type) as app:
        fill(app.runtime, pages)
        began = time.perf_counter()
        nudge(app, Stage.EXTRACT)
        until(lambda: app.runtime.state.outbox.size == pages, within_s=60 + pages)
        took_s = time.perf_counter() - began
        bare = bare_page_s(app.runtime, pages=min(pages, 50))
    log = (folder / "logs" / "cpu.log").read_text(encoding="utf-8", errors="replace")
    return Measured(pages, slots, took_s, log.count("kuzet.extract_article[") - log.count("succeeded"), bare)


def main() -> None:
    pages, *slots = [int(argument) for argument in sys.argv[1:]] or [500, 1, 2, 4, 16]
    print("slots  pages/s  deliveries/page  ÷ bare loop on one core")
    for count in slots or [2]:
        with TemporaryDirectory() as folder:
            found = measure(Path(folder), pages=pages, slots=count)
            ratio = found.bare_ratio
            print(f"{count:5}  {found.pages_per_s:7.1f}  {found.deliveries_per_page:15.2f}  {ratio:.2f}")


if __name__ == "__main__":
    main()
