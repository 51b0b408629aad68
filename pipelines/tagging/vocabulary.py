"""From a word of a text to the places in patterns where it may stand: a few look-ups, remembered per word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipelines.language.normalise import fold
from pipelines.language.terms import term_forms
from pipelines.tagging.patterns import Element

CACHED_WORDS = 50_000
"""Answers that are remembered; then the memory starts anew, so that it stays flat."""

LONGEST_WORD = 60
"""Longer words are never looked up."""

Slots = tuple[int, ...]
"""Slot × 2, plus 1 where the form is a negated one (өлтірмеген)."""


class _Stem(NamedTuple):
    """What all forms of a word begin with: the endings they have and the slot they are found for."""

    endings: frozenset[str]
    code: int


class Vocabulary:
    """The words of a ruleset in one language, in all their forms. A *slot* stands for one set of alternatives.

    Words of one declension have the same endings, so the endings are kept once and a word costs only its stem: the
    million forms of a ruleset take a few megabytes.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._slots: dict[tuple[str, ...], int] = {}
        self._stems: dict[str, list[_Stem]] = {}
        self._endings: dict[frozenset[str], frozenset[str]] = {}
        self._prefixes: dict[str, list[int]] = {}
        self._longest_stem = 0
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
        found: set[int] = set()
        for length in range(min(len(word), self._longest_stem) + 1):
            beginning = word[:length]
            found.update(self._prefixes.get(beginning, ()))
            if stems := self._stems.get(beginning):
                ending = word[length:]
                found.update(stem.code for stem in stems if ending in stem.endings)
        return tuple(sorted(found))

    def _add(self, word: str, slot: int) -> None:
        if word.endswith("*"):
            prefix = fold(word[:-1])
            self._prefixes.setdefault(prefix, []).append(slot * 2)
            self._longest_stem = max(self._longest_stem, len(prefix))
            return
        forms = forms_of(word, language=self.language)
        self._add_forms((form for form, negated in forms.items() if not negated), slot * 2)
        self._add_forms((form for form, negated in forms.items() if negated), slot * 2 + 1)

    def _add_forms(self, forms: Iterable[str], code: int) -> None:
        if not (listed := list(forms)):
            return
        stem = _shared_beginning(min(listed), max(listed))
        endings = frozenset(form[len(stem) :] for form in listed)
        endings = self._endings.setdefault(endings, endings)
        self._stems.setdefault(stem, []).append(_Stem(endings, code))
        self._longest_stem = max(self._longest_stem, len(stem))


def forms_of(word: str, *, language: str) -> Mapping[str, bool]:
    """Return all folded forms of one word of a pattern, each with whether it is negated.

    A Kazakh loan in -ст loses its last letter before a suffix: террорист, террористер, террориске.
    """
    forms = term_forms(word, language)
    if language != "kk" or not word.endswith("ст") or word.startswith("="):
        return forms
    shortened = fold(word[:-1])
    return {
        **forms,
        **{form: negated for form, negated in term_forms(shortened, language).items() if form != shortened},
    }


def _shared_beginning(first: str, last: str) -> str:
    """Return what the first and the last of a sorted list begin with, and so all between them."""
    length = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[: len(min(first, last, key=len)) if length is None else length]
