"""A watch's own feeds: the file in the data folder that is laid over the catalogue, changed by commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import yaml
from filelock import FileLock

from pipelines.feeds import parse_catalogue
from pipelines.models import Feed
from worker.files.catalogue import read_feeds
from worker.local.atomic import write_text


class OwnFeeds:
    """The feeds of one file. Every change is read, checked and written whole, one process at a time."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> dict[str, Feed]:
        """Return the feeds by id; none when there is no file yet. Raises ConfigError."""
        return {feed.id: feed for feed in read_feeds(self.file)} if self.file.exists() else {}

    def put(self, *feeds: Feed) -> None:
        """Add feeds, or replace those of the same id. Raises ConfigError for a feed that no catalogue may hold."""
        self._change(lambda known: [*(known | {feed.id: feed for feed in feeds}).values()])

    def drop(self, feed_id: str) -> None:
        self._change(lambda known: [feed for feed in known.values() if feed.id != feed_id])

    def _change(self, change: Callable[[dict[str, Feed]], Iterable[Feed]]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.file.with_suffix(".lock")):
            text = catalogue_text(change(self.read()))
            parse_catalogue(text, file=str(self.file))
            write_text(self.file, text)


def catalogue_text(feeds: Iterable[Feed]) -> str:
    """Write feeds as a catalogue; what is at its default is left out."""
    return yaml.safe_dump({"feeds": [_entry(feed) for feed in feeds]}, allow_unicode=True, sort_keys=False)


def _entry(feed: Feed) -> dict[str, object]:
    entry = {
        "id": feed.id, "url": feed.url, "source": feed.source, "family": feed.family, "languages": [*feed.languages],
        "format": str(feed.format), "enabled": feed.enabled, "note": feed.note, "links": feed.links, "text": feed.text,
        "alternates": [*feed.alternates], "sitemap": feed.sitemap, "tls_extra_ca": feed.tls_extra_ca,
    }  # fmt: skip
    defaults = {"format": "feed", "enabled": True}
    return {name: value for name, value in entry.items() if (value and value != defaults.get(name)) or value is False}
