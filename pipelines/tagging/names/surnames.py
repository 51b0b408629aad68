"""Surnames, Kazakh and Russian, from any case to the nominative."""

from __future__ import annotations

import re

_CASES_RUSSIAN = "у|ым|е|ом|ой|ою"
_CASES_KAZAKH = "[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[ндт][ае]н|[дт][ае]|н[ае]|[мбп]ен|[дт]ікі|н|нд[ае]"
SURNAME = re.compile(f"(.+?(?:ов|ев|ёв|ин|ын|ұлы|улы|қызы|кызы))(а|)((?:{_CASES_RUSSIAN}|{_CASES_KAZAKH})?)$")
"""Stem, the ending of women, the ending of the case: Тұрсынов is no case of Тұрсын."""

SURE_SURNAME = re.compile("(.+(?:ов|ев))(а|)(.*)$")

KAZAKH_SURNAME = re.compile("(.+(?:ов|ев|ұлы|улы|қызы|кызы))(а|)(.*)$")
"""The same with «son of» and «daughter of»."""

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
KAZAKH_ENDINGS = re.compile("(?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[ндт][ае]н|[дт][ае]|н[ае]|[мбп]ен|[дт]ікі)$")
_KAZAKH_CASE = re.compile(_CASES_KAZAKH)
_CASES_OF_NAMES = re.compile("(?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[ндт][ае]н|[мбп]ен|[дт]ікі)$")
"""A person is hardly ever in the locative; Антуанетта and Нұрмолда are names that end so."""

_ADJECTIVE = re.compile("(.+[сц]к)(?:(ий|ого|ому|им|ом)|ая|ой|ую)$")
_CHILD_OF = ("ұлы", "улы", "қызы", "кызы")


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
        if stem.endswith(_CHILD_OF) and not rest:
            return stem
        ending = female + rest
        if ending in (_MALE_ENDINGS if male else _FEMALE_ENDINGS):
            citation = stem if male else stem + "а"
            return citation if nominative == (last == citation) else ""
        if ending in _MALE_ENDINGS | _FEMALE_ENDINGS:
            return ""
    if nominative and male and last.endswith("ом") and len(last) > LONGEST_NOUN:
        return last.removesuffix("ом")  # Франсуа Энглертом: the first name has no cases
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
    if (match := SURNAME.match(last)) and (nominative := kazakh_nominative(*match.groups())):
        return nominative
    bare = last if last.endswith(verb_like) else _CASES_OF_NAMES.sub("", last)
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
    if match := _ADJECTIVE.match(KAZAKH_ENDINGS.sub("", word) if language == "kk" else word):
        return match[1] + ("ий" if match[2] else "ая")
    return ""


def unknown_in_nominative(name: str, *, text: str) -> str:
    """Cut the ending that all words of an unknown Russian name have: Джареду Лафнеру, Джаредом Лафнером.

    «Гэвина Ньюсома» is Гэвин Ньюсом only where the text has Ньюсом too.
    """
    words = name.split(" ")
    for ending in ("ом", "ем", "у", "а"):
        if all(word.endswith(ending) and len(word) > len(ending) + SHORTEST_SURNAME - 1 for word in words):
            bare = [word.removesuffix(ending) for word in words]
            if ending != "а" or re.search(rf"\b{bare[-1]}\b", text):
                return " ".join(bare)
    return name


def surname_of_unknown(first: str, stem: str, female: str, rest: str, *, language: str) -> str:
    """Return the surname next to an unknown first name, when both look like a nominative."""
    if language == "kk":
        return "" if KAZAKH_ENDINGS.search(first) else kazakh_nominative(stem, female, rest)
    return "" if rest else stem + female
