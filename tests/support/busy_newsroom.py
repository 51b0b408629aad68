"""A newsroom of one for tests: it writes articles and revises them all the time, and remembers what it said last."""

from __future__ import annotations

import threading
import time
from itertools import count
from types import TracebackType
from typing import Self

from pipelines.models import Entry, Feed
from pipelines.urls import article_id
from worker.runtime import Runtime
from worker.state import ArticleAddress

FEED = Feed(id="writer", url="", source="writer", family="writer")


def link(number: int) -> str:
    return f"https://writer.example/{number}"


class Writer:
    """Sights a new article and a revision of an older one in turns, as a feed with whole texts would."""

    def __init__(self, runtime: Runtime, *, pause_s: float = 0.25) -> None:
        self.said: dict[str, str] = {}
        self._runtime = runtime
        self._pause_s = pause_s
        self._numbers = count()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._over.wait(self._pause_s):
            number = next(self._numbers)
            self.say(number, version=number)
            self.say(number // 2, version=number)

    def say(self, number: int, *, version: int) -> None:
        """Publish an article, or its next revision."""
        title = f"Полиция задержала угонщиков, сводка {number}, дополнение {version}"
        entry = Entry(link=link(number), title=title, content=f"{title}. Возбуждено уголовное дело. " * 3)
        self._runtime.state.articles.sight(
            entry, ArticleAddress.of(entry.link), feed=FEED, now=time.time(), needs_page=False
        )
        self.said[article_id(entry.link)] = title
