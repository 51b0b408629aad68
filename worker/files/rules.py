"""The rule files on disk and the tagger made of them; compiled once, and again when a file changes."""

from __future__ import annotations

import functools
from pathlib import Path

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.language.kazakh_words import LEXICON
from pipelines.language.latin import LatinReader
from pipelines.tagging import WORD_FILES, Ruleset, Tagger, parse_ruleset
from pipelines.tagging.names.watchlists import FOLDER
from pipelines.tagging.rules.labels import LABELS_FILE
from worker.files.latin import read_latin
from worker.files.layers import Layers
from worker.files.rule_cache import compile_rules
from worker.files.text import read_text
from worker.files.watched import Watched

NOT_RULES = frozenset({"feeds.yaml", "stories.yaml", "alerts.yaml", LABELS_FILE})
"""Files of the config folder that do not change how a text is tagged."""


class RuleFiles:
    """`tagger()` follows the files. A broken file keeps the old ruleset; `problem` says what is wrong with the new.

    With `cache`, a folder, word forms that were expanded before are read from there. A folder without the word files,
    as those written for 0.1.0, is read with kuzet's own.
    """

    def __init__(self, folder: Path | Layers, *, cache: Path | None = None) -> None:
        self._layers = folder if isinstance(folder, Layers) else Layers(folder)
        self.cache = cache
        self._tagger = Watched(self.files, lambda: Tagger(self.ruleset(), latin=self.latin))
        self._latin = functools.cache(lambda: read_latin(self._layers.lexicons))
        self._faults = Watched(self.files, self._find_faults)

    def tagger(self) -> Tagger:
        """The tagger of the newest files that are right. Raises ConfigError when none ever were."""
        return self._tagger.current()

    @property
    def problem(self) -> ConfigError | None:
        return self._tagger.problem

    def check(self) -> ConfigError | None:
        """Return what is wrong with the files as they are now; they are read again when one has changed."""
        return next(iter(self._faults.current()), None)

    def _find_faults(self) -> tuple[ConfigError, ...]:
        try:
            self.ruleset()
        except ConfigError as error:
            return (error,)
        return ()

    def ruleset(self) -> Ruleset:
        """The files as a ruleset. Raises ConfigError with file, line and key."""
        texts = {self._layers.name_of(file): read_text(file) for file in self.files()}
        texts |= {file: read_text(HERE / file) for file in WORD_FILES if file not in texts}
        return compile_rules(texts, folder=self.cache) if self.cache else parse_ruleset(texts)

    def latin(self) -> LatinReader:
        """The reader of Kazakh in Latin letters; made when the first such text comes, and kept."""
        return self._latin()

    def files(self) -> list[Path]:
        """Every file that decides how a text is tagged: the rules, watchlists, the other files but NOT_RULES."""
        shared = (file for file in self._layers.glob("*.yaml") if file.name not in NOT_RULES)
        lists = (file for ending in ("csv", "yaml") for file in self._layers.glob(f"{FOLDER}/*.{ending}"))
        return [*shared, *self._layers.glob("rules/*.yaml"), *lists, *self._layers.glob(LEXICON)]
