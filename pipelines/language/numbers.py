"""Spell a number in one way: 1,5 as 1.5, and round thousands, millions and milliards by their word.

    2 000 000, 2000000, 2 млн            2 млн
    1 250 000, 1,25 млн                  1.25 млн
    50 000, 50 тыс., 50 тысяч            50 мың

The search engine runs the same patterns as char filters, before it looks for words, over articles and queries alike.
So the patterns are in a dialect that Python and Java read alike. The word stays, for people look for it too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.language.letters import CYRILLIC

_SPACE = "[ \u00a0\u2009\u202f]"
_BEFORE, _AFTER = "(?<![0-9.,])", "(?![.,]?[0-9])"


class Spelling(NamedTuple):
    """A pattern, and what takes its place: $1 is the first group, empty where it matched nothing."""

    name: str
    pattern: str
    replacement: str


def _round(name: str, zeros: int, word: str, *, not_these: str = "") -> Spelling:
    """Return the spelling of a number of `zeros` digits more than three: the last of them zeros, up to three before."""
    begin = f"{_BEFORE}(?!0{not_these})([0-9]{{1,3}})(?=[0-9]{{{zeros}}}{_AFTER})"
    return Spelling(name, f"{begin}([0-9]{{0,3}}?)0+{_AFTER}", f"$1.$2 {word}")


YEARS = "|(?:1[89]|20)[0-9]{2}(?![0-9])"
"""1900 and 2000 are mostly years and stay as they are."""

JOINED = Spelling(
    "join_digits",
    f"{_BEFORE}([0-9]{{1,3}})" + f"{_SPACE}([0-9]{{3}})" + f"(?:{_SPACE}([0-9]{{3}}))?" * 3 + f"(?!{_SPACE}?[0-9])",
    "$1$2$3$4$5",
)

SPELLINGS = (
    JOINED,
    Spelling("decimal_point", "(?<=[0-9]),(?=[0-9])", "."),
    _round("milliards", 9, "млрд"),
    _round("millions", 6, "млн"),
    _round("thousands", 3, "мың", not_these=YEARS),
    Spelling("thousand_word", f"(?<=[0-9]{_SPACE})[Тт]ыс(?:яч(?:а|и|у|е|ам|ами|ах)?)?(?![{CYRILLIC}])", "мың"),
)
"""In the order in which they are done."""

_LONG = re.compile(f"{_BEFORE}(?!0{YEARS})[0-9]{{4,15}}{_AFTER}")
_COMPILED = [(re.compile(each.pattern), re.sub(r"\$(\d)", r"\\g<\1>", each.replacement)) for each in SPELLINGS]


def spell_numbers(text: str) -> str:
    """Return a text with its numbers spelled in one way. A whole number has a point behind it, which is no word."""
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text


def join_digits(text: str) -> str:
    """Return a text in which groups of three digits are one number: 2 000 000 as 2000000."""
    pattern, replacement = _COMPILED[0]
    return pattern.sub(replacement, text)


def split_digits(text: str) -> str:
    """Return a text with its whole numbers in groups of three digits, as an index without `SPELLINGS` knows them."""
    return _LONG.sub(lambda number: f"{int(number[0]):,}".replace(",", " "), text)
