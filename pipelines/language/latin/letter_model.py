"""Which letters follow which in words: what decides between two readings of a Latin letter."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterable

EDGE = "^"
"""A letter for what is before and after a word."""

_RUN = 3
_UNSEEN = 0.1
"""Added to each count: a run that was never seen is unlikely, not impossible."""
_LETTERS = 45


class LetterModel:
    """Runs of three letters, counted in words with their weights."""

    def __init__(self, words: Iterable[tuple[str, float]]) -> None:
        self._runs: dict[str, float] = defaultdict(float)
        self._beginnings: dict[str, float] = defaultdict(float)
        for word, weight in words:
            framed = f"{EDGE}{EDGE}{word}{EDGE}"
            for start in range(len(framed) + 1 - _RUN):
                run = framed[start : start + _RUN]
                self._runs[run] += weight
                self._beginnings[run[:-1]] += weight
        self._cost = functools.cache(self._cost_of_letter)

    def cost(self, letters: str, *, after: str = "") -> float:
        """Return how unlikely letters are after others of their word: minus the logarithm of their share.

        The end of a word is EDGE.
        """
        before, total = f"{EDGE}{EDGE}{after}"[1 - _RUN :], 0.0
        for letter in letters:
            total += self._cost(before, letter)
            before = before[1:] + letter
        return total

    def _cost_of_letter(self, before: str, letter: str) -> float:
        share = (self._runs.get(before + letter, 0.0) + _UNSEEN) / (
            self._beginnings.get(before, 0.0) + _UNSEEN * _LETTERS
        )
        return -math.log(share)
