"""When two texts are the same one: spelled, cut or edited differently."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

SIMILAR = 0.6
"""Likeness from which two headlines are the same one, edited."""

STEM_LETTERS = 5
"""Kazakh and Russian words begin alike in all their forms: «тонады», «тонаған»; «пожара», «пожаре»."""

SHORTEST_WORD = 4
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST_WORD},}}")
_NUMBERS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W_]+")


def similarity(one: str, other: str) -> float:
    """How alike two headlines are, 0 to 1; one that contains the other counts as 1."""
    first, second = key(one)[:300], key(other)[:300]
    if not first or not second:
        return 0.0
    if min(len(first), len(second)) >= 15 and (first in second or second in first):  # noqa: PLR2004 - less is a word
        return 1.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def is_same_title(one: str, other: str) -> bool:
    """True if two headlines are one, edited. Those of a series («Курс на 1 сентября», «… на 2 сентября») are not."""
    return similarity(one, other) >= SIMILAR and _NUMBERS.findall(one) == _NUMBERS.findall(other)


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the longer words: they begin alike in all forms («пожара», «пожаре»)."""
    return frozenset(word[:STEM_LETTERS] for word in _WORD.findall(text.lower()))


def key(text: str) -> str:
    """Letters and digits only, lower case: what is left when two spellings of one text are compared."""
    return "".join(_LETTERS.findall(text.lower()))
