"""Make texts comparable: repair what only looks right, and fold words into the form they are compared in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipelines.characters import printable
from pipelines.language.letters import CYRILLIC

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Soft hyphen, zero-width space, non-joiner, joiner, word joiner, byte order mark."""

LOOK_ALIKES = str.maketrans(
    "aceëopxykmtbihəɵABCEËHIKMOPTXYƏƟ",
    "асеёорхукмтьіһәөАВСЕЁНІКМОРТХУӘӨ",
)
"""Latin letters and the Cyrillic ones they imitate."""

_WITHOUT_INVISIBLE = str.maketrans("", "", INVISIBLE)
_STRESS = re.compile(f"(?<=[{CYRILLIC}])\u0301")
_LATIN_LOOK_ALIKE = re.compile(f"[{''.join(map(chr, LOOK_ALIKES))}]")
_HYPHEN_PART = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_HAS_CYRILLIC = re.compile(f"[{CYRILLIC}]")
_HAS_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_FOLDS = str.maketrans("ёİ", "еi")


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text that says what it shows; `repairs` counts the letters replaced and the characters removed for it."""

    text: str
    repairs: int


def repair(text: str) -> Repaired:
    """Remove what cannot be seen or printed, turn Latin look-alikes into Cyrillic, remove stress marks, compose (NFC).

    In this order, again and again until nothing changes, so repairing twice is repairing once. Look-alikes are replaced
    only in words (hyphen parts apart) that hold a Cyrillic letter and, after the replacement, no Latin one: «қaуiп» is
    repaired; «IT-саласы», «Boeing-тың» and «Boeingтің» stay as they are.
    """
    done, repairs = _repair_once(text)
    while done != text:
        text = done
        done, more = _repair_once(text)
        repairs += more
    return Repaired(done, repairs)


def fold(word: str) -> str:
    """Return the form words are compared in: lower case, ё → е."""
    return word.translate(_FOLDS).lower().translate(_FOLDS)


def _repair_once(text: str) -> tuple[str, int]:
    visible = printable(text).translate(_WITHOUT_INVISIBLE)
    has_twins = _LATIN_LOOK_ALIKE.search(visible)
    cyrillic = _HYPHEN_PART.sub(_without_look_alikes, visible) if has_twins else visible
    unstressed, stress_marks = _STRESS.subn("", cyrillic)
    removed = len(text) - len(visible) + stress_marks
    return unicodedata.normalize("NFC", unstressed), removed + sum(map(str.__ne__, visible, cyrillic))


def _without_look_alikes(match: re.Match[str]) -> str:
    word = match.group()
    if not _HAS_CYRILLIC.search(word):
        return word
    replaced = word.translate(LOOK_ALIKES)
    return word if _HAS_LATIN.search(replaced) else replaced
