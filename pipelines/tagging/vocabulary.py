"""From a word of a text to the places in patterns where it may stand: one look-up in a dict of all forms."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.language.normalise import fold
from pipelines.language.terms import term_forms
from pipelines.tagging.patterns import Element

CACHED_WORDS = 100_000
"""Answers that are remembered; then the memory starts anew, so that it stays flat."""

LONGEST_WORD = 60
"""Longer words are never looked up."""

Slots = tuple[int, ...]
"""Slot × 2, plus 1 where the form is a negated one (өлтірмеген)."""


class Vocabulary:
    """All forms of all words of a ruleset in one language. A *slot* stands for one set of alternatives."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._slots: dict[tuple[str, ...], int] = {}
        self._forms: dict[str, set[int]] = {}
        self._prefixes: dict[str, set[int]] = {}
        self._prefix_lengths: tuple[int, ...] = ()
        self._answers: dict[str, Slots] = {}

    def slot(self, element: Element) -> int:
        """Return the slot of an element; its forms are added when it is new."""
        key = element.alternatives
        if key not in self._slots:
            self._slots[key] = len(self._slots)
            for word in key:
                self._add(word, self._slots[key])
        return self._slots[key]

    def lookup(self, word: str) -> Slots:
        """Return the slots of a folded word, mostly none."""
        answer = self._answers.get(word)
        if answer is None:
            answer = self._find(word)
            if len(self._answers) >= CACHED_WORDS:
                self._answers.clear()
            self._answers[word] = answer
        return answer

    def _find(self, word: str) -> Slots:
        if len(word) > LONGEST_WORD:
            return ()
        found: set[int] = set(self._forms.get(word, ()))
        for length in self._prefix_lengths:
            if length > len(word):
                break
            found.update(self._prefixes.get(word[:length], ()))
        return tuple(sorted(found))

    def _add(self, word: str, slot: int) -> None:
        if word.endswith("*"):
            self._prefixes.setdefault(fold(word[:-1]), set()).add(slot * 2)
            self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._prefixes}))
            return
        for form, negated in forms_of(word, language=self.language):
            self._forms.setdefault(form, set()).add(slot * 2 + negated)


def forms_of(word: str, *, language: str) -> Iterable[tuple[str, bool]]:
    """All folded forms of one word of a pattern (no prefix), each with whether it is negated."""
    return term_forms(word, language).items()
