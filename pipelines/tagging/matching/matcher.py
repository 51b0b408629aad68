"""One pass over the words of a text that finds every pattern of the ruleset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pipelines.language.kazakh_words import KazakhWords
from pipelines.tagging.matching.misspelt import SHORTEST_MISSPELT
from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.vocabulary import NOWHERE, Codes, Slots, Vocabulary
from pipelines.tagging.matching.word_forms import WordForms
from pipelines.tagging.rules.patterns import GAP_WORDS, LANGUAGES, Pattern

NEGATING_WORDS = frozenset({"не", "ни"})
"""A Russian word directly after one of these is negated."""

GUESSED_WORDS = 3_000
"""First words of a text that are looked for with a mistake: they say what it is about, and a look takes 0.4 ms."""


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

    def __init__(self, word_forms: WordForms | None = None, *, kazakh: KazakhWords | None = None) -> None:
        self.word_forms = word_forms or WordForms()
        self.patterns: list[Pattern] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._languages = {
            language: _LanguageMatcher(language, self.word_forms, kazakh=kazakh) for language in LANGUAGES
        }

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

    def find(self, text: Text) -> list[Hit]:
        """Every hit, overlapping ones too: of each passage's language when it is a known one, else of all."""
        languages = text.languages
        if len(languages) == 1:
            matchers = [self._languages[languages[0]]] if languages[0] in self._languages else self._languages.values()
            return [hit for matcher in matchers for hit in matcher.find(text)]
        found = ((language, hit) for language in languages for hit in self._languages[language].find(text))
        return [hit for language, hit in found if language == text.language_at(hit.first) == text.language_at(hit.last)]


class _Beginning(NamedTuple):
    """What may begin with a word: patterns of that word alone, and phrases by the slot of their second word.

    Each with whether the word is a negated form of what the pattern asks for.
    """

    words: list[tuple[int, bool]]
    next_to: dict[int, list[tuple[_Phrase, bool]]]
    near: dict[int, list[tuple[_Phrase, bool]]]


class _LanguageMatcher:
    """`_beginnings` remembers what the forms of a word begin, by their codes: all forms of a word share one entry."""

    def __init__(self, language: str, word_forms: WordForms, *, kazakh: KazakhWords | None) -> None:
        self.vocabulary = Vocabulary(language, word_forms, kazakh=kazakh)
        self._starts: dict[int, _Start] = {}
        self._beginnings: dict[Codes, _Beginning] = {}

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
            begun = self._beginnings.get(slots[place].first) or self._beginning(slots[place].first)
            denied = place > 0 and text.words[place - 1] in NEGATING_WORDS
            hits += [Hit(number, place, place, negated or denied) for number, negated in begun.words]
            if begun.next_to:
                hits += _phrases(text, range(place, place + 2), slots, table=begun.next_to, denied=denied)
            if begun.near:
                hits += _phrases(text, range(place, place + GAP_WORDS + 2), slots, table=begun.near, denied=denied)
        return hits

    def _slots(self, text: Text) -> list[Slots]:
        """Return the slots of every word, mostly none; a word without any is looked for with a mistake in it."""
        lookup = self.vocabulary.lookup
        known = map(self.vocabulary.answers.get, text.words)
        slots = [lookup(word) if slots is None else slots for word, slots in zip(text.words, known, strict=True)]
        for place in self._doubtful(text, slots):
            slots[place] = self.vocabulary.guess(text.words[place])
        return slots

    def _doubtful(self, text: Text, slots: list[Slots]) -> list[int]:
        """Return the places of words that may be misspelt: long ones without a slot that are no names."""
        settled = self.vocabulary.settled
        return [
            place
            for place, (word, here) in enumerate(zip(text.words[:GUESSED_WORDS], slots, strict=False))
            if here is NOWHERE and len(word) >= SHORTEST_MISSPELT and word not in settled and not text.is_name(place)
        ]

    def _beginning(self, codes: Codes) -> _Beginning:
        """Put together what the slots of a word begin, and remember it."""
        begun = self._beginnings[codes] = _Beginning([], {}, {})
        for code in codes:
            start, negated = self._starts[code >> 1], bool(code & 1)
            begun.words.extend((number, negated) for number in start.words)
            for table, merged in ((start.next_to, begun.next_to), (start.near, begun.near)):
                for second, phrases in table.items():
                    merged.setdefault(second, []).extend((phrase, negated) for phrase in phrases)
        return begun


def _phrases(
    text: Text, places: range, slots: list[Slots], *, table: dict[int, list[tuple[_Phrase, bool]]], denied: bool
) -> list[Hit]:
    """Return the phrases that begin at the first of the places, each with its nearest second word, in one sentence."""
    hits: list[Hit] = []
    found: set[int] = set()
    first = places.start
    for second in range(first + 1, min(places.stop, len(slots))):
        here = slots[second]
        if not here.numbers or table.keys().isdisjoint(here.numbers):
            continue
        for slot in table.keys() & here.numbers:
            for phrase, negated in table[slot]:
                if phrase.pattern not in found and (hit := _follow(phrase, first, second, slots)):
                    found.add(phrase.pattern)
                    if text.sentence_at(first) == text.sentence_at(hit.last):
                        unsaid = slot * 2 not in here.codes
                        hits.append(hit._replace(negated=hit.negated or negated or denied or unsaid))
    return hits


def _follow(phrase: _Phrase, first: int, second: int, slots: list[Slots]) -> Hit | None:
    last, negated = second, False
    for gap, slot in phrase.rest:
        for place in range(last + 1, min(last + 2 + gap, len(slots))):
            if slot in slots[place].numbers:
                negated = negated or slot * 2 not in slots[place].codes
                last = place
                break
        else:
            return None
    return Hit(phrase.pattern, first, last, negated)
