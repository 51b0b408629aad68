"""Words with one letter wrong, missing, doubled or two exchanged: what they were meant to be (Damerau, 1964)."""

from __future__ import annotations

SHORTEST_MISSPELT = 7
"""Shorter words have too many neighbours that are words of their own."""

_FIRST_LETTERS = 3


def beginnings(word: str) -> set[str]:
    """Return what to look a word up by: two words one mistake apart share one of these."""
    longer = word[: _FIRST_LETTERS + 1]
    return {word[:_FIRST_LETTERS], *(longer[:place] + longer[place + 1 :] for place in range(len(longer)))}


def is_one_mistake(written: str, meant: str) -> bool:
    """True if two different texts differ in one letter, or in two neighbours that are exchanged."""
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    shared = next(
        (place for place, (one, other) in enumerate(zip(written, meant, strict=False)) if one != other),
        min(len(written), len(meant)),
    )
    here, there = written[shared:], meant[shared:]
    if len(here) == len(there):
        return here[1:] == there[1:] or (here[:2] == there[1::-1] and here[2:] == there[2:])
    return here[1:] == there if len(here) > len(there) else here == there[1:]
