"""config/stories.yaml and the shares of words: read again when they change; a broken file keeps what was read."""

from __future__ import annotations

from pathlib import Path

import structlog

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.stories.frequencies import FREQUENCIES_FILE, Frequencies, parse_frequencies
from pipelines.stories.rule import STORIES_FILE, StoryRules, parse_story_rules
from worker.files.layers import Layers
from worker.files.text import Stamp, read_text, stamp

log = structlog.get_logger(__name__)


class StoryFiles:
    """The rules of a config folder; a folder written for an earlier version, without the files, is read with ours."""

    def __init__(self, folder: Path | Layers) -> None:
        self._layers = folder if isinstance(folder, Layers) else Layers(folder)
        self._read_at: tuple[Stamp, ...] = ()
        self._loaded: tuple[StoryRules, Frequencies] | None = None
        self.problem: ConfigError | None = None

    @property
    def rules(self) -> StoryRules:
        """The rules as the file has them now. Raises ConfigError when they were never right."""
        return self._current()[0]

    @property
    def frequencies(self) -> Frequencies:
        return self._current()[1]

    def _current(self) -> tuple[StoryRules, Frequencies]:
        read_at = tuple(map(stamp, self._files()))
        if self._loaded is None or read_at != self._read_at:
            self._read_at = read_at
            self._loaded = self._load()
        return self._loaded

    def _files(self) -> list[Path]:
        return [_file(self._layers, name) for name in (STORIES_FILE, FREQUENCIES_FILE)]

    def _load(self) -> tuple[StoryRules, Frequencies]:
        rules, words = self._files()
        try:
            loaded = (
                parse_story_rules(read_text(rules), file=str(rules)),
                parse_frequencies(read_text(words), file=str(words)),
            )
        except ConfigError as error:
            self.problem = error
            if self._loaded is None:
                raise
            log.warning("rules of stories kept as they were", error=str(error))
            return self._loaded
        self.problem = None
        return loaded


def _file(layers: Layers, name: str) -> Path:
    return layers / name if (layers / name).exists() else HERE / name
