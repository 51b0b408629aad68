"""What is done to a word that no dictionary knows: Kazakh endings are cut by one pattern, Russian ones by snowball.

The pattern is the noun table for an unknown stem, in a dialect that Python and Java read alike, so that the search
engine runs the very same text. It is fast because each letter is tested before the letters in front of it
(`л(?<=[…]л)(?:ар|ер)`), because a two-letter look-ahead (_BEGINNINGS) guards every place where an ending could begin,
and because the last letter (_LAST) is tested once. An ending added here must be added to these two.
"""

from __future__ import annotations

import functools
import re

import snowballstemmer

from pipelines.language.letters import FOLDED, KAZAKH_LETTERS

VOWELS = "аәеёиоөуұүыіэюя"
_VOICELESS = "бвгдкқпстфхцчшщһғ"
_CONSONANTS = "бвгғдзжйклмнңпрстфхцчшщһқую"
_LAST = "рыізңнаей"
_BEGINNINGS = "[дт][аеыі]|л[ае]|с[ыі]|[ыі]|[мң][ыі]|[мбп]е|н[аеыід]|ға|ге|қа|ке"
_STEMS_IN_STAN = ("зақс", "бекс", "ғызс", "жікс", "менс", "ғанс", "пәкіс", "тарс", "ркіс", "ндіс")
"""Beginnings of the names of countries in -стан: Қазақстан is not «from Қазақс»."""


def _after(letters: str, *suffixes: str) -> str:
    """Return a pattern for suffixes with one first letter that may follow any of the letters."""
    first = suffixes[0][0]
    return f"{first}(?<=[{letters}]{first})(?:{'|'.join(suffix[1:] for suffix in suffixes)})"


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


_VOWEL_LIKE = VOWELS + "рлйзжмнңь"
"""Letters after which an ending keeps its voiced beginning: the vowels, and consonants that are voiced."""


def _endings() -> str:
    """Return the pattern of a chain of endings: plural, possessive, case, -дағы or -нікі, -дай."""
    plural, his, our = _plural(), _his(), _our()
    possessed = _any(f"{his}{_any(*_HIS_CASES)}?", f"{our}{_any(*_OUR_CASES)}?", _case())
    core = _any(f"{plural}?{possessed}", plural)
    chain = _any(f"{plural}?{_any(his, our)}?{_relative()}{core}?", core)
    return _any(f"{chain}{_like()}?", f"{plural}?{_like()}")


def _plural() -> str:
    return _any(_after(VOWELS + "рйь", "лар", "лер"), _after("лмнңзжь", "дар", "дер"), _after(_VOICELESS, "тар", "тер"))


def _his() -> str:
    return _any(
        _after(VOWELS.replace("ы", "").replace("і", ""), "сы", "сі"),
        "(?<=[шкғқг][ыі])(?:сы|сі)",
        _after(_CONSONANTS + "и", "ы"),
        _after(_CONSONANTS + "и", "і"),
    )


def _our() -> str:
    """Return the pattern of «our» and «your»."""
    return _any(
        _after(VOWELS, "мыз", "міз"),
        _after(VOWELS, "ңыз", "ңіз"),
        _after(_CONSONANTS, "ымыз", "ыңыз"),
        _after(_CONSONANTS, "іміз", "іңіз"),
    )


def _case() -> str:
    """Return the pattern of the six case endings of a noun without a possessive."""
    return _any(_genitive(), _dative(), _accusative(), _locative(), _ablative(), _instrumental())


def _genitive() -> str:
    return _any(
        _after(VOWELS + "мнң", "ның", "нің"), _after("лрйзжуиюь", "дың", "дің"), _after(_VOICELESS, "тың", "тің")
    )


def _dative() -> str:
    return _any(
        _after(_VOWEL_LIKE, "ға"), _after(_VOWEL_LIKE, "ге"), _after(_VOICELESS, "қа"), _after(_VOICELESS, "ке")
    )


def _accusative() -> str:
    return _any(_after(VOWELS, "ны", "ні"), _after("лрйзжмнңуиюь", "ды", "ді"), _after(_VOICELESS, "ты", "ті"))


def _locative() -> str:
    return _any(_after(_VOWEL_LIKE, "да", "де"), _after(_VOICELESS, "та", "те"))


def _ablative() -> str:
    not_stan = "".join(f"(?<!{stem})" for stem in _STEMS_IN_STAN)
    return _any(
        _after("мнң", "нан", "нен"),
        _after(VOWELS + "лрйзжь", "дан", "ден"),
        f"(?<=[{_VOICELESS}]){not_stan}(?:тан|тен)",
    )


def _instrumental() -> str:
    return _any(_after(VOWELS + "лрймнңь", "мен"), _after("зж", "бен"), _after(_VOICELESS, "пен"))


_HIS_CASES = ("ның", "нің", "на", "не", "н", "нда", "нде", "нан", "нен", "мен")
"""Case endings after «his»; the letter before them is a vowel, so they have one spelling for each harmony."""

_OUR_CASES = (
    *("ның", "нің", "а", "е", "ды", "ді", "да", "де", "нан", "нен"),
    *("мен", "бен", "ға", "ге", "дың", "дің", "дан", "ден"),
)


def _relative() -> str:
    """Return the pattern of -дағы («that is in») and -нікі («that belongs to»)."""
    return _any(
        _any(_locative(), "нда", "нде") + _any("ғы", "гі"),
        _after(VOWELS + "мнң", "нікі"),
        _after("лрйзжуию", "дікі"),
        _after(_VOICELESS, "тікі"),
    )


def _like() -> str:
    return _any(_after(_VOWEL_LIKE, "дай", "дей"), _after(_VOICELESS, "тай", "тей"))


KAZAKH_ENDINGS = f"^(?=[{FOLDED}]*[{_LAST}]$)(?=[^{VOWELS}]*[{VOWELS}])(.{{3,}}?)(?={_BEGINNINGS}){_endings()}$"
KAZAKH_FINAL_VOWEL = f"^(?=[{FOLDED}]*[ыі]$)(?=[^{VOWELS}]*[{VOWELS}])(.{{3,}}).$"
KAZAKH_DEVOICING = {f"{voiced}(?<=[{VOWELS}ую]{voiced})$": final for voiced, final in ("ғқ", "гк", "бп")}
"""Only a vowel voices what follows it: кітаб-ы, but Георг-тың."""

KAZAKH_WORD = f".*[{KAZAKH_LETTERS}].*"
"""A word with a Kazakh letter has no Russian ending. Cutting one gave it the key of another word."""

_DEVOICING = [(re.compile(voiced), final) for voiced, final in KAZAKH_DEVOICING.items()]
_ENDINGS, _FINAL_VOWEL = re.compile(KAZAKH_ENDINGS), re.compile(KAZAKH_FINAL_VOWEL)
_KAZAKH_WORD = re.compile(KAZAKH_WORD)


def cut_kazakh(word: str) -> str:
    """Cut the longest chain of noun endings off a folded word, then a last ы or і; undo voicing."""
    word = _ENDINGS.sub(r"\1", word)
    word = _FINAL_VOWEL.sub(r"\1", word)
    for voiced, final in _DEVOICING:
        word = voiced.sub(final, word)
    return word


def cut_russian(word: str) -> str:
    """Stem a folded word as the engine's Russian stemmer does; a word with a Kazakh letter stays as it is."""
    if _KAZAKH_WORD.fullmatch(word):
        return word
    return str(_snowball().stemWord(word))


@functools.cache
def _snowball() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("russian")
