"""Terms as analysts write them: words in any form, phrases, gaps, alternatives, classes.

нарколаборатория            a word, in all its forms
изъять ... оружие           words in this order with up to three words between them
убить|застрелить            either
=ИГ                         only as written (upper and lower case alike)
кибер*                      every word that begins so
193?                        the years of a decade
өлтір-                      a Kazakh verb by its stem
"@detain человек"           a word of a shared class, then a word
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reading.marked_yaml import Marked

LANGUAGES = ("kk", "ru")
GAP_WORDS = 3
"""The most words that `...` skips."""

SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: the words that may be there, as written in the rule, and the gap allowed before it."""

    alternatives: tuple[str, ...]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term: `text` as written, in one language."""

    text: str
    language: str
    elements: tuple[Element, ...]

    @property
    def is_word(self) -> bool:
        return len(self.elements) == 1


Classes = dict[str, dict[str, tuple[str, ...]]]
"""Class name → language → words."""


def parse_pattern(source: Marked, *, language: str, classes: Classes, text: str = "") -> Pattern:
    """Read one term, or the given text in its place.

    Raises ConfigError for an empty term, an unknown class, a gap at an end, a prefix too short.
    """
    text = text or source.text()
    elements: list[Element] = []
    gap = 0
    for piece in text.split():
        if piece == "...":
            if not elements or gap:
                raise source.wrong("a gap `...` is written between two words")
            gap = GAP_WORDS
            continue
        elements.append(Element(_alternatives(piece, source, language=language, classes=classes), gap))
        gap = 0
    if not elements or gap:
        raise source.wrong("a term needs words, and a gap `...` a word after it")
    return Pattern(" ".join(text.split()), language, tuple(elements))


def parse_patterns(source: Marked, *, language: str, classes: Classes) -> tuple[Pattern, ...]:
    return tuple(parse_pattern(element, language=language, classes=classes) for element in source.elements())


def parse_by_language(source: Marked, *, classes: Classes) -> tuple[Pattern, ...]:
    """Read the patterns under the keys kk and ru."""
    fields = source.fields(LANGUAGES)
    return tuple(
        pattern
        for language, patterns in fields.items()
        for pattern in parse_patterns(patterns, language=language, classes=classes)
    )


def _alternatives(piece: str, source: Marked, *, language: str, classes: Classes) -> tuple[str, ...]:
    words: list[str] = []
    for word in piece.split("|"):
        if word.startswith("@"):
            words.extend(_class_words(word[1:], source, language=language, classes=classes))
        else:
            words.append(_checked(word, source, language=language))
    return tuple(dict.fromkeys(words))


def _class_words(name: str, source: Marked, *, language: str, classes: Classes) -> tuple[str, ...]:
    if name not in classes:
        raise source.wrong(f"no class is called @{name}", remedy=f"Known: {', '.join(sorted(classes))}")
    if not (words := classes[name].get(language, ())):
        raise source.wrong(f"class @{name} has no words in {language}")
    return words


def _checked(word: str, source: Marked, *, language: str) -> str:
    if word.endswith("?") and word[:-1].isdecimal():
        return word
    bare = word.removeprefix("=").removesuffix("*").removesuffix("-")
    if not bare.isalnum():
        raise source.wrong(f"{word!r} is no word", remedy="Write hyphenated words as two words.")
    if word.endswith("-") and language != "kk":
        raise source.wrong(f"{word!r} is a verb stem, and only Kazakh has these", remedy="Write the infinitive.")
    if word.endswith("*") and len(bare) < SHORTEST_PREFIX:
        raise source.wrong(f"{word!r} is too short a beginning", remedy=f"At least {SHORTEST_PREFIX} letters.")
    return word


def parse_classes(source: Marked) -> Classes:
    """Shared classes: name → kk and ru → words (no phrases)."""
    return {name: _one_class(value) for name, value in source.items()}


def _one_class(source: Marked) -> dict[str, tuple[str, ...]]:
    fields = source.fields(LANGUAGES)
    return {
        language: tuple(_checked(element.text(), element, language=language) for element in words.elements())
        for language, words in fields.items()
    }
