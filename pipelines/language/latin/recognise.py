"""Distinguish Kazakh in Latin letters from the other languages that are written so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.language.letters import one_alphabet
from pipelines.language.word_lists import KAZAKH_LATIN_WORDS

ENOUGH_WORDS = 12
"""From this many words on, shares are measured; a shorter text needs two kinds of evidence."""

LEAST_Y, LEAST_Q = 0.06, 0.03
"""Shares of words with y as a vowel and with q: Kazakh news has 0.15 to 0.42 and 0.14 to 0.26. Turkmen has only the
first, Uzbek, Karakalpak, Tatar and Azerbaijani only the second; English, Turkish and Polish have neither.
"""

MOSTLY_COMMON, MOSTLY_Y = 0.09, 0.12
"""Shares that make up for a q: people who write without marks may type k for it."""

_Y_AS_VOWEL = re.compile("[bcdfghjklmnpqrstvzǵńğñşý]y(?:[bcdfghjklmnpqrstvzǵńğñşý]|$)")
_ONE_ALPHABET = one_alphabet()
_LETTERS = re.compile("|".join(sorted(map(re.escape, _ONE_ALPHABET), key=len, reverse=True)))


def one_spelling(word: str) -> str:
    """Return a folded word as it is spelled in every alphabet: jáne, jäne, jane and және are one."""
    return _LETTERS.sub(lambda match: _ONE_ALPHABET[match[0]], word)


def is_kazakh_in_latin(words: Sequence[str]) -> bool:
    """True for folded words in Latin letters that are Kazakh. Words in other letters are not to be among them."""
    if not words:
        return False
    common = sum(one_spelling(word) in _COMMON for word in words) / len(words)
    y = sum(bool(_Y_AS_VOWEL.search(word)) for word in words) / len(words)
    q = sum("q" in word for word in words) / len(words)
    if len(words) < ENOUGH_WORDS:
        return (common > 0) + (y > 0) + (q > 0) > 1
    return (y >= LEAST_Y and q >= LEAST_Q) or (common >= MOSTLY_COMMON and y >= MOSTLY_Y)


_COMMON = frozenset(map(one_spelling, KAZAKH_LATIN_WORDS))
