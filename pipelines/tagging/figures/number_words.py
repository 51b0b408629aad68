"""The words of counting in Kazakh and Russian, and the words around a number, read from config/numbers.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.language.kazakh import inflect, inflections
from pipelines.tagging.matching.word_lists import beginnings, groups, numerals, values, words

QUALIFIERS = ("about", "over", "almost", "up_to")

_KAZAKH_CASES = frozenset({("gen",), ("dat",), ("acc",), ("abl",), ("ins",), ("like",), ("his",), ("his", "abl")})


@dataclass(frozen=True, kw_only=True)
class NumberWords:
    """The lists of the file under their names there; its comments say what each is for."""

    russian_numerals: Mapping[str, float] = numerals()
    russian_collectives: Mapping[str, float] = numerals()
    kazakh_numerals: Mapping[str, float] = numerals()
    kazakh_collectives: Mapping[str, float] = numerals()
    kazakh_other_words: frozenset[str] = words()
    halves: Mapping[str, float] = values()
    and_a_half: frozenset[str] = words()
    half_multipliers: Mapping[str, float] = values()
    single_multipliers: Mapping[str, float] = values()
    vague_multipliers: frozenset[str] = words()
    abbreviated_multipliers: Mapping[str, float] = values()
    multiplier_stems: Mapping[str, float] = values()
    not_multiplier_stems: tuple[str, ...] = beginnings()
    qualifiers_before: Mapping[str, frozenset[str]] = groups(*QUALIFIERS)
    qualifiers_after: Mapping[str, frozenset[str]] = groups(*QUALIFIERS)
    changes: frozenset[str] = words()
    changes_after: frozenset[str] = words()
    numeral_endings: frozenset[str] = words()
    month_stems: tuple[str, ...] = beginnings()
    month_words: frozenset[str] = words()
    uncounted_stems: tuple[str, ...] = beginnings()
    uncounted_words: frozenset[str] = words()
    ordinal_stems: tuple[str, ...] = beginnings()
    ordinal_words: frozenset[str] = words()
    labelling_words: frozenset[str] = words()
    numbered_words: frozenset[str] = words()
    acting_numerals: frozenset[str] = words()
    linking_words: frozenset[str] = words()
    following_words: frozenset[str] = words()
    words_before_deed: frozenset[str] = words()
    referring_words: frozenset[str] = words()
    relative_stems: tuple[str, ...] = beginnings()
    relative_words: frozenset[str] = words()
    transitive_stems: tuple[str, ...] = beginnings()
    joining_words: frozenset[str] = words()
    sorting_words: frozenset[str] = words()
    prepositions: frozenset[str] = words()
    owning_words: frozenset[str] = words()
    pronouns: frozenset[str] = words()
    kilograms: Mapping[str, float] = values()
    kilogram_stems: Mapping[str, float] = values()

    @cached_property
    def numerals(self) -> Mapping[str, Mapping[str, float]]:
        """Language → form of a numeral → its value; under the empty language those of both."""
        russian = {**self.russian_numerals, **self.russian_collectives}
        kazakh = dict(self._kazakh())
        return {"ru": russian, "kk": kazakh, "": {**russian, **kazakh}}

    @cached_property
    def beginnings(self) -> Mapping[str, frozenset[str]]:
        """Language → the words with which a number in words begins."""
        others = frozenset({*self.halves, *self.half_multipliers, *self.single_multipliers})
        return {language: others | table.keys() for language, table in self.numerals.items()}

    @cached_property
    def people_numerals(self) -> frozenset[str]:
        """The forms of numerals that count people only."""
        several = (word for word, value in self.kazakh_collectives.items() if value > 1)
        return frozenset({*self.russian_collectives, *(form for word in several for form in inflect(word))})

    @cached_property
    def words_after_number(self) -> frozenset[str]:
        """What may come between a number without a noun and its deed: «60 астамы сотталды»."""
        return self.words_before_deed.union(*self.qualifiers_after.values())

    @cached_property
    def words_before_number(self) -> frozenset[str]:
        """What may come between a deed and its number without a noun: «число погибших возросло до 12»."""
        return self.linking_words | self.changes

    def multiplier(self, word: str) -> float:
        """Return what a word multiplies by, or zero."""
        if word in self.abbreviated_multipliers:
            return self.abbreviated_multipliers[word]
        if word.startswith(self.not_multiplier_stems):
            return 0.0
        return _value_of_stem(word, self.multiplier_stems)

    def weight(self, word: str) -> float:
        """Return how many kilograms a word of weight means, or zero."""
        return self.kilograms.get(word) or _value_of_stem(word, self.kilogram_stems)

    def is_month(self, word: str) -> bool:
        return word in self.month_words or word.startswith(self.month_stems)

    def is_uncounted(self, word: str) -> bool:
        """True if a number before this word is not a count."""
        return word in self.uncounted_words or word.startswith(self.uncounted_stems)

    def is_relative(self, word: str) -> bool:
        """True for a word that begins a relative clause."""
        return word in self.relative_words or word.startswith(self.relative_stems)

    def is_ordinal(self, word: str) -> bool:
        """True if a numeral before this word is a part of an ordinal."""
        if word in self.ordinal_words:
            return True
        return word.startswith(self.ordinal_stems) and word not in self.numerals[""]

    def _kazakh(self) -> Iterator[tuple[str, float]]:
        for word, value in self.kazakh_numerals.items():
            yield word, value
            cases = (form for form, chain in inflections(word) if chain in _KAZAKH_CASES)
            yield from ((form, value) for form in cases if form not in self.kazakh_other_words)
        for word, value in self.kazakh_collectives.items():
            yield from ((form, value) for form in inflect(word) if form not in self.kazakh_other_words)


def _value_of_stem(word: str, stems: Mapping[str, float]) -> float:
    return next((value for stem, value in stems.items() if word.startswith(stem)), 0.0)
