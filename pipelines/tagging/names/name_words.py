"""The words next to a name that decide what it names, read from config/name_words.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.tagging.matching.word_lists import beginnings, by_language, words


@dataclass(frozen=True, kw_only=True)
class NameWords:
    """The lists of the file under their names there; its comments say what each is for."""

    named_after: frozenset[str] = words()
    named_before: frozenset[str] = words()
    institutions: frozenset[str] = words()
    particles: frozenset[str] = words()
    settlements: frozenset[str] = words()
    origins_before: frozenset[str] = words()
    origins_after: frozenset[str] = words()
    bystander_stems: tuple[str, ...] = beginnings()
    background: frozenset[str] = words()
    region_plural_stems: tuple[str, ...] = beginnings()
    listing_words: frozenset[str] = words()
    local_prepositions: frozenset[str] = words()
    district_words: Mapping[str, tuple[str, ...]] = by_language(kk=("аудан",), ru=("район",))
    male_name_endings: frozenset[str] = words()
    verb_like_name_endings: frozenset[str] = words()
