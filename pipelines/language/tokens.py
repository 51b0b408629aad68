"""Cut a text into words, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.language.normalise import fold

_WORD = re.compile(r"[^\W_]+")


class Token(NamedTuple):
    """A word at `text[start:end]`; `form` is folded."""

    start: int
    end: int
    form: str


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the words of a repaired text: unbroken runs of letters and digits.

    Hyphenated words come apart (ҰҚК-нің is two tokens). Unlike the engine, dots and apostrophes always separate:
    «айтты.Бұл» with a forgotten blank is two words to a rule.
    """
    for match in _WORD.finditer(text):
        yield Token(match.start(), match.end(), fold(match.group()))


def tokenize(text: str) -> list[Token]:
    """`iter_tokens` as a list."""
    return list(iter_tokens(text))
