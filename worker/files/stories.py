"""config/stories.yaml and the shares of words: read again when they change; a broken file keeps what was read."""

from __future__ import annotations

from pathlib import Path

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.stories.frequencies import FREQUENCIES_FILE, Frequencies, parse_frequencies
from pipelines.stories.rule import STORIES_FILE, StoryRules, parse_story_rules
from worker.files.layers import Layers
from worker.files.text import read_text
from worker.files.watched import Watched


class StoryFiles:
    """The rules of a config folder; a folder written for an earlier version, without the files, is read with ours."""

    def __init__(self, folder: Path | Layers) -> None:
        self._layers = folder if isinstance(folder, Layers) else Layers(folder)
        self._watched = Watched(self._files, self._read)

    @property
    def rules(self) -> StoryRules:
        """The rules as the file has them now. Raises ConfigError when they were never right."""
        return self._watched.current()[0]

    @property
    def frequencies(self) -> Frequencies:
        return self._watched.current()[1]

    @property
    def problem(self) -> ConfigError | None:
        return self._watched.problem

    def _read(self) -> tuple[StoryRules, Frequencies]:
        rules, words = self._files()
        return (
            parse_story_rules(read_text(rules), file=str(rules)),
            parse_frequencies(read_text(words), file=str(words)),
        )

    def _files(self) -> list[Path]:
        return [_file(self._layers, name) for name in (STORIES_FILE, FREQUENCIES_FILE)]


def _file(layers: Layers, name: str) -> Path:
    return layers / name if (layers / name).exists() else HERE / name
