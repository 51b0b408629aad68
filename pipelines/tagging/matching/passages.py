"""Which language each part of a text is in: Kazakh news quotes Russian speech, and some pages have both versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from pipelines.language.detect import ENOUGH_WORDS, detect
from pipelines.language.letters import KAZAKH_LETTERS
from pipelines.language.normalise import fold
from pipelines.language.russian import is_known
from pipelines.language.word_lists import RUSSIAN_HINT_WORDS
from pipelines.tagging.rules.patterns import LANGUAGES

SHORTEST_OTHER = 3
"""A piece with fewer words is in the language of the piece before it, or in that of the article: a name, «деді ол»."""

KAZAKH_FROM, RUSSIAN_UP_TO = 0.1, 0.1
"""Share of words with a Kazakh letter from which a piece of a Russian article is looked at, and up to which one of a
Kazakh article is; the words decide then."""

KNOWN_SHARE = 0.8
"""Share of the words of a short Russian piece that the Russian dictionary knows."""

_WORD = re.compile(r"[^\W\d_]+")
_KAZAKH_WORD = re.compile(rf"[^\W\d_{KAZAKH_LETTERS}]*[{KAZAKH_LETTERS}][^\W\d_]*")
_QUOTE = re.compile('[«»“”„"]')


class Passage(NamedTuple):
    """A part of a text from character `start` to the next passage, in one language."""

    start: int
    language: str


def passages_of(source: str, sentence_ends: Iterable[int], *, language: str) -> tuple[Passage, ...]:
    """Cut a text where its language changes: at the ends of sentences, and at quotation marks.

    language: of most of the article. Of another one than Kazakh and Russian the text is one passage.
    """
    whole = (Passage(0, language),)
    if language not in LANGUAGES or (language == "ru" and not _KAZAKH_WORD.search(source)):
        return whole
    edges = {0, len(source), *sentence_ends, *(match.start() for match in _QUOTE.finditer(source))}
    return tuple(_joined(_read(source, sorted(edges), language))) or whole


def _read(source: str, edges: list[int], language: str) -> Iterator[Passage]:
    """Yield the pieces between edges with the language of each."""
    before = language
    for start, end in pairwise(edges):
        piece = source[start:end]
        words, kazakh = len(_WORD.findall(piece)), len(_KAZAKH_WORD.findall(piece))
        if not words:
            continue
        if words >= SHORTEST_OTHER:
            before = _language_of(piece, kazakh / words, language)
        elif before != language and (before == "kk") != bool(kazakh):
            before = language
        yield Passage(start, before)


def _language_of(piece: str, kazakh_share: float, language: str) -> str:
    """Return the other language only when both its letters and its words say so."""
    may_be_other = kazakh_share >= KAZAKH_FROM if language == "ru" else kazakh_share <= RUSSIAN_UP_TO
    if not may_be_other:
        return language
    found = detect(piece, hint=language).language
    is_believed = found == "kk" or (found == "ru" and _is_surely_russian(piece))
    return found if is_believed else language


def _is_surely_russian(piece: str) -> bool:
    """True with a Russian function word, or when the dictionary knows nearly all of it."""
    words = [fold(word) for word in _WORD.findall(piece)]
    if len(words) >= ENOUGH_WORDS or not RUSSIAN_HINT_WORDS.isdisjoint(words):
        return True
    return sum(map(is_known, words)) >= KNOWN_SHARE * len(words)


def _joined(pieces: Iterable[Passage]) -> Iterator[Passage]:
    """Yield a passage where the language changes; the first begins with the text."""
    before = ""
    for piece in pieces:
        if piece.language != before:
            yield piece if before else piece._replace(start=0)
        before = piece.language
