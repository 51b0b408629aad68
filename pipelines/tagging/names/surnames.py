"""Surnames, Kazakh and Russian, from any case to the nominative."""

from __future__ import annotations

import re

_CASES_RUSSIAN = "у|ым|е|ом|ой|ою"
_CASES_KAZAKH = "[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[ндт][ае]н|[дт][ае]|н[ае]|[мбп]ен|[дт]ікі|н|нд[ае]"
SURNAME = re.compile(f"(.+?(?:ов|ев|ёв|ин|ын|ұлы|улы|қызы|кызы))(а|)((?:{_CASES_RUSSIAN}|{_CASES_KAZAKH})?)$")
"""Stem, the ending of women, the ending of the case: Тұрсынов is no case of Тұрсын."""

SURE_SURNAME = re.compile("(.+(?:ов|ев))(а|)(.*)$")

SHORTEST_SURNAME, SHORTEST_UNKNOWN = 3, 4
LONGEST_NOUN = 6
"""Маском is Маск; Ковальским is Ковальский."""

_MALE_ENDINGS = {"", "а", "у", "ым", "е", "ом"}
_FEMALE_ENDINGS = {"а", "ой", "у", "ою"}
_ADJECTIVES = (
    ("ского", "ский"),
    ("скому", "ский"),
    ("ским", "ский"),
    ("ском", "ский"),
    ("ого", "ый"),
    ("ому", "ый"),
)
_KAZAKH_ENDINGS = re.compile("(?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[ндт][ае]н|[дт][ае]|н[ае]|[мбп]ен|[дт]ікі)$")
_KAZAKH_CASE = re.compile(_CASES_KAZAKH)
_ADJECTIVE = re.compile("(.+[сц]к)(?:(ий|ого|ому|им|ом)|ая|ой|ую)$")


def surname_forms(surname: str) -> tuple[str, ...]:
    """Return the forms of a surname in -ов, -ев, -ин; of others none. The dictionary takes «Омаров» for a plural."""
    match = SURNAME.match(surname)
    if not match or match[3]:
        return ()
    stem, female, _ = match.groups()
    return tuple(stem + ending for ending in sorted(_FEMALE_ENDINGS if female else _MALE_ENDINGS))


def russian_surname(last: str, *, male: bool, nominative: bool) -> str:
    """Return the nominative of a surname next to a first name of that gender and case, or an empty text."""
    if match := SURNAME.match(last):
        stem, female, rest = match.groups()
        ending = female + rest
        if ending in (_MALE_ENDINGS if male else _FEMALE_ENDINGS):
            citation = stem if male else stem + "а"
            return citation if nominative == (last == citation) else ""
        if ending in _MALE_ENDINGS | _FEMALE_ENDINGS:
            return ""
    if nominative or not male:
        return last
    return _russian_nominative(last)


def _russian_nominative(last: str) -> str:
    for ending, nominative in _ADJECTIVES:
        if last.endswith(ending) and (len(last) > LONGEST_NOUN or ending == "ого"):
            return last.removesuffix(ending) + nominative
    return re.sub("(?:ом|а|у|е)$", "", last)


def kazakh_surname(last: str, *, verb_like: tuple[str, ...]) -> str:
    """Return the nominative; of what does not look like a surname a case ending is cut.

    `verb_like`: endings of names that only look like accusatives.
    """
    if match := SURNAME.match(last):
        return kazakh_nominative(*match.groups())
    bare = last if last.endswith(verb_like) else _KAZAKH_ENDINGS.sub("", last)
    return bare if len(bare) >= SHORTEST_SURNAME else last


def kazakh_nominative(stem: str, female: str, rest: str) -> str:
    return stem + female if not rest or _KAZAKH_CASE.fullmatch(rest) else ""


def surname_of_initials(word: str, *, language: str) -> str:
    """Return the nominative of a surname next to initials, which have no gender; empty for what is no surname."""
    if match := SURNAME.match(word):
        stem, female, rest = match.groups()
        if language == "kk" or female + rest not in _MALE_ENDINGS | _FEMALE_ENDINGS:
            return kazakh_nominative(stem, female, rest)
        return f"{stem}а" if female + rest in _FEMALE_ENDINGS - {"у"} else stem
    if match := _ADJECTIVE.match(_KAZAKH_ENDINGS.sub("", word) if language == "kk" else word):
        return match[1] + ("ий" if match[2] else "ая")
    return ""


def surname_of_unknown(first: str, stem: str, female: str, rest: str, *, language: str) -> str:
    """Return the surname next to an unknown first name, when both look like a nominative."""
    if language == "kk":
        return "" if _KAZAKH_ENDINGS.search(first) else kazakh_nominative(stem, female, rest)
    if not female and not rest:
        return stem
    return stem + female if female and not rest and first[-1] in "аяеьигул" else ""
