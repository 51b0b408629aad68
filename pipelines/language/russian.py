"""Russian words through pymorphy3: every form of a lemma."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pymorphy3
from pymorphy3.analyzer import Parse

from pipelines.language.normalise import fold

PLAUSIBLE = 0.1
"""A reading counts when it is at least this likely, compared with the likeliest one."""

_WORD_OF_ITS_OWN = ("PRTF", "PRTS", "Supr", "GRND")
"""Grammemes of words that pymorphy3 files under another lemma: participles, converbs, superlatives."""


@functools.cache
def morphology() -> pymorphy3.MorphAnalyzer:
    """Load the analyser of this process (0.2 s); threads may share it."""
    return pymorphy3.MorphAnalyzer(lang="ru")


def is_known(word: str) -> bool:
    """Tell whether a folded word is a form in the dictionary."""
    return bool(morphology().word_is_known(word))


def is_nominative_noun(word: str) -> bool:
    """Tell whether it can be a noun in the nominative singular, the form in which Kazakh borrows."""
    return any({"NOUN", "sing", "nomn"} <= parse.tag.grammemes for parse in morphology().parse(word))


@functools.lru_cache(maxsize=1000)
def inflect(word: str) -> frozenset[str]:
    """Return every form of a folded word given in its citation form, the word included.

    Nouns, adjectives and participles are given in the nominative, verbs in the infinitive (their participles and
    converbs are forms too). A plural (беспорядки) has plural forms only. A word outside the dictionary is inflected
    like the words it resembles; one that cannot be cited so (наречие, аббревиатура) is only itself.
    """
    readings = [parse for parse in morphology().parse(word) if _is_citation(parse, word)]
    likeliest = max((parse.score for parse in readings), default=0.0)
    plausible = [parse for parse in readings if parse.score >= PLAUSIBLE * likeliest]
    return frozenset({word, *(form for parse in plausible for form in _forms(parse))})


def _is_citation(parse: Parse, word: str) -> bool:
    tag = parse.tag
    if tag.POS in {"NOUN", "ADJF", "PRTF", "NUMR", "NPRO"}:
        return "nomn" in tag and (tag.number == "plur" or tag.gender in {"masc", None} or tag.POS == "NOUN")
    return tag.POS in {"INFN", "ADVB", "PRED"} and fold(parse.normal_form) == word


def _forms(parse: Parse) -> Iterator[str]:
    tag = parse.tag
    own = [grammeme for grammeme in _WORD_OF_ITS_OWN if grammeme in tag]
    kept = {tag.tense, tag.voice, *own} - {None} if own else set()
    if tag.number == "plur":
        kept.add("plur")
    return (fold(form.word) for form in parse.lexeme if kept <= form.tag.grammemes)
