"""One pass over the words of a text that finds every pattern of the ruleset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.tagging.patterns import LANGUAGES, Pattern
from pipelines.tagging.text import Text
from pipelines.tagging.vocabulary import Slots, Vocabulary

NEGATING_WORDS = frozenset({"не", "ни"})
"""A Russian word directly after one of these is negated."""


class Hit(NamedTuple):
    """A pattern found at words `first` to `last` (inclusive)."""

    pattern: int
    first: int
    last: int
    negated: bool


class Found(NamedTuple):
    """A text with what was found in it."""

    text: Text
    hits: list[Hit]


class _Phrase(NamedTuple):
    pattern: int
    rest: tuple[tuple[int, int], ...]  # (gap, slot) of the elements after the first


class Matcher:
    """Finds patterns, given by number. The same pattern asked for twice has one number."""

    def __init__(self) -> None:
        self.patterns: list[Pattern] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._languages = {language: _LanguageMatcher(language) for language in LANGUAGES}

    def add(self, pattern: Pattern) -> int:
        """Return the number of a pattern, which is compiled when it is new."""
        key = (pattern.language, pattern.text)
        if key not in self._numbers:
            self._numbers[key] = number = len(self.patterns)
            self.patterns.append(pattern)
            self._languages[pattern.language].add(pattern, number)
        return self._numbers[key]

    def add_all(self, patterns: Iterable[Pattern]) -> tuple[int, ...]:
        return tuple(self.add(pattern) for pattern in patterns)

    def find(self, text: Text, *, language: str = "") -> list[Hit]:
        """Every hit, overlapping ones too; of one language when it is a known one, else of all."""
        matchers = [self._languages[language]] if language in self._languages else self._languages.values()
        return [hit for matcher in matchers for hit in matcher.find(text)]


class _LanguageMatcher:
    def __init__(self, language: str) -> None:
        self._vocabulary = Vocabulary(language)
        self._words: dict[int, list[int]] = defaultdict(list)
        self._phrases: dict[int, list[_Phrase]] = defaultdict(list)

    def add(self, pattern: Pattern, number: int) -> None:
        slots = [self._vocabulary.slot(element) for element in pattern.elements]
        if pattern.is_word:
            self._words[slots[0]].append(number)
            return
        gaps = [element.gap for element in pattern.elements]
        self._phrases[slots[0]].append(_Phrase(number, tuple(zip(gaps[1:], slots[1:], strict=True))))

    def find(self, text: Text) -> Iterator[Hit]:
        lookup = self._vocabulary.lookup
        known = {place: slots for place, word in enumerate(text.words) if (slots := lookup(word))}
        for place, codes in known.items():
            after_not = place > 0 and text.words[place - 1] in NEGATING_WORDS
            for code in codes:
                yield from self._hits_from(text, place, code, known=known, negated=after_not or bool(code & 1))

    def _hits_from(self, text: Text, place: int, code: int, *, known: dict[int, Slots], negated: bool) -> Iterator[Hit]:
        slot = code >> 1
        for number in self._words.get(slot, ()):
            yield Hit(number, place, place, negated)
        for phrase in self._phrases.get(slot, ()):
            hit = _follow(phrase, place, known, negated=negated)
            if hit and text.sentence_at(hit.first) == text.sentence_at(hit.last):
                yield hit


def _follow(phrase: _Phrase, first: int, known: dict[int, Slots], *, negated: bool) -> Hit | None:
    last = first
    for gap, slot in phrase.rest:
        for place in range(last + 1, last + 2 + gap):
            codes = known.get(place, ())
            if slot * 2 in codes or slot * 2 + 1 in codes:
                negated = negated or slot * 2 not in codes
                last = place
                break
        else:
            return None
    return Hit(phrase.pattern, first, last, negated)
