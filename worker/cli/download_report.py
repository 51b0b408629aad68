"""A report on a rich terminal: sentences as lines, a download as one bar."""

from __future__ import annotations

from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class ConsoleReport:
    """Tells a person at the terminal. The bar appears with the first byte and goes when all are there."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = Lock()
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False)

    def progress(self, what: str, *, done: int, total: int) -> None:
        with self._lock:
            if self._progress is None:
                self._progress = self._bar()
                self._task = self._progress.add_task(what, total=total)
            self._progress.update(self._task, completed=done)
            if done >= total:
                self._end()

    def close(self) -> None:
        """Take a bar away that was left unfinished by an error."""
        with self._lock:
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
