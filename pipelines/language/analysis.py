"""The analysis settings of the search engine: one analyzer for both languages, and `exact` for words as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.language.letters import CYRILLIC, one_alphabet
from pipelines.language.normalise import INVISIBLE, LOOK_ALIKES
from pipelines.language.numbers import SPELLINGS
from pipelines.language.related import Meaning
from pipelines.language.unknown import KAZAKH_DEVOICING, KAZAKH_ENDINGS, KAZAKH_FINAL_VOWEL, KAZAKH_WORD
from pipelines.language.word_lists import QUERY_FILLERS

LONGEST_REPAIR = 40
"""Letters looked at on either side of a look-alike: an engine's look-behind must end somewhere."""

GRAM = 4
"""Letters of a gram: what runs of four letters find is measured in decision 0019."""

BEGINNING = 4
"""Letters that words of one family share: in Kazakh all that is derived from a root begins with it (decision 0051)."""

MARK = "\ue000"
"""Put before a look-alike that is to be replaced: one filter finds these letters, another one replaces them."""

EDGE = "\ue001\ue001"
"""Put before each word that is cut into grams: the first ones then weigh more, for they hold the root."""


def render(dictionary: str, *, related: Sequence[Meaning] = (), near: Sequence[Meaning] = ()) -> dict[str, Any]:
    """Return the `analysis` part of the index settings; `dictionary` is the folder in config/hunspell.

    related: words with one meaning; a query for one finds the others (see pipelines.language.related).
    near: words near in meaning, which only put answers in order.

    `words`: known words become lemmas, which the dictionary prints in capitals; what is still lower case after it goes
    to the two ways of cutting an unknown word; a last lower-casing takes the mark off. Numbers are spelled in one way
    before (see pipelines.language.numbers). `exact`: surface forms, for
    wildcards, fuzzy queries and words as written. `grams`: runs of four letters in one alphabet (see
    `letters.one_alphabet`), for what the words do not find: Kazakh typed on a Russian keyboard or in Latin letters.
    `beginnings`: the first letters of words, which words derived from each other share; `typed_beginnings` adds those
    of words near in meaning, and leaves out the words that only ask. Only stock filters, the same in Elasticsearch 9
    and OpenSearch 3.

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
            "one_alphabet": {
                "type": "mapping",
                "mappings": [f"{one}=>{other}" for one, other in one_alphabet().items()],
            },
            "mark_words": {"type": "pattern_replace", "pattern": "[\\p{L}\\p{N}]+", "replacement": f"{EDGE}$0"},
            "mark_look_alikes": {"type": "pattern_replace", "pattern": _look_alike(), "replacement": f"{MARK}$0"},
            **{
                each.name: {"type": "pattern_replace", "pattern": each.pattern, "replacement": each.replacement}
                for each in SPELLINGS
            },
            "look_alikes": {
                "type": "mapping",
                "mappings": [f"{MARK}{chr(latin)}=>{chr(twin)}" for latin, twin in LOOK_ALIKES.items()],
            },
        },
        "tokenizer": {
            "four_letters": {
                "type": "ngram",
                "min_gram": GRAM,
                "max_gram": GRAM,
                "token_chars": ["letter", "digit", "custom"],
                "custom_token_chars": EDGE[0],
            },
        },
        "filter": {
            "lemmas": {"type": "hunspell", "locale": dictionary, "dedup": True},
            **({"related": _synonyms(related)} if related else {}),
            **({"near": _synonyms(near)} if near else {}),
            "fillers": {"type": "stop", "stopwords": sorted(QUERY_FILLERS)},
            "beginning": {"type": "truncate", "length": BEGINNING},
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
            "words": _analyzer((*WRITTEN, *NUMBERS), LEMMAS),
            "exact": _analyzer(WRITTEN, SURFACE),
            "grams": {
                "type": "custom",
                "char_filter": [*WRITTEN, "one_alphabet", "mark_words"],
                "tokenizer": "four_letters",
                "filter": ["lowercase"],
            },
            "beginnings": _analyzer(WRITTEN, BEGINNINGS),
            "typed_words": _analyzer((*TYPED, *NUMBERS), WIDENED if related else LEMMAS),
            "typed_exact": _analyzer(TYPED, SURFACE),
            "typed_beginnings": _analyzer(TYPED, NEAR if near else ASKED),
        },
    }


TEXT_FIELD: Mapping[str, Any] = {
    "type": "text",
    "analyzer": "words",
    "search_analyzer": "typed_words",
    "fields": {
        "exact": {"type": "text", "analyzer": "exact", "search_analyzer": "typed_exact"},
        "grams": {"type": "text", "analyzer": "grams", "index_options": "freqs"},
        "beginnings": {
            "type": "text",
            "analyzer": "beginnings",
            "search_analyzer": "typed_beginnings",
            "index_options": "freqs",
        },
    },
}
"""A field that is analysed so, for an index of one's own; config/search/mapping.json has the fields of ours."""

WRITTEN = ("normalise",)
TYPED = ("normalise", "mark_look_alikes", "look_alikes", "stress_marks", "normalise")
NUMBERS = tuple(each.name for each in SPELLINGS)
LEMMAS = ("lowercase", "lemmas", "unknown_words", "lowercase")
WIDENED = ("lowercase", "lemmas", "related", "unknown_words", "lowercase")
SURFACE = ("lowercase",)
BEGINNINGS = ("lowercase", "beginning")
ASKED = ("lowercase", "fillers", "lemmas", "lowercase", "beginning", "remove_duplicates")
NEAR = ("lowercase", "fillers", "lemmas", "near", "lowercase", "beginning", "remove_duplicates")


def _synonyms(groups: Sequence[Meaning]) -> dict[str, Any]:
    """Return the filter that adds the other words of a group.

    The engine takes the words of a group through the filters before it, so after `lemmas` they may be any forms.
    lenient: it cannot take a word with two lemmas as a synonym, and leaves it out.
    """
    return {"type": "synonym", "lenient": True, "synonyms": [", ".join(group) for group in groups]}


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
