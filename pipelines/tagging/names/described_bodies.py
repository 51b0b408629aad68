"""Bodies in no list: a kind with a name in quotation marks (ТОО «Асель»), or with what it is for (комитет по лесу)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipelines.language import russian
from pipelines.tagging.matching.matcher import Hit
from pipelines.tagging.matching.text import Text

LONGEST_DESCRIPTION = 8
"""Words behind a kind that are read."""

SHORTEST_WORD, LONGEST_WORD = 3, 40

_QUOTED_AFTER = re.compile(r"[ \u00a0]?[«“„\"]([^«»“”„\"\n]{2,60})[»”“\"]")
_QUOTED_BEFORE = re.compile(r"[«“„\"]([^«»“”„\"\n]{2,60})[»”“\"][ \u00a0]?$")
_BLANK = re.compile(r"[ \u00a0]+")
_BLANKS = frozenset({" ", "\u00a0"})
_POSSESSIVE = re.compile("(.+(?:сы|сі|ы|і))(?:н(?:[ыі]ң|[ае]н?|д[ае](?:ғы|гі)?)?|мен)?$")
_LOCATED = re.compile("[дт](?:ағы|егі)$")
KAZAKH_ADJECTIVES = ("лық", "лік", "тық", "тік", "дық", "дік", "аралық")
"""A body's name at the beginning of a sentence begins with such a word: «Ұлттық дауылдар орталығы»."""

LOOK_BACK = 70
"""Characters before a kind in which its name may be."""

PREPOSITION, AND = "по", "и"
DESCRIBING = frozenset({"ADJF", "NOUN", "PRTF"})
BREAKING = frozenset({"VERB", "PREP", "CONJ", "PRCL"})
"""What a word may be in another reading and mostly is: «колледжа стали», «комитет при»."""

NAMED_AFTER = frozenset({"имени", "им"})


class Kind(NamedTuple):
    """What a body is. `described`: «комитет по лесу» is one; `proper`: only when it is written with a capital."""

    name: str
    described: bool = False
    proper: bool = False


def quoted_name(text: Text, hit: Hit, kind: Kind, *, taken: set[int]) -> str:
    """Return «партия «Amanat»» where a name in quotation marks is next to a kind, in either order.

    taken: words of bodies that are known; their names need no kind.
    """
    start, end = text.starts[hit.first], text.ends[hit.last]
    after = _QUOTED_AFTER.match(text.source, end)
    before = _QUOTED_BEFORE.search(text.source, max(0, start - LOOK_BACK), start)
    match = (before or after) if text.language_at(hit.first) == "kk" else (after or before)
    if not match or not (match[1][0].isupper() or match[1][0].isdigit()):
        return ""
    first, last = text.words_between(*match.span(1))
    if not taken.isdisjoint(range(first, last + 1)):
        return ""
    return f"{kind.name} «{_BLANK.sub(' ', match[1]).strip()}»"


def described_name(text: Text, hit: Hit, kind: Kind) -> tuple[str, int]:
    """Return what a body is with what it is for, and its last word: «Комитет по защите прав детей».

    The name is empty for a kind that is only mentioned: «в комитете обсудили», «новый университет».
    """
    if not kind.described:
        return "", hit.last
    if text.language_at(hit.first) == "kk":
        return _kazakh_name(text, hit), hit.last
    before = _adjectives(text, hit.first)
    has_capital = text.source[text.starts[hit.first]].isupper()
    last = max(_description(text, hit.last), default=hit.last)
    if (last == hit.last and not before) or (kind.proper and not (has_capital or before)):
        return "", hit.last
    described = _BLANK.sub(" ", text.between(hit.last + 1, last)) if last > hit.last else ""
    name = " ".join(filter(None, (*(_agreeing(word, kind.name) for word in before), kind.name, described)))
    return f"{name[0].upper()}{name[1:]}", last


def _adjectives(text: Text, kind: int) -> list[str]:
    """Return the adjectives before a kind when they begin with a capital inside a sentence."""
    found: list[str] = []
    place = kind - 1
    while place >= 0 and _is_blank(text, place) and _cases_of_adjective(text.words[place]):
        found.insert(0, text.words[place])
        if text.source[text.starts[place]].isupper():
            return [] if text.begins_sentence(place) and len(found) == 1 else found
        place -= 1
    return []


def _is_blank(text: Text, place: int) -> bool:
    """True if only a blank is between a word and the next one."""
    return text.source[text.ends[place] : text.starts[place + 1]] in _BLANKS


@lru_cache(maxsize=5_000)
def _cases_of_adjective(word: str) -> bool:
    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
        return False
    return any(parse.tag.POS == "ADJF" for parse in russian.morphology().parse(word))


@lru_cache(maxsize=2_000)
def _agreeing(adjective: str, kind: str) -> str:
    """Return the nominative of an adjective in the gender of a kind: «казахского университета», казахский."""
    genders = (parse.tag.gender for parse in russian.morphology().parse(kind) if parse.tag.gender)
    gender = next(genders, "masc")
    for parse in russian.morphology().parse(adjective):
        if parse.tag.POS == "ADJF" and (inflected := parse.inflect({"nomn", "sing", gender})):
            return str(inflected.word)
    return adjective


def _kazakh_name(text: Text, hit: Hit) -> str:
    """Return «Ұлттық қоғамдық сенім кеңесі»: the words from a capital to a kind in the possessive."""
    owned = _POSSESSIVE.match(text.words[hit.last])
    if not owned:
        return ""
    first = hit.first
    for place in range(hit.first - 1, max(-1, hit.first - LONGEST_DESCRIPTION), -1):
        if not _is_blank(text, place):
            break
        if _LOCATED.search(text.words[place]):
            break
        if text.source[text.starts[place]].isupper():
            first = place
        elif first < hit.first:
            break
    is_beginning = text.begins_sentence(first) and not text.words[first].endswith(KAZAKH_ADJECTIVES)
    if first == hit.first or is_beginning:
        return ""
    end = text.starts[hit.last] + owned.end(1)
    return _BLANK.sub(" ", text.source[text.starts[first] : end])


def _description(text: Text, kind: int) -> Iterator[int]:
    """Yield the places of nouns up to which the words after a kind describe it."""
    case = "gent"
    for place in range(kind + 1, min(len(text), kind + 1 + LONGEST_DESCRIPTION)):
        if not _is_blank(text, place - 1):
            return
        word = text.words[place]
        if place == kind + 1 and word == PREPOSITION:
            case = "datv"
        elif word != AND or place == kind + 1:
            parts = _parts_of_speech(word, case) or (_parts_of_speech(word, "gent") if case == "datv" else frozenset())
            if not parts or word in NAMED_AFTER or text.source[text.starts[place]].isupper():
                return
            if "NOUN" in parts:
                yield place


@lru_cache(maxsize=5_000)
def _parts_of_speech(word: str, case: str) -> frozenset[str]:
    """Return as what a word may describe a body in a case."""
    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD or not russian.is_known(word):
        return frozenset()
    tags = [parse.tag for parse in russian.morphology().parse(word)]
    if tags[0].POS in BREAKING:
        return frozenset()
    return frozenset(str(tag.POS) for tag in tags if tag.POS in DESCRIBING and tag.case == case)
