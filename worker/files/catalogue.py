"""The feeds to poll: the catalogue's file with the person's own file laid over it, read again when either changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from pipelines.errors import ConfigError
from pipelines.feeds import parse_catalogue
from pipelines.models import Feed
from worker.files.text import Stamp, read_text, stamp


class Catalogue:
    """Feeds by id. A file that became broken keeps the feeds that were loaded before; `problem` says what is wrong.

    Without any feeds loaded before, asking for them raises that ConfigError: a catalogue that cannot be read is not an
    empty one. Safe for several threads.
    """

    def __init__(self, file: Path, own_file: Path) -> None:
        self.file = file
        self.own_file = own_file
        self.problem: ConfigError | None = None
        self.reads = 0
        """How often the files were read: another number means that the feeds may be others."""
        self._lock = Lock()
        self._read_at: tuple[Stamp, ...] = ()
        self._feeds: dict[str, Feed] | None = None

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._current().values())

    def get(self, feed_id: str) -> Feed | None:
        return self._current().get(feed_id)

    def is_given(self, feed_id: str) -> bool:
        """Whether the catalogue's own file has the feed, so that it cannot be removed but only switched off."""
        return any(feed.id == feed_id for feed in read_feeds(self.file))

    def check(self) -> ConfigError | None:
        """Return what is wrong with the files as they are now, None when they can be used."""
        try:
            self._current()
        except ConfigError as error:
            return error
        return self.problem

    def _current(self) -> dict[str, Feed]:
        with self._lock:
            written_at = (stamp(self.file), stamp(self.own_file))
            if self._feeds is None or written_at != self._read_at:
                self._feeds = self._read()
                self.reads += 1
                self._read_at = written_at
            return self._feeds

    def _read(self) -> dict[str, Feed]:
        try:
            feeds = {feed.id: feed for file in self._files() for feed in read_feeds(file)}
        except ConfigError as error:
            self.problem = error
            if self._feeds is None:
                raise
            return self._feeds
        self.problem = None
        return feeds

    def _files(self) -> list[Path]:
        """The catalogue must be there; one's own file need not."""
        return [self.file, self.own_file] if self.own_file.exists() else [self.file]


def read_feeds(file: Path) -> tuple[Feed, ...]:
    """The feeds of one file. Raises ConfigError with file, line and key."""
    return parse_catalogue(read_text(file), file=str(file))
