"""One pass over the words of a text that finds every pattern of the ruleset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.tagging.patterns import GAP_WORDS, LANGUAGES, Pattern
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
    """A pattern of several words: (gap, slot) of each element after the second."""

    pattern: int
    rest: tuple[tuple[int, int], ...]


class _Start(NamedTuple):
    """What may begin with a slot: patterns of one word, and phrases by the slot of their second word."""

    words: list[int]
    next_to: dict[int, list[_Phrase]]
    near: dict[int, list[_Phrase]]


class Matcher:
    """Finds patterns, given by number. The same pattern asked for twice has one number."""

    def __init__(self) -> None:
        self.patterns: list[Pattern] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._languages = {language: _LanguageMatcher(language) for language in LANGUAGES}

    def forms(self, language: str) -> set[str]:
        """Return every form of every word in the patterns of a language; only for measuring."""
        return self._languages[language].vocabulary.forms()

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
        self.vocabulary = Vocabulary(language)
        self._starts: dict[int, _Start] = {}

    def add(self, pattern: Pattern, number: int) -> None:
        first, *others = [(element.gap, self.vocabulary.slot(element)) for element in pattern.elements]
        start = self._starts.setdefault(first[1], _Start([], {}, {}))
        self.vocabulary.beginning.add(first[1])
        if not others:
            start.words.append(number)
            return
        gap, second = others[0]
        table = start.near if gap else start.next_to
        table.setdefault(second, []).append(_Phrase(number, tuple(others[1:])))

    def find(self, text: Text) -> list[Hit]:
        hits: list[Hit] = []
        slots = self._slots(text)
        for place in [place for place, here in enumerate(slots) if here.first]:
            denied = place > 0 and text.words[place - 1] in NEGATING_WORDS
            for code in slots[place].first:
                start = self._starts[code >> 1]
                negated = denied or code & 1 == 1
                if start.words:
                    hits += [Hit(number, place, place, negated) for number in start.words]
                if start.next_to and _goes_on(start.next_to, slots[place + 1 : place + 2]):
                    hits += _phrases(text, range(place, place + 2), slots, table=start.next_to, negated=negated)
                if start.near and _goes_on(start.near, slots[place + 1 : place + GAP_WORDS + 2]):
                    ahead = range(place, place + GAP_WORDS + 2)
                    hits += _phrases(text, ahead, slots, table=start.near, negated=negated)
        return hits

    def _slots(self, text: Text) -> list[Slots]:
        """Return the slots of every word, mostly none."""
        lookup = self.vocabulary.lookup
        known = map(self.vocabulary.answers.get, text.words)
        return [lookup(word) if slots is None else slots for word, slots in zip(text.words, known, strict=True)]


def _goes_on(table: dict[int, list[_Phrase]], ahead: list[Slots]) -> bool:
    """Tell quickly, and mostly no, whether any of the words ahead is a second word of the table."""
    for here in ahead:  # noqa: SIM110 - twice as fast as any()
        if not table.keys().isdisjoint(here.numbers):
            return True
    return False


def _phrases(
    text: Text, places: range, slots: list[Slots], *, table: dict[int, list[_Phrase]], negated: bool
) -> Iterator[Hit]:
    """Yield the phrases that go on from the first of the places, each with its nearest second word, in one sentence."""
    found: set[int] = set()
    first = places.start
    for second in range(first + 1, min(places.stop, len(slots))):
        for code in slots[second].all:
            for phrase in table.get(code >> 1, ()):
                if phrase.pattern not in found and (hit := _follow(phrase, first, second, slots)):
                    found.add(phrase.pattern)
                    if text.sentence_at(first) == text.sentence_at(hit.last):
                        yield hit._replace(negated=hit.negated or negated or bool(code & 1))


def _follow(phrase: _Phrase, first: int, second: int, slots: list[Slots]) -> Hit | None:
    last, negated = second, False
    for gap, slot in phrase.rest:
        for place in range(last + 1, min(last + 2 + gap, len(slots))):
            codes = slots[place].all
            if slot * 2 in codes or slot * 2 + 1 in codes:
                negated = negated or slot * 2 not in codes
                last = place
                break
        else:
            return None
    return Hit(phrase.pattern, first, last, negated)
