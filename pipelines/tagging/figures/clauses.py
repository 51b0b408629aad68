"""A text with its numbers, what was found around them, its clauses and their verbs."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from pipelines.language.kazakh import looks_finite
from pipelines.language.russian import is_predicate
from pipelines.tagging.figures.counted_words import CountedWords
from pipelines.tagging.figures.numbers import Number, find_numbers
from pipelines.tagging.matching.matcher import Hit
from pipelines.tagging.matching.text import Text

NEAR_WORDS = 24
"""How far from a number its sentence is read."""


class NumberedText:
    """A text with its numbers and the hits that say what they count. Clauses are known by their number in the text."""

    def __init__(self, text: Text, hits: list[Hit], *, counted: CountedWords) -> None:
        self.text = text
        self.counted = counted
        self.words = counted.words
        self.hits = sorted((hit for hit in hits if hit.pattern in counted.known), key=lambda hit: hit.first)
        self.numbers = find_numbers(text, counted.words) if self.hits else []
        self._starts = [hit.first for hit in self.hits]
        self._numbered = [number.first for number in self.numbers]
        self._verbs: dict[int, bool] = {}

    @cached_property
    def doubtful_clauses(self) -> frozenset[int]:
        """Clauses about what may happen, or did not: «могли погибнуть», «якобы»."""
        doubts = self.counted.doubts
        return frozenset(self.text.clause_at(hit.first) for hit in self.hits if hit.pattern in doubts)

    def hits_from(self, first: int, end: int) -> list[Hit]:
        """Return the hits that begin at words `first` to `end` (exclusive)."""
        return self.hits[bisect_left(self._starts, first) : bisect_left(self._starts, end)]

    def around(self, number: Number) -> list[Hit]:
        """Return the hits in the number's sentence, not too far from it."""
        sentence = self.text.sentence_at(number.first)
        near = self.hits_from(number.first - NEAR_WORDS, number.last + NEAR_WORDS)
        return [hit for hit in near if self.text.sentence_at(hit.first) == sentence]

    def words_around(self, place: int) -> tuple[int, int]:
        """Return the first word and the one after the last of the clause around a word, as far as it is read."""
        first, end = self.text.words_of_clause(self.text.clause_at(place))
        return max(first, place - NEAR_WORDS), min(end, place + NEAR_WORDS)

    def is_unbroken(self, first: int, last: int) -> bool:
        """True if there is no mark between two words; the dot of an abbreviation (тыс.) does not count."""
        text = self.text
        between = text.source[text.ends[first] : text.starts[last]]
        if text.words[first] in self.words.abbreviated_multipliers:
            between = between.removeprefix(".")
        return not any(mark in between for mark in ",.;:—\n")

    def has_number(self, first: int, end: int) -> bool:
        """True if a number begins at words `first` to `end` (exclusive)."""
        return bisect_left(self._numbered, first) < bisect_left(self._numbered, end)

    def has_verb(self, clause: int) -> bool:
        """True if a clause has a verb of its own."""
        if clause not in self._verbs:
            first, end = self.text.words_of_clause(clause)
            language = self.text.language_at(first) if first < end else ""
            self._verbs[clause] = any(_is_verb(word, language) for word in self.text.words[first:end])
        return self._verbs[clause]


def _is_verb(word: str, language: str) -> bool:
    return (language != "kk" and is_predicate(word)) or (language != "ru" and looks_finite(word))


def distance(hit: Hit, number: Number) -> int:
    """Count the words from a hit to a number; 1 for neighbours."""
    return number.first - hit.last if hit.last < number.first else hit.first - number.last
