"""Files that a person edits while the watch runs, and what was made of them: made again when one of them changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import RLock
from typing import Generic, TypeVar

import structlog

from pipelines.errors import ConfigError
from worker.files.text import Stamp, stamp

log = structlog.get_logger(__name__)
Made = TypeVar("Made")


class Watched(Generic[Made]):
    """What `read` makes of the files that `files` names.

    A file that became broken keeps what was made before; `problem` says what is wrong. With nothing made before, asking
    raises that ConfigError: what cannot be read is not empty. Safe for several threads: one reads, the others wait.
    """

    def __init__(self, files: Callable[[], Iterable[Path]], read: Callable[[], Made]) -> None:
        self.problem: ConfigError | None = None
        self.reads = 0
        """How often the files were read: another number means that what they hold may be another."""
        self._files = files
        self._read = read
        self._lock = RLock()
        self._written_at: dict[Path, Stamp] = {}
        self._made: Made | None = None

    def current(self) -> Made:
        """Return what is made of the files as they are now. Raises ConfigError when they never could be read."""
        with self._lock:
            written_at = {file: stamp(file) for file in self._files()}
            if self._made is None or written_at != self._written_at:
                self._made = self._newest()
                self._written_at = written_at
                self.reads += 1
            return self._made

    def _newest(self) -> Made:
        try:
            made = self._read()
        except ConfigError as error:
            self.problem = error
            if self._made is None:
                raise
            log.warning("files kept as they were read before", error=str(error))
            return self._made
        self.problem = None
        return made
