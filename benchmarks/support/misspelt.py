"""Texts with mistakes in their key words, by a seed: one letter wrong, doubled, missing, or two exchanged."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from pipelines.models import Span
from pipelines.tagging.matching.misspelt import SHORTEST_MISSPELT

LETTERS = {"ru": "абвгдежзийклмнопрстуфхцчшщыьэюя", "kk": "абвгғдежзийкқлмнңоөпрстуұүшыіәя"}


def with_mistakes(text: str, spans: Iterable[Span], *, language: str, random: Random) -> str:
    """Return a text in which each long word of these spans has one mistake."""
    for span in sorted(spans, key=lambda span: -span.start):
        words = [(place, word) for place, word in _words(text, span) if len(word) >= SHORTEST_MISSPELT]
        for place, word in reversed(words):
            text = text[:place] + mistaken(word, language=language, random=random) + text[place + len(word) :]
    return text


def _words(text: str, span: Span) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    place = span.start
    for piece in text[span.start : span.end].split(" "):
        if piece.isalpha():
            found.append((place, piece))
        place += len(piece) + 1
    return found


def mistaken(word: str, *, language: str, random: Random) -> str:
    """Return a word with one mistake behind its first letter."""
    place = random.randrange(1, len(word) - 1)
    before, here, after = word[:place], word[place], word[place + 1 :]
    kinds = (
        before + random.choice(LETTERS[language]) + after,
        before + here * 2 + after,
        before + after,
        before + after[:1] + here + after[1:],
    )
    return random.choice(kinds)
