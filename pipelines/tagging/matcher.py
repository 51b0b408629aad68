"""One pass over the words of a text that finds every pattern of the ruleset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.tagging.patterns import GAP_WORDS, LANGUAGES, Pattern
from pipelines.tagging.text import Text
from pipelines.tagging.vocabulary import NOWHERE, Slots, Vocabulary

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
        known = self._known(text)
        for place, slots in known.items():
            for code in slots.first:
                start = self._starts[code >> 1]
                negated = bool(code & 1) or (place > 0 and text.words[place - 1] in NEGATING_WORDS)
                hits += [Hit(number, place, place, negated) for number in start.words]
                if start.next_to and place + 1 in known:
                    hits += _phrases(text, range(place, place + 2), known, table=start.next_to, negated=negated)
                if start.near:
                    hits += _phrases(
                        text, range(place, place + GAP_WORDS + 2), known, table=start.near, negated=negated
                    )
        return hits

    def _known(self, text: Text) -> dict[int, Slots]:
        """Return the slots of every word that has some, by place."""
        answers, lookup = self.vocabulary.answers, self.vocabulary.lookup
        known: dict[int, Slots] = {}
        for place, word in enumerate(text.words):
            slots = answers.get(word)
            if slots is None:
                slots = lookup(word)
            if slots.all:
                known[place] = slots
        return known


def _phrases(
    text: Text, places: range, known: dict[int, Slots], *, table: dict[int, list[_Phrase]], negated: bool
) -> Iterator[Hit]:
    """Yield the phrases that go on from the first of the places, each with its nearest second word, in one sentence."""
    found: set[int] = set()
    first = places.start
    for second in places[1:]:
        for code in known.get(second, NOWHERE).all:
            for phrase in table.get(code >> 1, ()):
                if phrase.pattern not in found and (hit := _follow(phrase, first, second, known)):
                    found.add(phrase.pattern)
                    if text.sentence_at(first) == text.sentence_at(hit.last):
                        yield hit._replace(negated=hit.negated or negated or bool(code & 1))


def _follow(phrase: _Phrase, first: int, second: int, known: dict[int, Slots]) -> Hit | None:
    last, negated = second, False
    for gap, slot in phrase.rest:
        for place in range(last + 1, last + 2 + gap):
            codes = known.get(place, NOWHERE).all
            if slot * 2 in codes or slot * 2 + 1 in codes:
                negated = negated or slot * 2 not in codes
                last = place
                break
        else:
            return None
    return Hit(phrase.pattern, first, last, negated)
