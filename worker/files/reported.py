"""Where wrongly tagged articles are kept: examples/ in the config folder, else in the data folder.

A server's config folder is often read-only, or under version control: articles belong to their publishers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.tagging.rules.reported import parse_reported
from pipelines.tagging.rules.rule import Example
from worker.files.text import read_text

FOLDER = "examples"


def read_reported(config: Path, data: Path) -> Iterator[tuple[str, str, Example]]:
    """Yield topic, file and example of both folders. Raises ConfigError."""
    for folder in (config, data):
        for file in sorted((folder / FOLDER).glob("*.yaml")):
            named = f"{FOLDER}/{file.name}"
            yield from ((file.stem, named, example) for example in parse_reported(named, read_text(file)))


def add_reported(topic: str, entry: str, *, config: Path, data: Path) -> Path:
    """Add an entry at the end of its topic's file and return the file. Raises ConfigError if it cannot be written."""
    folder = _writable(config) or data / FOLDER
    file = folder / f"{topic}.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as examples:
            examples.write(entry)
    except OSError as error:
        raise ConfigError(str(file), f"cannot be written ({error.strerror})") from error
    return file


def _writable(config: Path) -> Path | None:
    folder = config / FOLDER
    nearest = folder if folder.exists() else config
    return folder if nearest.is_dir() and os.access(nearest, os.W_OK) else None
