"""Lists of words as they are written in a text, in both languages, read from a YAML file that analysts edit.

Unlike the terms of a rule, these words have no forms but the listed ones. Both languages are looked for in every text,
because an article in one often quotes the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pipelines.language.normalise import fold
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.rules.patterns import LANGUAGES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Lists = TypeVar("Lists", bound="DataclassInstance")


def read_words(source: Marked) -> frozenset[str]:
    """Return the folded words under the keys kk and ru. Raises ConfigError for anything that is not one word."""
    return frozenset(_each(source))


def read_beginnings(source: Marked) -> tuple[str, ...]:
    """Return the same as a tuple, as `str.startswith` takes it: each is the beginning of a word."""
    return tuple(sorted(read_words(source)))


def read_values(source: Marked) -> dict[str, float]:
    """Return word → number, from a mapping of numbers to words: {1000: {kk: [мың], ru: [тысяч]}}."""
    return {word: _number(key, listed) for key, listed in source.items() for word in _each(listed)}


def _each(source: Marked) -> Iterator[str]:
    return (_word(element) for listed in source.fields(LANGUAGES).values() for element in listed.elements())


def _word(source: Marked) -> str:
    word = fold(source.text())
    if not word or any(letter.isspace() for letter in word):
        raise source.wrong(f"{source.text()!r} is not one word")
    return word


def _number(key: str, source: Marked) -> float:
    try:
        return float(key)
    except ValueError:
        raise source.wrong(f"{key!r} is not a number", remedy="Words are listed under the number they mean.") from None


def words() -> frozenset[str]:
    """Declare a field of a class for `parse_lists` that holds words."""
    return field(default=frozenset(), metadata={"read": read_words})


def beginnings() -> tuple[str, ...]:
    """Declare a field that holds beginnings of words."""
    return field(default=(), metadata={"read": read_beginnings})


def by_language(**default: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Declare a field that holds words by language, in their order; `default` is what a file without the list has."""
    return field(default_factory=lambda: default, metadata={"read": _read_by_language})


def values() -> Mapping[str, float]:
    """Declare a field that holds a number for each word."""
    return field(default_factory=dict, metadata={"read": read_values})


def numerals() -> Mapping[str, float]:
    """Declare a field that holds a number for each word of one language, without the keys kk and ru."""
    return field(default_factory=dict, metadata={"read": _read_numerals})


def groups(*names: str) -> Mapping[str, frozenset[str]]:
    """Declare a field that holds words by group; the names of the groups are given."""
    return field(default_factory=dict, metadata={"read": partial(_read_groups, names=names)})


def parse_lists(kind: type[Lists], file: str, text: str) -> Lists:
    """Return the lists of a file as an object of a class, whose fields are declared by the functions above.

    A list that the file leaves out is empty, and so are all when the text is. Raises ConfigError for an unknown list,
    and for anything in a list that is not one word.
    """
    readers = {each.name: each.metadata["read"] for each in fields(kind)}
    found = read_yaml(file, text).fields(tuple(readers)) if text else {}
    return kind(**{name: readers[name](source) for name, source in found.items()})


def _read_groups(source: Marked, *, names: tuple[str, ...]) -> dict[str, frozenset[str]]:
    return {name: read_words(listed) for name, listed in source.fields(names).items()}


def _read_by_language(source: Marked) -> dict[str, tuple[str, ...]]:
    return {key: tuple(map(_word, listed.elements())) for key, listed in source.fields(LANGUAGES).items()}


def _read_numerals(source: Marked) -> dict[str, float]:
    return {_word(element): _number(key, listed) for key, listed in source.items() for element in listed.elements()}
