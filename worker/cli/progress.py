"""How far long work is: a bar on a terminal, and elsewhere a line each ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Lock

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from worker.cli.console import err

LINE_EVERY_S = 10.0
MB = 1_000_000


class SparseLines:
    """Prints of many sentences at most one each `LINE_EVERY_S`, for logs and pipes. The first one waits as well."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._printed_at = clock()

    def offer(self, sentence: str) -> None:
        if self._clock() - self._printed_at >= LINE_EVERY_S:
            self._printed_at = self._clock()
            self._console.print(sentence, markup=False, soft_wrap=True)


@contextmanager
def shares(title: str, *, console: Console = err) -> Iterator[Callable[[str, float], None]]:
    """Give a callback (step, share of the whole). Nothing is shown when there is nothing to wait for."""
    if not console.is_terminal:
        lines = SparseLines(console)
        yield lambda step, share: lines.offer(f"{title}: {step}, {share:.0%}")
        return
    columns = (TextColumn(title), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0, visible=False)
        yield lambda step, share: progress.update(task, description=step, completed=share, visible=share < 1.0)


@contextmanager
def counting(title: str, *, total: int, console: Console = err) -> Iterator[Callable[[], None]]:
    """Give a callback that says that one more of `total` is done."""
    if not console.is_terminal:
        lines, done = SparseLines(console), count(1)
        yield lambda: lines.offer(f"{title}: {next(done)} of {total}")
        return
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


class ConsoleReport:
    """What a start reports, on a console: sentences as lines; the bar of a download appears with its first byte."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._lock = Lock()
        self._lines = SparseLines(console, clock=clock)
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def progress(self, what: str, *, done: int, total: int) -> None:
        with self._lock:
            if self._console.is_terminal:
                self._draw(what, done=done, total=total)
            else:
                self._lines.offer(f"{what}: {done / MB:.0f} of {total / MB:.0f} MB")

    def close(self) -> None:
        """Take a bar away that was left unfinished by an error."""
        with self._lock:
            self._end()

    def _draw(self, what: str, *, done: int, total: int) -> None:
        if self._progress is None:
            self._progress = self._bar()
            self._task = self._progress.add_task(what, total=total)
        self._progress.update(self._task, completed=done)
        if done >= total:
            self._end()

    def _bar(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        bar = Progress(*columns, console=self._console)
        bar.start()
        return bar

    def _end(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
