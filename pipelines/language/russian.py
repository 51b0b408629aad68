"""Russian words through pymorphy3."""

from __future__ import annotations

import functools

import pymorphy3


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
