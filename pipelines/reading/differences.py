"""What differs between two texts: whole paragraphs, and words within those that changed a little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

ALIKE = 0.4
"""Share of common words from which on a paragraph counts as changed, not as another one."""
MOST_WORDS = 2_000
"""A longer paragraph is compared as a whole: the comparison takes the square of its words."""
_WORDS = re.compile(r"\s+|[^\s]+")


class Change(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both, only in the earlier, or only in the later one."""

    change: Change
    text: str


Paragraph = tuple[Piece, ...]


def differences(before: str, after: str) -> list[Paragraph]:
    """Return the paragraphs of both texts in their order, one a line; blank ones are left out."""
    earlier, later = (tuple(line.strip() for line in text.split("\n") if line.strip()) for text in (before, after))
    found: list[Paragraph] = []
    for kind, start, end, first, last in SequenceMatcher(None, earlier, later, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [(Piece(Change.SAME, line),) for line in earlier[start:end]]
        else:
            found += _replaced(earlier[start:end], later[first:last])
    return found


def _replaced(gone: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    for before, after in zip_longest(gone, new, fillvalue=""):
        yield from _changed(before, after) if before and after else _whole(before, after)


def _changed(before: str, after: str) -> Iterator[Paragraph]:
    earlier, later = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(earlier), len(later)) > MOST_WORDS:
        yield from _whole(before, after)
        return
    matcher = SequenceMatcher(None, earlier, later, autojunk=False)
    if matcher.ratio() < ALIKE:
        yield from _whole(before, after)
        return
    pieces: list[Piece] = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(Change.SAME, "".join(earlier[start:end])))
            continue
        parts = ((Change.GONE, earlier[start:end]), (Change.NEW, later[first:last]))
        pieces += [Piece(change, "".join(words)) for change, words in parts if words]
    yield tuple(pieces)


def _whole(before: str, after: str) -> Iterator[Paragraph]:
    if before:
        yield (Piece(Change.GONE, before),)
    if after:
        yield (Piece(Change.NEW, after),)
