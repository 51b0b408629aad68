"""The search engine's side: one analyzer for both languages, `exact` beside it."""

from __future__ import annotations

from typing import Any

from pipelines.language.normalise import INVISIBLE
from pipelines.language.unknown import KAZAKH_DEVOICING, KAZAKH_ENDINGS, KAZAKH_FINAL_VOWEL


def render(dictionary: str) -> dict[str, Any]:
    """Return the `analysis` part of the index settings; `dictionary` is the folder in config/hunspell.

    `words`: known words become lemmas, which the dictionary prints in capitals; what is still lower case after it goes
    to the two ways of cutting an unknown word; a last lower-casing takes the mark off. `exact`: surface forms, for
    wildcards, fuzzy queries and words as written. Only stock filters, the same in Elasticsearch 9 and OpenSearch 3.
    """
    kazakh = {
        "kazakh_endings": _replace(KAZAKH_ENDINGS, "$1"),
        "kazakh_final_vowel": _replace(KAZAKH_FINAL_VOWEL, "$1"),
        **{f"kazakh_final_{last}": _replace(voiced, last) for voiced, last in KAZAKH_DEVOICING.items()},
    }
    return {
        "char_filter": {"normalise": {"type": "mapping", "mappings": _mappings()}},
        "filter": {
            "lemmas": {"type": "hunspell", "locale": dictionary, "dedup": True},
            **kazakh,
            "russian_endings": {"type": "stemmer", "language": "russian"},
            "unknown_words": {
                "type": "multiplexer",
                "preserve_original": False,
                "filters": [", ".join(kazakh), "russian_endings"],
            },
        },
        "analyzer": {
            "words": _analyzer("lowercase", "lemmas", "unknown_words", "lowercase"),
            "exact": _analyzer("lowercase"),
        },
    }


def _replace(pattern: str, replacement: str) -> dict[str, Any]:
    return {"type": "pattern_replace", "pattern": pattern, "replacement": replacement, "all": False}


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"type": "custom", "char_filter": ["normalise"], "tokenizer": "standard", "filter": list(filters)}


def _mappings() -> list[str]:
    """Compose й and ё, join ё with е, drop what is invisible. Look-alikes are repaired before indexing."""
    composed = ["и\\u0306=>й", "И\\u0306=>Й", "е\\u0308=>е", "Е\\u0308=>Е", "ё=>е", "Ё=>Е"]
    return [*composed, *(f"\\u{ord(character):04x}=>" for character in INVISIBLE)]
