"""Which Kazakh words are ordinary words, by the lexicon: a name with a capital and a mistake are not among them."""

from __future__ import annotations

from functools import lru_cache

from pipelines.language import russian
from pipelines.language.kazakh import parses
from pipelines.language.normalise import fold

LEXICON = "lexicon/lemmas.tsv"
"""The file of the config folder: word, source, weight."""

_ORDINARY = frozenset({"core", "induced", "rule"})
_LOANS = frozenset({"loan"})
LONGEST_WORD = 40


class KazakhWords:
    """The lemmas of the lexicon that are no names. Without the file no word is known."""

    def __init__(self, text: str = "") -> None:
        rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
        sources = {row[0]: row[1] for row in rows if len(row) > 1}
        self._lemmas = frozenset(
            word
            for word, source in sources.items()
            if source in _ORDINARY or (source in _LOANS and russian.is_ordinary(word))
        )
        self._knows = lru_cache(maxsize=20_000)(self._is_form)

    @property
    def is_full(self) -> bool:
        """True if there is a lexicon."""
        return bool(self._lemmas)

    def knows(self, word: str) -> bool:
        """True for a form of an ordinary word, folded or not."""
        return bool(self._lemmas) and self._knows(fold(word))

    def _is_form(self, word: str) -> bool:
        if word in self._lemmas:
            return True
        return len(word) <= LONGEST_WORD and any(lemma in self._lemmas for lemma, _ in parses(word))
