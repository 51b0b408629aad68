"""The feeds to poll: the catalogue's file with the person's own file laid over it, read again when either changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.feeds import parse_catalogue
from pipelines.models import Feed


class Catalogue:
    """Feeds by id. A file that became broken keeps the feeds that were loaded before; `problem` says what is wrong."""

    def __init__(self, *files: Path) -> None:
        self.files = files
        self.problem: ConfigError | None = None
        self._read_at: tuple[float, ...] = ()
        self._feeds: dict[str, Feed] = {}

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._current().values())

    def get(self, feed_id: str) -> Feed | None:
        return self._current().get(feed_id)

    def _current(self) -> dict[str, Feed]:
        written_at = tuple(file.stat().st_mtime if file.exists() else 0.0 for file in self.files)
        if written_at != self._read_at:
            self._read_at = written_at
            self._read()
        return self._feeds

    def _read(self) -> None:
        try:
            self._feeds = {feed.id: feed for file in self.files if file.exists() for feed in read_feeds(file)}
            self.problem = None
        except ConfigError as error:
            self.problem = error
            if not self._feeds:
                raise


def read_feeds(file: Path) -> tuple[Feed, ...]:
    """The feeds of one file. Raises ConfigError with file, line and key."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), f"cannot be read ({error})") from error
    return parse_catalogue(text, file=str(file))
