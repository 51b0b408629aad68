"""The Latin alphabets of Kazakh, as config/lexicon/latin.tsv has them: which Cyrillic letters each letter may be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.errors import ConfigError

ALPHABETS_FILE = "latin.tsv"

PLAIN = "plain"
"""The alphabet of people who type without marks; others are recognised by the letters that only they have."""

_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Alphabet:
    """`letters`: one or two Latin letters → the Cyrillic ones they may be, the likeliest first; `marks`: its own."""

    name: str
    letters: Mapping[str, tuple[str, ...]]
    marks: frozenset[str]


def parse_alphabets(text: str) -> tuple[Alphabet, ...]:
    """Read «Latin letters TAB Cyrillic letters TAB alphabets» lines. Raises ConfigError with file and line."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS or not all(map(str.split, cells)):
            raise ConfigError(ALPHABETS_FILE, "a line is letters, a tab, letters, a tab, alphabets", line=number)
        for name in cells[2].split():
            found[name][cells[0]] = tuple(cells[1].split())
    if PLAIN not in found:
        raise ConfigError(ALPHABETS_FILE, f"no letter is said to be of the alphabet {PLAIN!r}")
    return tuple(Alphabet(name, letters, _own_letters(name, found)) for name, letters in found.items())


def alphabet_of(text: str, alphabets: Sequence[Alphabet]) -> Alphabet:
    """Return the alphabet whose own letters a text has most of; the plain one for a text without any."""
    counts = Counter(text.lower())
    plain = next(each for each in alphabets if each.name == PLAIN)
    seen = {each.name: sum(map(counts.__getitem__, each.marks)) for each in alphabets}
    best = max(alphabets, key=lambda each: seen[each.name])
    return best if seen[best.name] else plain


def _own_letters(name: str, found: Mapping[str, Mapping[str, object]]) -> frozenset[str]:
    others = {letter for other, letters in found.items() if other != name for letter in letters}
    return frozenset(letter for letter in found[name].keys() - others if not letter.isascii() and len(letter) == 1)
