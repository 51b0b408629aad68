"""Russian words through pymorphy3: every form of a lemma."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator

import pymorphy3
from pymorphy3.analyzer import Parse

from pipelines.language.normalise import fold

PLAUSIBLE = 0.1
"""A reading counts when it is at least this likely, compared with the likeliest one."""

HARDLY = 0.06
"""A short form that is read as a lemma less often than that is no form of it."""

LONGEST_HOMOGRAPH = 6
"""Longer forms are taken without a look at their other readings, which would take seconds for all rules."""

_WORD_OF_ITS_OWN = ("PRTF", "Supr", "ADJS")
"""Grammemes of words that pymorphy3 files under another lemma: participles, superlatives, short forms (должен)."""


@functools.cache
def morphology() -> pymorphy3.MorphAnalyzer:
    """Load the analyser of this process (0.2 s); threads may share it."""
    return pymorphy3.MorphAnalyzer(lang="ru")


NAME_GRAMMEMES = frozenset({"Name", "Surn", "Patr"})
"""Grammemes of OpenCorpora for first names, surnames and patronymics."""


def is_known(word: str) -> bool:
    """True if a folded word is a form in the dictionary."""
    return bool(morphology().word_is_known(word))


@functools.lru_cache(maxsize=20_000)
def is_ordinary(word: str) -> bool:
    """True for a form of a known word that is no name of a person: «победа» is one, «виктор» and «дуда» are none."""
    if not is_known(word):
        return False
    return not any(NAME_GRAMMEMES & parse.tag.grammemes for parse in morphology().parse(word))


def is_nominative_noun(word: str) -> bool:
    """True if a folded word can be a noun in the nominative singular, the form in which Kazakh borrows."""
    return any({"NOUN", "sing", "nomn"} <= parse.tag.grammemes for parse in morphology().parse(word))


LONGEST_READ = 40
"""Longer strings are no words, and the analyser is slow on them."""


@functools.lru_cache(maxsize=20_000)
def _grammemes(word: str) -> frozenset[str]:
    """Return what the likeliest reading of a folded word says of it; nothing for a word too long."""
    return morphology().parse(word)[0].tag.grammemes if len(word) <= LONGEST_READ else frozenset()


def is_predicate(word: str) -> bool:
    """True if a folded word is, most likely, a finite verb or a short participle: what a clause says."""
    return not _grammemes(word).isdisjoint(("VERB", "PRTS"))


def is_active(word: str) -> bool:
    """True if a folded word is a finite verb that takes an object: задержали, but not погибли or задержаны."""
    return _grammemes(word) >= {"VERB", "tran"}


def is_adjective(word: str) -> bool:
    """True if a folded word is, most likely, a full adjective or participle."""
    return not _grammemes(word).isdisjoint(("ADJF", "PRTF"))


def is_singular(word: str) -> bool:
    """True unless a folded word is, most likely, a plural."""
    return "plur" not in _grammemes(word)


@functools.lru_cache(maxsize=1000)
def inflect(word: str) -> frozenset[str]:
    """Return every form of a folded word given in its citation form, the word included.

    Nouns, adjectives and participles are given in the nominative, verbs in the infinitive (their participles and
    converbs are forms too). A plural (беспорядки) has plural forms only. A word outside the dictionary is inflected
    like the words it resembles; one that cannot be cited so (наречие, аббревиатура) is only itself.
    """
    readings = [parse for parse in morphology().parse(word) if _is_citation(parse)]
    likeliest = max((parse.score for parse in readings), default=0.0)
    plausible = [parse for parse in readings if parse.score >= PLAUSIBLE * likeliest]
    return frozenset({word, *(form for parse in plausible for form in _forms(parse) if _is_plausible(form, parse))})


_NAME_ENDINGS = (
    (re.compile("[бвгдзклмнпрстф]$"), 0, ("а", "у", "ом", "е")),
    (re.compile("[жшчщц]$"), 0, ("а", "у", "ем", "ом", "е")),
    (re.compile("[аеоуы]й$"), 1, ("я", "ю", "ем", "е")),
    (re.compile("[гкхжшчщ]а$"), 1, ("и", "е", "у", "ой", "ей")),
    (re.compile("а$"), 1, ("ы", "е", "у", "ой")),
    (re.compile("ь$"), 1, ("и", "ью", "я", "ю", "ем", "е")),
)


def decline_name(name: str) -> tuple[str, ...]:
    """Return the oblique singular forms of a place's name, by its last letters alone: Сатпаев → в Сатпаеве.

    Names are mostly outside the dictionary, and those that look like surnames are declined otherwise than these.
    What ends in -о, -и, -ау, -ий has none here.
    """
    for ending, cut, endings in _NAME_ENDINGS:
        if ending.search(name):
            stem = name[: len(name) - cut]
            return tuple(stem + form for form in endings)
    return ()


def _is_citation(parse: Parse) -> bool:
    tag = parse.tag
    if tag.POS in {"NOUN", "ADJF", "PRTF", "NUMR", "NPRO"}:
        return bool("nomn" in tag) and (tag.number == "plur" or tag.gender in {"masc", None} or tag.POS == "NOUN")
    return bool(tag.POS == "INFN" or (tag.POS == "ADJS" and tag.gender == "masc"))


def _is_plausible(form: str, parse: Parse) -> bool:
    """True if a form is read as this lemma often enough: коля is hardly «while stabbing». Long forms always are."""
    if len(form) > LONGEST_HOMOGRAPH:
        return True
    scores: defaultdict[str, float] = defaultdict(float)
    for reading in morphology().parse(form):
        scores[reading.normal_form] += reading.score
    return bool(scores[parse.normal_form] >= HARDLY * max(scores.values()))


def _forms(parse: Parse) -> Iterator[str]:
    tag = parse.tag
    own = [grammeme for grammeme in _WORD_OF_ITS_OWN if grammeme in tag]
    kept = {tag.tense, tag.voice, *own} - {None} if own else set()
    if tag.number == "plur":
        kept.add("plur")
    return (fold(form.word) for form in parse.lexeme if kept <= form.tag.grammemes)
