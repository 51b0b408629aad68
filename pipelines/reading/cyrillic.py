"""How much a text looks like Russian, Kazakh or Ukrainian: what a wrong decoding of Cyrillic bytes never does.

Letters in the wrong eight-bit encoding are still letters, only rare ones in an odd order of capitals. So a reading is
scored by the frequency of its letters and by capitals inside words. No word lists are needed, and ten letters are
enough.
"""

from __future__ import annotations

import itertools
import re
from math import log

BELIEVABLE = -3.6
"""Mean score of a letter. Russian, Kazakh and Ukrainian news have -3.0 to -3.4; other alphabets read as Cyrillic, and
Cyrillic read in the wrong encoding, have -3.8 and less.
"""

_STRANGE = -12.0
_CAPITAL = -0.2
_CAPITAL_INSIDE = -3.0
_PUNCTUATION = frozenset("«»„“”‘’–—…№°§©®\xa0\xad·•")
_PUNCTUATION_SCORE = -3.0

# Letters of a language with their share in news texts, in thousandths.
_SHARES = (
    (
        "о110 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 й12 х10 ж9 ш7 ю6 ц5 "
        "щ4 э3 ф3 ъ1 ё1"
    ),
    (
        "а120 е78 ы73 н71 т58 р54 і52 л50 д47 қ40 с38 к35 м33 о32 б28 у25 ғ23 ж23 г16 ш15 п15 й14 и13 з13 ө10 ү10 ә10 "
        "ң9 ұ8 в5 х5 я5 ц3 э2 ф2 ю2 һ1 ч1 ё1 щ1 ъ1 ь1"
    ),
    (
        "о94 а81 н71 и61 в57 і57 е49 т48 р47 с43 л36 к35 д33 у33 м31 п29 з21 я21 ь17 б16 г14 й13 ч13 х11 ц8 ж7 ю7 ї6 "
        "ш6 є5 щ3 ф3 ґ1"
    ),
)
_WORD = re.compile(r"[^\W\d_]+")


def _scores(shares: str) -> dict[str, float]:
    return {share[0]: log(int(share[1:]) / 1000) for share in shares.split()}


_SCORES = tuple(map(_scores, _SHARES))


def cyrillic_score(text: str) -> float:
    """Return the mean score of the characters of `text` outside of ASCII, by the language that fits best.

    `BELIEVABLE` and above is Cyrillic text in its right encoding; short texts vary. Minus infinity for a text in ASCII.
    """
    seen = [character for character in text if character > "\x7f"]
    if not seen:
        return -float("inf")
    inside = sum(_capitals_inside(word) for word in _WORD.findall(text))
    return max(_mean(seen, scores) for scores in _SCORES) + _CAPITAL_INSIDE * inside / len(seen)


def _mean(characters: list[str], scores: dict[str, float]) -> float:
    return sum(_score(character, scores) for character in characters) / len(characters)


def _score(character: str, scores: dict[str, float]) -> float:
    lower = character.lower()
    if lower in scores:
        return scores[lower] + (_CAPITAL if lower != character else 0.0)
    return _PUNCTUATION_SCORE if character in _PUNCTUATION else _STRANGE


def _capitals_inside(word: str) -> int:
    """Count capitals after a small letter: «пОЖАР» has one, «ПОЖАР» and «Пожар» have none."""
    return sum(one.islower() and other.isupper() for one, other in itertools.pairwise(word))
