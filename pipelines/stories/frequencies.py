"""How common a word is in the news: shared rare words speak for one event, shared common ones do not."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from pipelines.errors import ConfigError
from pipelines.language.letters import KAZAKH_LETTERS
from pipelines.language.unknown import cut_kazakh, cut_russian

FREQUENCIES_FILE = "story_words.tsv"
RAREST = 0.005
"""The share of articles that have a word which the list does not name."""

_KAZAKH = frozenset(KAZAKH_LETTERS)


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a folded word without its endings. It needs no dictionary, so that a story can be found on any machine."""
    return cut_kazakh(word) if _KAZAKH.intersection(word) else cut_russian(word)


class Frequencies:
    """Weights of stems: the logarithm of how seldom they are."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._weights = {word: -math.log(share) for word, share in shares.items()}
        self._rarest = -math.log(RAREST)

    def weight(self, stemmed: str) -> float:
        """Return 0 (in every article) to about 5 (in one of two hundred, or unknown)."""
        return self._weights.get(stemmed, self._rarest)

    def is_rare(self, stemmed: str) -> bool:
        """Return whether the list does not name a stem."""
        return stemmed not in self._weights


def parse_frequencies(text: str, *, file: str = FREQUENCIES_FILE) -> Frequencies:
    """Read lines of stem, TAB, share of articles; `#` begins a remark. Raises ConfigError with the line."""
    shares: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        word, _, share = line.partition("\t")
        shares[word] = _share(share, file=file, line=number)
    return Frequencies(shares)


def _share(text: str, *, file: str, line: int) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ConfigError(file, "a share above 0 and up to 1 is expected after the TAB", line=line)
    return share
