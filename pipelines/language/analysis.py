"""The analysis settings of the search engine: one analyzer for both languages, and `exact` for words as written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.language.letters import CYRILLIC
from pipelines.language.normalise import INVISIBLE, LOOK_ALIKES
from pipelines.language.unknown import KAZAKH_DEVOICING, KAZAKH_ENDINGS, KAZAKH_FINAL_VOWEL, KAZAKH_WORD

LONGEST_REPAIR = 40
"""Letters looked at on either side of a look-alike: an engine's look-behind must end somewhere."""

MARK = "\ue000"
"""Put before a look-alike that is to be replaced: one filter finds these letters, another one replaces them."""


def render(dictionary: str) -> dict[str, Any]:
    """Return the `analysis` part of the index settings; `dictionary` is the folder in config/hunspell.

    `words`: known words become lemmas, which the dictionary prints in capitals; what is still lower case after it goes
    to the two ways of cutting an unknown word; a last lower-casing takes the mark off. `exact`: surface forms, for
    wildcards, fuzzy queries and words as written. Only stock filters, the same in Elasticsearch 9 and OpenSearch 3.

    Articles are repaired before they are indexed, queries are not: `typed_words` and `typed_exact` do the same after
    the repairs of `normalise.repair`, so that a query finds what it shows wherever it was typed.
    """
    kazakh = {
        "kazakh_endings": _replace(KAZAKH_ENDINGS, "$1"),
        "kazakh_final_vowel": _replace(KAZAKH_FINAL_VOWEL, "$1"),
        **{f"kazakh_final_{last}": _replace(voiced, last) for voiced, last in KAZAKH_DEVOICING.items()},
    }
    return {
        "char_filter": {
            "normalise": {"type": "mapping", "mappings": _mappings()},
            "stress_marks": {"type": "pattern_replace", "pattern": f"(?<=[{CYRILLIC}])\\u0301", "replacement": ""},
            "mark_look_alikes": {"type": "pattern_replace", "pattern": _look_alike(), "replacement": f"{MARK}$0"},
            "look_alikes": {
                "type": "mapping",
                "mappings": [f"{MARK}{chr(latin)}=>{chr(twin)}" for latin, twin in LOOK_ALIKES.items()],
            },
        },
        "filter": {
            "lemmas": {"type": "hunspell", "locale": dictionary, "dedup": True},
            **kazakh,
            "kazakh_words": {"type": "keyword_marker", "keywords_pattern": KAZAKH_WORD},
            "russian_endings": {"type": "stemmer", "language": "russian"},
            "unknown_words": {
                "type": "multiplexer",
                "preserve_original": False,
                "filters": [", ".join(kazakh), "kazakh_words, russian_endings"],
            },
        },
        "analyzer": {
            "words": _analyzer(WRITTEN, LEMMAS),
            "exact": _analyzer(WRITTEN, SURFACE),
            "typed_words": _analyzer(TYPED, LEMMAS),
            "typed_exact": _analyzer(TYPED, SURFACE),
        },
    }


WRITTEN = ("normalise",)
TYPED = ("normalise", "mark_look_alikes", "look_alikes", "stress_marks", "normalise")
LEMMAS = ("lowercase", "lemmas", "unknown_words", "lowercase")
SURFACE = ("lowercase",)


def _replace(pattern: str, replacement: str) -> dict[str, Any]:
    return {"type": "pattern_replace", "pattern": pattern, "replacement": replacement, "all": False}


def _analyzer(char_filters: Sequence[str], filters: Sequence[str]) -> dict[str, Any]:
    return {"type": "custom", "char_filter": [*char_filters], "tokenizer": "standard", "filter": [*filters]}


def _look_alike() -> str:
    """Return the engine's pattern for a Latin letter in a word that holds a Cyrillic one and no other Latin ones.

    The words are those of `normalise.repair`, hyphen parts apart. In words of more than LONGEST_REPAIR letters those in
    the middle stay as they are.
    """
    twins = "".join(map(chr, LOOK_ALIKES))
    other_latin = f"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff&&[^{twins}]]"
    part = "\\p{L}\\p{N}\u0300-\u036f"
    shown = f"[{part}&&[^{other_latin}]]{{0,{LONGEST_REPAIR}}}"
    whole = f"(?<=(?:^|[^{part}]){shown})(?={shown}(?:[^{part}]|$))"
    cyrillic = f"(?:(?<=[{CYRILLIC}]{shown})|(?={shown}[{CYRILLIC}]))"
    return f"{whole}{cyrillic}[{twins}]"


def _mappings() -> list[str]:
    """Compose й and ё, join ё with е, drop what is invisible."""
    composed = ["и\\u0306=>й", "И\\u0306=>Й", "е\\u0308=>е", "Е\\u0308=>Е", "ё=>е", "Ё=>Е"]
    return [*composed, *(f"\\u{ord(character):04x}=>" for character in INVISIBLE)]
