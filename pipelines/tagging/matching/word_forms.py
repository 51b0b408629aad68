"""All forms of the words of a ruleset, kept as stems and endings: expanding them costs seconds, so it is done once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import digits
from typing import NamedTuple, TypeAlias

from pipelines.language.normalise import fold
from pipelines.language.terms import term_forms

ALIKE_LETTERS = 3
"""Forms of a word that share this many first letters share a stem."""

MOST_WORDS = 60_000
"""Words that are kept beyond those in use (the product's own rules have 10,000); a file of forms stays small."""

Key: TypeAlias = tuple[str, str]
"""Language and word, as a pattern writes it."""


class Stem(NamedTuple):
    """What some forms of a word begin with, the endings that follow it there, and whether they negate the word."""

    beginning: str
    endings: frozenset[str]
    negated: bool


class WordForms:
    """Stems by word: what is `known` already, and what is expanded when it is asked for. Words it knows cost nothing.

    `known` must come from `parse_stems` and from the same code and dictionaries; nothing here checks that.
    """

    def __init__(self, known: Mapping[Key, tuple[Stem, ...]] | None = None) -> None:
        self._stems = dict(known or {})
        self._used: set[Key] = set()
        self._endings: dict[frozenset[str], frozenset[str]] = {}
        self.has_grown = False

    def stems(self, word: str, *, language: str) -> tuple[Stem, ...]:
        """Return the stems of one word of a pattern. Raises ConfigError, as `term_forms` does."""
        key = (language, word)
        self._used.add(key)
        if key not in self._stems:
            self._stems[key] = tuple(self._expand(word, language))
            self.has_grown = True
        return self._stems[key]

    def forms(self, word: str, *, language: str, negated: bool = True) -> frozenset[str]:
        """Return the folded forms of one word; with `negated=False` only those that do not negate it."""
        stems = [stem for stem in self.stems(word, language=language) if negated or not stem.negated]
        return frozenset(stem.beginning + ending for stem in stems for ending in stem.endings)

    def worth_keeping(self) -> Mapping[Key, tuple[Stem, ...]]:
        """Return every word with its stems; above MOST_WORDS only those that were asked for."""
        if len(self._stems) <= MOST_WORDS:
            return self._stems
        return {key: stems for key, stems in self._stems.items() if key in self._used}

    def _expand(self, word: str, language: str) -> Iterator[Stem]:
        """Yield the stems of a word. Words of one declension share one set of endings."""
        for (_, negated), forms in _alike(forms_of(word, language=language)).items():
            beginning = shared_beginning(min(forms), max(forms))
            cut = len(beginning)
            endings = frozenset([form[cut:] for form in forms])
            yield Stem(beginning, self._endings.setdefault(endings, endings), negated)


def forms_of(word: str, *, language: str) -> Mapping[str, bool]:
    """Return all folded forms of one word of a pattern, each with whether it is negated.

    A Kazakh loan in -ст loses its last letter before a suffix: террорист, террористер, террориске. `193?` is a decade.
    """
    if word.endswith("?"):
        return {word[:-1] + digit: False for digit in digits}
    forms = term_forms(word, language)
    if language != "kk" or not word.endswith("ст") or word.startswith("="):
        return forms
    shortened = fold(word[:-1])
    return {
        **forms,
        **{form: negated for form, negated in term_forms(shortened, language).items() if form != shortened},
    }


def _alike(forms: Mapping[str, bool]) -> dict[tuple[str, bool], list[str]]:
    """Group forms that begin alike: one comparative in по- must not cost all others their stem."""
    groups: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for form, negated in forms.items():
        groups[form[:ALIKE_LETTERS], negated].append(form)
    return groups


def shared_beginning(first: str, last: str) -> str:
    """Return what the first and the last of a sorted list begin with, and so all between them."""
    length = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[: len(min(first, last, key=len)) if length is None else length]


def render_stems(known: Mapping[Key, tuple[Stem, ...]]) -> bytes:
    """Return stems as JSON: sets of endings once, and each word with its stems and the numbers of their endings."""
    numbers: dict[frozenset[str], int] = {}
    words = [[*key, _rendered(stems, numbers)] for key, stems in sorted(known.items())]
    endings = [" ".join(sorted(endings)) for endings in numbers]
    return json.dumps({"endings": endings, "words": words}, ensure_ascii=False, separators=(",", ":")).encode()


def _rendered(stems: Iterable[Stem], numbers: dict[frozenset[str], int]) -> list[list[str | int]]:
    return [[stem.beginning, numbers.setdefault(stem.endings, len(numbers)), int(stem.negated)] for stem in stems]


def parse_stems(raw: bytes) -> dict[Key, tuple[Stem, ...]]:
    """Return the stems that `render_stems` wrote. Raises ValueError for anything of another shape."""
    try:
        table = json.loads(raw)
        endings = [frozenset(listed.split(" ")) for listed in table["endings"]]
        return {_key(*key): tuple(_stem(*each, endings=endings) for each in stems) for *key, stems in table["words"]}
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError("these are no stems of words") from error


def _key(language: object, word: object) -> Key:
    if not (isinstance(language, str) and isinstance(word, str)):
        raise TypeError("a word is a text")
    return language, word


def _stem(beginning: object, number: object, negated: object, *, endings: Sequence[frozenset[str]]) -> Stem:
    if not (isinstance(beginning, str) and isinstance(number, int)):
        raise TypeError("a stem is a text and the number of its endings")
    return Stem(beginning, endings[number], bool(negated))
