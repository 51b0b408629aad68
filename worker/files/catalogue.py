"""The feeds to poll: the catalogue's file with those of the site and of the commands over it, read when one changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.feeds import parse_catalogue
from pipelines.models import Feed
from worker.files.text import read_text
from worker.files.watched import Watched


class Catalogue:
    """Feeds by id. A file that became broken keeps the feeds that were loaded before; `problem` says what is wrong.

    Without any feeds loaded before, asking for them raises that ConfigError: a catalogue that cannot be read is not an
    empty one. Safe for several threads.
    """

    def __init__(self, file: Path, own_file: Path, *, site_file: Path | None = None) -> None:
        self.file = file
        self.site_file = site_file
        self.own_file = own_file
        self._feeds = Watched(self._places, self._read)

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._feeds.current().values())

    def get(self, feed_id: str) -> Feed | None:
        return self._feeds.current().get(feed_id)

    @property
    def problem(self) -> ConfigError | None:
        return self._feeds.problem

    @property
    def reads(self) -> int:
        return self._feeds.reads

    def is_given(self, feed_id: str) -> bool:
        """Whether a file has the feed that no command writes, so that it cannot be removed but only switched off."""
        return any(feed.id == feed_id for file in self._files() if file != self.own_file for feed in read_feeds(file))

    def check(self) -> ConfigError | None:
        """Return what is wrong with the files as they are now, None when they can be used."""
        try:
            self._feeds.current()
        except ConfigError as error:
            return error
        return self.problem

    def _read(self) -> dict[str, Feed]:
        return {feed.id: feed for file in self._files() for feed in read_feeds(file)}

    def _files(self) -> list[Path]:
        """The catalogue must be there; the files that are laid over it need not."""
        return [file for file in self._places() if file == self.file or file.exists()]

    def _places(self) -> list[Path]:
        return [self.file, *([self.site_file] if self.site_file else ()), self.own_file]


def read_feeds(file: Path) -> tuple[Feed, ...]:
    """The feeds of one file. Raises ConfigError with file, line and key."""
    return parse_catalogue(read_text(file), file=str(file))
