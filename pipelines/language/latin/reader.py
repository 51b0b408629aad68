"""Kazakh in Latin letters → Cyrillic, word by word, with the way back to the text as it was written."""

from __future__ import annotations

import bisect
import functools
import heapq
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.language.latin.alphabets import Alphabet, alphabet_of
from pipelines.language.latin.letter_model import EDGE, LetterModel
from pipelines.language.latin.words import UNKNOWN, KnownWords, counted_words
from pipelines.language.lexicon import Lexicon
from pipelines.language.normalise import fold
from pipelines.language.paradigm import ALL_VOWELS

CACHED_WORDS = 50_000
LONGEST_WORD = 40
"""Letters; a longer run is no word and stays as it is."""

BEAM = 16
"""Beginnings of a word that are kept at each letter."""

READINGS = 8
"""Whole readings of a word that are looked up in the lexicon."""

LESS_LIKELY = 0.7
"""Cost of each step down the letters that a Latin letter may be."""

SOFT_SIGN = 2.5
"""Cost of a soft sign, which no Latin alphabet writes: фильм is «fılm»."""

HARMONY = 0.5
"""What the order of the vowels counts, next to that of all letters: endings have the vowels of their stem."""

FOREIGN = 3.9
"""Mean cost of a letter from which on an unknown word is foreign: Kazakh names have less, «YouTube» has more."""

SHORTEST_FOREIGN = 5
"""Letters; in a shorter word the letters say too little."""

_WORD = re.compile(r"[a-zA-Z\u00c0-\u024f]+")
_WORD_OR_CODE = re.compile(
    rf"""
      (?P<code>
        (?:https?://|www\.)\S+                                               # addresses
      | (?<![\w.+-])[\w.+-]{{1,64}}@[\w.-]{{1,255}} | [@\#]\w+                 # e-mails, accounts, hashtags
      | (?<![\w-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}\.[a-z]{{2,24}}\b       # names of hosts and files
      | (?<!\w)\w{{0,64}}?[a-zA-Z]\d\w*                                        # hashes, models, wallets
      )
    | {_WORD.pattern}
    """,
    re.VERBOSE,
)
_ONLY_KAZAKH = re.compile("[^a-z]|q(?!u)")
"""A letter with a mark, or q where English has none."""
_ROMAN = re.compile(r"[IVX]+")
_CONSONANTS = re.compile(f"[^{ALL_VOWELS}]")
_SOFTENED = frozenset("лнртсдзбпвм")
_MANY_CAPITALS = 0.6


class Piece(NamedTuple):
    """A word that was read: where it is in Cyrillic, and where in the text as written."""

    start: int
    end: int
    written_start: int
    written_end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in Cyrillic, and where its words are in the text as it was written."""

    text: str
    pieces: tuple[Piece, ...]

    def written_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where, in the text as written, the stretch from start to end is; a word counts as a whole."""
        return self._written(start, at_end=False), self._written(end, at_end=True)

    def _written(self, place: int, *, at_end: bool) -> int:
        number = bisect.bisect_right(self.pieces, place - at_end, key=lambda piece: piece.start) - 1
        if number < 0:
            return place
        piece = self.pieces[number]
        if place >= piece.end:
            return place - piece.end + piece.written_end
        return piece.written_end if at_end else piece.written_start


class LatinReader:
    """Reads texts by the alphabets and the lexicon. It takes a second to make, and keeps the words it has read.

    names: words in small letters that stay as they are, such as «telegram».
    """

    def __init__(self, alphabets: Sequence[Alphabet], lexicon: Lexicon, *, names: Collection[str] = ()) -> None:
        self._alphabets = {alphabet.name: alphabet for alphabet in alphabets}
        self._names = frozenset(names)
        self._words = KnownWords(lexicon)
        counted = [*counted_words(lexicon)]
        self._letters = LetterModel(counted)
        self._vowels = LetterModel((_vowels(word), weight) for word, weight in counted)
        self._read = functools.lru_cache(maxsize=CACHED_WORDS)(self._read_form)

    def alphabet_of(self, text: str) -> str:
        """Return the name of the alphabet that a text is in."""
        return alphabet_of(text, [*self._alphabets.values()]).name

    def read(self, text: str, alphabet: str = "") -> Reading:
        """Return a text with its Latin words in Cyrillic. Foreign words, addresses and numbers stay as they are.

        alphabet: the one of the whole article, where the text is a part of it.
        """
        alphabet = alphabet or self.alphabet_of(text)
        parts: list[str] = []
        pieces: list[Piece] = []
        length = done = 0
        for match in _WORD_OR_CODE.finditer(text):
            word = match["code"] or self.read_word(match[0], alphabet)
            parts += [text[done : match.start()], word]
            start = length + match.start() - done
            length, done = start + len(word), match.end()
            pieces.append(Piece(start, length, match.start(), match.end()))
        return Reading("".join([*parts, text[done:]]), tuple(pieces))

    def read_word(self, word: str, alphabet: str) -> str:
        """Return a word in Cyrillic with its capitals; the word itself when it is foreign."""
        form = fold(word)
        if len(word) > LONGEST_WORD or _ROMAN.fullmatch(word) or form in self._names:
            return word
        read = self._read(form, alphabet, capital_i=word[0] == "I")
        return _with_capitals(read, word) if read else word

    def _read_form(self, form: str, alphabet: str, *, capital_i: bool) -> str:
        """Return the reading with the least cost, empty for a foreign word. A capital I may be ı as well as i."""
        letters = self._alphabets[alphabet].letters
        if len(form) == 1:
            return letters.get(form, ("",))[0]
        forms = [form, f"ı{form[1:]}"] if capital_i else [form]
        found = [reading for each in forms for reading in self._readings(each, letters)]
        weighed = [(cost + self._cost_of_word(word), cost, word) for cost, word in heapq.nsmallest(READINGS, found)]
        if not weighed:
            return ""
        _, cost, best = min(weighed)
        return "" if self._is_foreign(form, best, cost) else best

    def _is_foreign(self, form: str, read: str, cost: float) -> bool:
        """True for a word without a Kazakh letter that the lexicon does not have, and that reads oddly in Cyrillic."""
        if len(form) < SHORTEST_FOREIGN or _ONLY_KAZAKH.search(form):
            return False
        return cost > FOREIGN * (len(read) + 1) and self._words.cost(read) == UNKNOWN

    def _readings(self, form: str, letters: Mapping[str, Sequence[str]]) -> list[tuple[float, str]]:
        """Return the likeliest readings of a form by their letters alone; none if its alphabet lacks a letter of it."""
        reached: list[dict[str, float]] = [{"": 0.0}, *({} for _ in form)]
        for place in range(len(form)):
            for begun, cost in heapq.nsmallest(BEAM, reached[place].items(), key=lambda item: item[1]):
                for length, added, extra in _steps(form, place, letters):
                    total = cost + extra + self._letters.cost(added, after=begun)
                    others = reached[place + length]
                    others[begun + added] = min(total, others.get(begun + added, math.inf))
        return [(cost + self._letters.cost(EDGE, after=word), word) for word, cost in reached[-1].items()]

    def _cost_of_word(self, word: str) -> float:
        return self._words.cost(word) + HARMONY * self._vowels.cost(_vowels(word) + EDGE)


def _steps(form: str, place: int, letters: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, str, float]]:
    """Yield how a form may be read on from a place: how many Latin letters, the Cyrillic ones, and their cost."""
    for length in (1, 2):
        unit = form[place : place + length]
        for step, read in enumerate(letters.get(unit, ()) if len(unit) == length else ()):
            yield length, read, LESS_LIKELY * step
            if read[-1] in _SOFTENED:
                yield length, f"{read}ь", LESS_LIKELY * step + SOFT_SIGN


def _vowels(word: str) -> str:
    return _CONSONANTS.sub("", word)


def _with_capitals(read: str, written: str) -> str:
    if len(written) > 1 and sum(map(str.isupper, written)) / len(written) > _MANY_CAPITALS:
        return read.upper()
    return read[:1].upper() + read[1:] if any(map(str.isupper, written[:2])) else read
