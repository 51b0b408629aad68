"""What the proof of rebuilds needs: a watch of its own, and threads that write, read and kill while it rebuilds."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from redis.exceptions import RedisError

from config.settings import Settings
from pipelines.errors import KuzetError
from pipelines.models import Entry, Feed, Stage, Tagging
from pipelines.pages import article_from_entry
from pipelines.search.documents import build_document, content_hash
from pipelines.urls import article_id
from seeds.newsroom import load_stories
from worker.files.dictionaries import build_dictionaries
from worker.local.report import Silence
from worker.local.run import LocalRun
from worker.local.services import services
from worker.runtime import Runtime
from worker.state import ArticleAddress

FEED = Feed(id="proof", url="", source="proof", family="proof")
BEGAN = datetime.now(UTC)
PATIENCE_S = 300.0
ENGINE_TIMEOUT_S = 15.0
LONG_S = 1.0

Span: TypeAlias = tuple[float, float]
"""From when to when, by the monotonic clock."""


@dataclass(frozen=True)
class Sent:
    """One document on its way."""

    article_id: str
    version: int
    document: dict[str, Any]


@dataclass
class FilledEngine:
    """A running watch without feeds, and two index workers: one of them may be stopped."""

    run: LocalRun
    runtime: Runtime

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.run.pids()[name], number)

    def wait(self, until: Callable[[], bool], what: str) -> None:
        ends_at = time.monotonic() + PATIENCE_S
        while not patiently(until):
            if time.monotonic() > ends_at:
                raise SystemExit(f"after {PATIENCE_S:.0f} s still not: {what}; logs: {self.runtime.settings.data}/logs")
            time.sleep(0.02)


def patiently(ask: Callable[[], bool]) -> bool:
    """Ask engines that may be down just now: then it is not so."""
    try:
        return ask()
    except (RedisError, KuzetError):
        return False


@contextmanager
def filled() -> Iterator[FilledEngine]:
    """A running watch with two index workers."""
    with running() as place:
        again = [part.replace("index@", "index2@") for part in services(place.run.settings)["index"]]
        place.run.spawn("index2", again)
        yield place


@contextmanager
def running(**more: object) -> Iterator[FilledEngine]:
    """Engines, workers and clock in a folder that is gone afterwards; more: settings by name."""
    defaults = Settings()
    dictionaries = defaults.cache / "dictionaries"
    name = build_dictionaries(dictionaries, lexicons=[defaults.config / "lexicon"])
    with TemporaryDirectory(prefix="kuzet-proof-") as folder:
        data = Path(folder)
        (data / "none.yaml").write_text("feeds: []\n", encoding="utf-8")
        settings = Settings(
            data=data,
            feeds_file=data / "none.yaml",
            search_timeout_s=ENGINE_TIMEOUT_S,
            broker_url="",
            search_url="",
            **more,
        )
        run = LocalRun(settings, report=Silence())
        run.install_dictionary(dictionaries / name)
        with run:
            run.spawn_services()
            places = {"broker_url": run.endpoints.broker_url, "search_url": run.endpoints.search_url}
            runtime = Runtime(run.settings.model_copy(update=places))
            place = FilledEngine(run, runtime)
            place.wait(lambda: runtime.ensure_index() is None, "the index is made")
            yield place


class Texts:
    """Articles without end, made of the newsroom's; the same number and version are the same text."""

    def __init__(self) -> None:
        self._stories = [story.versions[-1] for story in load_stories()]

    def entry(self, number: int, version: int) -> Entry:
        story = self._stories[number % len(self._stories)]
        body = "\n".join([*story.paragraphs, f"Сводка {number}, дополнение {version}."])
        link = f"https://proof.example/{number}"
        published_at = BEGAN - timedelta(hours=number % 400)
        return Entry(link=link, title=f"{story.title} ({number})", content=body, published_at=published_at)

    def document(self, entry: Entry, *, revision: int = 1, tagging: Tagging | None = None) -> dict[str, Any]:
        article = article_from_entry(entry, url=entry.link, observed_at=BEGAN)
        names = {"source": "proof", "family": "proof", "feed": "proof", "indexed_at": BEGAN}
        return build_document(
            article, tagging or Tagging(), article_id=article_id(entry.link), revision=revision, **names
        )


@dataclass
class Writer:
    """Writes new articles and revisions through the outbox at a steady rate; `said`: article → hash of its last words.

    The first `seeded` articles are in the index already. `rate`: what it came to, in writes a second.
    """

    filled: FilledEngine
    texts: Texts
    seeded: int
    per_second: float
    said: dict[str, str] = field(default_factory=dict)
    written: int = 0
    rate: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._write, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._over.set()

    def _write(self) -> None:
        random, fresh, began = Random(7), count(self.seeded), time.monotonic()
        for number in count():
            due = began + number / self.per_second
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
            newest = next(fresh) if number % 2 else 0
            self._say(newest or random.randrange(self.seeded), version=number)
            self.written += 1
            self.rate = self.written / (time.monotonic() - began)

    def _say(self, number: int, *, version: int) -> None:
        entry = self.texts.entry(number, version)
        article = article_from_entry(entry, url=entry.link, observed_at=BEGAN)
        self.said[article_id(entry.link)] = content_hash(article)
        while not patiently(lambda: self._hand_over(entry)) and not self._over.is_set():
            time.sleep(0.1)

    def _hand_over(self, entry: Entry) -> bool:
        """Sight it and, unless a worker is quicker, put its document into the outbox."""
        state, now = self.filled.runtime.state, time.time()
        address = ArticleAddress.of(entry.link)
        state.articles.sight(entry, address, feed=FEED, now=now, needs_page=False)
        claim = state.articles.claim(address.article_id, stage=Stage.EXTRACT, now=now)
        if claim is not None:
            document = self.texts.document(claim.entry, revision=claim.revision + 1, tagging=Tagging(ruleset="old"))
            state.outbox.put(claim, document, now=now, content_hash=document["content_hash"])
        return True


@dataclass
class Reader:
    """Counts what is searchable all the time. `silences`: the times between two answers that were long."""

    runtime: Runtime
    fewest_lost: int = 0
    searches: int = 0
    silences: list[Span] = field(default_factory=list)
    _most: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._read, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._over.set()

    def _read(self) -> None:
        answered_at = time.monotonic()
        while not self._over.wait(0.1):
            self.searches += 1
            try:
                found = self.runtime.search.count()
            except KuzetError:
                continue
            answered_at = self._note(answered_at, time.monotonic())
            self.fewest_lost = max(self.fewest_lost, self._most - found)
            self._most = max(self._most, found)

    def _note(self, before: float, now: float) -> float:
        if now - before > LONG_S:
            self.silences.append((before, now))
        return now
