"""Inflection classes: words that end alike take the same endings, so these are worked out once a class.

The lexicon has about 16,000 nouns and 2,100 verbs with eight million forms, in some 4,000 classes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.language.hunspell import Affix, affix
from pipelines.language.kazakh import ELIDING, harmonies, is_loan, owns_possessive

TAIL = 3
"""No form differs from its word in more than the last letters: these are part of the word's class."""

WordClass = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class InflectionClass:
    """The forms that the words of a class have, the words themselves left out: three values a form, in one order.

    endings: what follows the beginning of a word. affixes: how the dictionary's entry becomes the form.
    chances: how common the chain of endings is, from 0 to 1.
    """

    endings: tuple[str, ...]
    affixes: tuple[Affix, ...]
    chances: tuple[float, ...]

    def forms_of(self, word: str) -> list[str]:
        """Return the forms of a word of this class."""
        begin = beginning(word)
        return [begin + ending for ending in self.endings]


def word_class(word: str) -> WordClass:
    """Return all that decides how the forms of a word differ from it."""
    if len(word) <= TAIL:
        return (word,)
    return (word[-TAIL:], harmonies(word), word in ELIDING, owns_possessive(word), is_loan(word))


def beginning(word: str) -> str:
    """Return what all forms of a word begin with."""
    return word[: max(0, len(word) - TAIL)]


class InflectionClasses:
    """Works a class out when the first of its words is asked for.

    inflect: a word → its forms, each with its chance; the greatest counts of a form that comes more than once.
    entry: a word → its entry in the dictionary, from which the affixes lead to the forms.
    """

    def __init__(
        self, inflect: Callable[[str], Iterable[tuple[str, float]]], *, entry: Callable[[str], str] = lambda word: word
    ) -> None:
        self._inflect = inflect
        self._entry = entry
        self._known: dict[WordClass, InflectionClass] = {}
        self._affixes: dict[Affix, Affix] = {}

    def of(self, word: str) -> InflectionClass:
        """Return the class of a word."""
        key = word_class(word)
        if key not in self._known:
            self._known[key] = self._work_out(word)
        return self._known[key]

    def _work_out(self, word: str) -> InflectionClass:
        chances: dict[str, float] = {}
        for form, chance in self._inflect(word):
            chances[form] = max(chances.get(form, chance), chance)
        entry, start = self._entry(word), len(beginning(word))
        return InflectionClass(
            endings=tuple(sys.intern(form[start:]) for form in chances),
            affixes=tuple(self._same(affix(entry, form)) for form in chances),
            chances=tuple(chances.values()),
        )

    def _same(self, change: Affix) -> Affix:
        """Return the one object of equal affixes: millions of forms have some ten thousand of them."""
        return self._affixes.setdefault(change, change)
