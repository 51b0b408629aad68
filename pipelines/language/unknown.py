"""What is done to a word that no dictionary knows: Kazakh endings are cut by one pattern, Russian ones by snowball.

The pattern is the noun table for an unknown stem, in a dialect that Python and Java read alike, so that the search
engine runs the very same text. It is fast because each letter is looked at before what stands in front of it
(`л(?<=[…]л)(?:ар|ер)`), because a two-letter look-ahead (_BEGINNINGS) guards every place where an ending could begin,
and because the last letter (_LAST) is tested once. An ending added here must be added to these two.
"""

from __future__ import annotations

import functools
import re

import snowballstemmer

from pipelines.language.letters import FOLDED

VOWELS = "аәеёиоөуұүыіэюя"
_VOICELESS = "бвгдкқпстфхцчшщһғ"
_CONSONANTS = "бвгғдзжйклмнңпрстфхцчшщһқую"
_LAST = "рыізңнаей"
_BEGINNINGS = "[дт][аеыі]|л[ае]|с[ыі]|[ыі]|[мң][ыі]|[мбп]е|н[аеыід]|ға|ге|қа|ке"
_STEMS_IN_STAN = ("зақс", "бекс", "ғызс", "жікс", "менс", "ғанс", "пәкіс", "тарс", "ркіс", "ндіс")
"""What stands before -тан in the names of countries: Қазақстан is not «from Қазақс»."""


def _after(letters: str, *suffixes: str) -> str:
    """Return a pattern for suffixes of one first letter that stand after any of the letters."""
    first = suffixes[0][0]
    return f"{first}(?<=[{letters}]{first})(?:{'|'.join(suffix[1:] for suffix in suffixes)})"


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


def _endings() -> str:
    vowel_like = VOWELS + "рлйзжмнңь"
    plural = _any(
        _after(VOWELS + "рйь", "лар", "лер"), _after("лмнңзжь", "дар", "дер"), _after(_VOICELESS, "тар", "тер")
    )
    his = _any(
        _after(VOWELS.replace("ы", "").replace("і", ""), "сы", "сі"),
        "(?<=[шкғқг][ыі])(?:сы|сі)",
        _after(_CONSONANTS + "и", "ы"),
        _after(_CONSONANTS + "и", "і"),
    )
    our = _any(
        _after(VOWELS, "мыз", "міз"),
        _after(VOWELS, "ңыз", "ңіз"),
        _after(_CONSONANTS, "ымыз", "ыңыз"),
        _after(_CONSONANTS, "іміз", "іңіз"),
    )
    locative = _any(_after(vowel_like, "да", "де"), _after(_VOICELESS, "та", "те"))
    not_stan = "".join(f"(?<!{stem})" for stem in _STEMS_IN_STAN)
    case = _any(
        _any(_after(VOWELS + "мнң", "ның", "нің"), _after("лрйзжуиюь", "дың", "дің"), _after(_VOICELESS, "тың", "тің")),
        _any(_after(vowel_like, "ға"), _after(vowel_like, "ге"), _after(_VOICELESS, "қа"), _after(_VOICELESS, "ке")),
        _any(_after(VOWELS, "ны", "ні"), _after("лрйзжмнңуиюь", "ды", "ді"), _after(_VOICELESS, "ты", "ті")),
        locative,
        _any(
            _after("мнң", "нан", "нен"),
            _after(VOWELS + "лрйзжь", "дан", "ден"),
            f"(?<=[{_VOICELESS}]){not_stan}(?:тан|тен)",
        ),
        _any(_after(VOWELS + "лрймнңь", "мен"), _after("зж", "бен"), _after(_VOICELESS, "пен")),
    )
    his_case = _any("ның", "нің", "на", "не", "н", "нда", "нде", "нан", "нен", "мен")
    our_case = _any(
        "ның",
        "нің",
        "а",
        "е",
        "ды",
        "ді",
        "да",
        "де",
        "нан",
        "нен",
        "мен",
        "бен",
        "ға",
        "ге",
        "дың",
        "дің",
        "дан",
        "ден",
    )
    relative = _any(
        _any(locative, "нда", "нде") + _any("ғы", "гі"),
        _after(VOWELS + "мнң", "нікі"),
        _after("лрйзжуию", "дікі"),
        _after(_VOICELESS, "тікі"),
    )
    like = _any(_after(vowel_like, "дай", "дей"), _after(_VOICELESS, "тай", "тей"))
    core = _any(f"{plural}?{_any(f'{his}{his_case}?', f'{our}{our_case}?', case)}", plural)
    chain = _any(f"{plural}?{_any(his, our)}?{relative}{core}?", core)
    return _any(f"{chain}{like}?", f"{plural}?{like}")


KAZAKH_ENDINGS = f"^(?=[{FOLDED}]*[{_LAST}]$)(?=[^{VOWELS}]*[{VOWELS}])(.{{3,}}?)(?={_BEGINNINGS}){_endings()}$"
KAZAKH_FINAL_VOWEL = f"^(?=[{FOLDED}]*[ыі]$)(?=[^{VOWELS}]*[{VOWELS}])(.{{3,}}).$"
KAZAKH_DEVOICING = {f"{voiced}(?<=[{VOWELS}ую]{voiced})$": final for voiced, final in ("ғқ", "гк", "бп")}
"""Only a vowel voices what follows it: кітаб-ы, but Георг-тың."""

_DEVOICING = [(re.compile(voiced), final) for voiced, final in KAZAKH_DEVOICING.items()]
_ENDINGS, _FINAL_VOWEL = re.compile(KAZAKH_ENDINGS), re.compile(KAZAKH_FINAL_VOWEL)


def cut_kazakh(word: str) -> str:
    """Cut the longest chain of noun endings off a folded word, then a last ы or і; undo voicing."""
    word = _ENDINGS.sub(r"\1", word)
    word = _FINAL_VOWEL.sub(r"\1", word)
    for voiced, final in _DEVOICING:
        word = voiced.sub(final, word)
    return word


def cut_russian(word: str) -> str:
    """Stem a folded word as the engine's Russian stemmer does."""
    return str(_snowball().stemWord(word))


@functools.cache
def _snowball() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("russian")
