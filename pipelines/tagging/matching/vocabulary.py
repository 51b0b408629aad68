"""From a word of a text to the places in patterns where it may be: a few look-ups, remembered per word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.language import russian
from pipelines.language.kazakh import looks_finite
from pipelines.language.kazakh_words import KazakhWords
from pipelines.language.normalise import fold
from pipelines.tagging.matching.misspelt import SHORTEST_MISSPELT, beginnings, is_one_mistake
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


_VERBAL = re.compile(
    "(?:[ыі]?п|[ғқ]ан|[гк]ен|[ае]тын|[ае]тін|[ғқ]анда|[гк]енде|у|уы|уі|уға|уге|уды|уді|удың|удің)$"
).search
"""Kazakh forms of verbs, of which the lexicon has only the stem."""

SHORTEST_MEANT = 6
"""A shorter word of a pattern is not looked for with a mistake in it, however long the form: атыл-, банда."""

LONG_STEM = 6
"""From this many letters on a stem is itself with any ending that is nearly one of its own."""

NOWHERE = Slots(frozenset(), frozenset(), ())


class _Source(NamedTuple):
    """A word that has a stem: the endings it takes there (None: any, as of кибер*), the word, whether it is negated."""

    endings: frozenset[str] | None
    word: str
    negated: bool


class Vocabulary:
    """The words of a ruleset in one language, in all their forms. A *slot* is one set of alternatives.

    Words of one declension have the same endings, so the endings are kept once and a word costs only its stem: the
    million forms of a ruleset take a few megabytes. `beginning` holds the slots that patterns begin with,
    `settled` words that are meant as they are written.
    """

    def __init__(self, language: str, word_forms: WordForms, *, kazakh: KazakhWords | None = None) -> None:
        self.language = language
        self._word_forms = word_forms
        self._kazakh = kazakh or KazakhWords()
        self.beginning: set[int] = set()
        self._slots: dict[tuple[str, ...], int] = {}
        self._slots_of: dict[str, list[int]] = {}
        self._stems: dict[str, list[_Source]] = {}
        self._short_stems: set[int] = set()
        self._lengths: dict[str, set[int]] = {}
        self.answers: dict[str, Slots] = {}
        self._guesses: dict[str, Slots] = {}
        self.settled: set[str] = set()
        self._near: dict[str, list[tuple[str, _Source]]] = {}

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

    def guess(self, word: str) -> Slots:
        """Return the slots of the word that a folded word without any was meant to be, with one mistake; mostly none.

        A word that the dictionary of its language knows, a Kazakh verb form, and one with digits are meant as written.
        """
        if not SHORTEST_MISSPELT <= len(word) <= LONGEST_WORD:
            return NOWHERE
        if word not in self._guesses:
            if len(self._guesses) >= CACHED_WORDS:
                self._guesses.clear()
                self.settled.clear()
            sources = () if self._is_word(word) else self._meant(word)
            self._guesses[word] = self._slots_for(sources)
            if self._guesses[word] is NOWHERE:
                self.settled.add(word)
        return self._guesses[word]

    def _is_word(self, word: str) -> bool:
        if not word.isalpha() or russian.is_known(word):
            return True
        if self.language != "kk":
            return False
        return not self._kazakh.is_full or bool(_VERBAL(word)) or looks_finite(word) or self._kazakh.knows(word)

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
        return self._slots_for(self._written(word))

    def _written(self, word: str) -> Iterator[_Source]:
        """Yield the sources of a word as it is written."""
        for length in (*self._short_stems, *self._lengths.get(word[:ALIKE_LETTERS], ())):
            for source in self._stems.get(word[:length], ()):
                if source.endings is None or word[length:] in source.endings:
                    yield source

    def _meant(self, word: str) -> Iterator[_Source]:
        """Yield the sources of the words that a word may be with one mistake, in the stem or behind it."""
        if not self._near:
            self._near = self._stems_by_beginnings()
        for stem, source in {pair for beginning in beginnings(word) for pair in self._near.get(beginning, ())}:
            if _is_misspelt(word, stem, source.endings):
                yield source

    def _stems_by_beginnings(self) -> dict[str, list[tuple[str, _Source]]]:
        near: dict[str, list[tuple[str, _Source]]] = defaultdict(list)
        for stem, sources in self._stems.items():
            inflected = [source for source in sources if _may_be_misspelt(source.word)]
            for beginning in beginnings(stem) if inflected else ():
                near[beginning].extend((stem, source) for source in inflected)
        return dict(near)

    def _slots_for(self, sources: Iterable[_Source]) -> Slots:
        found = {slot * 2 + source.negated for source in sources for slot in self._slots_of[source.word]}
        if not found:
            return NOWHERE
        first = tuple(sorted(code for code in found if code >> 1 in self.beginning))
        return Slots(frozenset(code >> 1 for code in found), frozenset(found), first)

    def _add(self, word: str, slot: int) -> None:
        if word in self._slots_of:
            self._slots_of[word].append(slot)
            return
        self._slots_of[word] = [slot]
        self._near.clear()
        self._guesses.clear()
        self.settled.clear()
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


def _may_be_misspelt(word: str) -> bool:
    """True for a long word of a pattern that is found in all its forms."""
    return not word.startswith("=") and len(word.strip("-*")) >= SHORTEST_MEANT


def _is_misspelt(word: str, stem: str, endings: frozenset[str] | None) -> bool:
    """True if a word is a form of a stem with one mistake in the stem, or in the ending of a long one.

    endings: None for what a word only begins with (террор*).
    """
    length = len(stem)
    if endings is None:
        return any(is_one_mistake(word[:cut], stem) for cut in (length, length - 1, length + 1))
    if length >= LONG_STEM and word.startswith(stem):
        return any(is_one_mistake(word[length:], ending) for ending in endings)
    cuts = (length, length - 1, length + 1)
    return any(word[cut:] in endings and is_one_mistake(word[:cut], stem) for cut in cuts)
