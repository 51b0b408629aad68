"""From a word of a text to the places in patterns where it may be: a few look-ups, remembered per word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipelines.language.normalise import fold
from pipelines.tagging.matching.word_forms import ALIKE_LETTERS, WordForms
from pipelines.tagging.rules.patterns import Element

CACHED_WORDS = 50_000
"""Answers that are remembered; then the memory starts anew, so that it stays flat."""

LONGEST_WORD = 60
"""Longer words are never looked up."""

Codes = tuple[int, ...]
"""Slot × 2, plus 1 where the form is a negated one (өлтірмеген)."""


class Slots(NamedTuple):
    """Where a word may be: the numbers of its slots, all its codes, and the codes with which a pattern begins."""

    numbers: frozenset[int]
    codes: frozenset[int]
    first: Codes


NOWHERE = Slots(frozenset(), frozenset(), ())


class _Source(NamedTuple):
    """A word that has a stem: the endings it takes there (None: any, as of кибер*), the word, whether it is negated."""

    endings: frozenset[str] | None
    word: str
    negated: bool


class Vocabulary:
    """The words of a ruleset in one language, in all their forms. A *slot* is one set of alternatives.

    Words of one declension have the same endings, so the endings are kept once and a word costs only its stem: the
    million forms of a ruleset take a few megabytes. `beginning` holds the slots that patterns begin with.
    """

    def __init__(self, language: str, word_forms: WordForms) -> None:
        self.language = language
        self._word_forms = word_forms
        self.beginning: set[int] = set()
        self._slots: dict[tuple[str, ...], int] = {}
        self._slots_of: dict[str, list[int]] = {}
        self._stems: dict[str, list[_Source]] = {}
        self._short_stems: set[int] = set()
        self._lengths: dict[str, set[int]] = {}
        self.answers: dict[str, Slots] = {}

    def slot(self, element: Element) -> int:
        """Return the slot of an element; its forms are added when it is new."""
        key = element.alternatives
        if key not in self._slots:
            self._slots[key] = len(self._slots)
            for word in key:
                self._add(word, self._slots[key])
        return self._slots[key]

    def lookup(self, word: str) -> Slots:
        """Return the slots of a folded word, mostly none, and remember the answer."""
        if len(self.answers) >= CACHED_WORDS:
            self.answers.clear()
        answer = self.answers[word] = self._find(word)
        return answer

    def forms(self) -> set[str]:
        """Return every form of every word; only for measuring."""
        return {
            start + ending
            for start, stems in self._stems.items()
            for stem in stems
            for ending in stem.endings or ("*",)
        }

    def _find(self, word: str) -> Slots:
        if len(word) > LONGEST_WORD:
            return NOWHERE
        found: set[int] = set()
        for length in (*self._short_stems, *self._lengths.get(word[:ALIKE_LETTERS], ())):
            for endings, source, negated in self._stems.get(word[:length], ()):
                if endings is None or word[length:] in endings:
                    found.update([slot * 2 + negated for slot in self._slots_of[source]])
        if not found:
            return NOWHERE
        first = tuple(sorted(code for code in found if code >> 1 in self.beginning))
        return Slots(frozenset(code >> 1 for code in found), frozenset(found), first)

    def _add(self, word: str, slot: int) -> None:
        if word in self._slots_of:
            self._slots_of[word].append(slot)
            return
        self._slots_of[word] = [slot]
        for beginning, source in self._sources(word):
            self._add_stem(beginning, source)

    def _sources(self, word: str) -> Iterator[tuple[str, _Source]]:
        if word.endswith("*"):
            yield fold(word[:-1]), _Source(None, word, negated=False)
            return
        for beginning, endings, negated in self._word_forms.stems(word, language=self.language):
            yield beginning, _Source(endings, word, negated)

    def _add_stem(self, beginning: str, source: _Source) -> None:
        """Keep a stem; `_lengths` says how long the stems are that begin with some letters, so that few are tried."""
        self._stems.setdefault(beginning, []).append(source)
        if len(beginning) >= ALIKE_LETTERS:
            self._lengths.setdefault(beginning[:ALIKE_LETTERS], set()).add(len(beginning))
        else:
            self._short_stems.add(len(beginning))
