"""Why an article was found: which key of which word matched in which field, read out of the engine's explanation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

GRAMS = ".grams"
"""Ending of the fields whose keys are runs of letters; they are shown as one match."""

OR = " / "

_WEIGHT = re.compile(r"^weight\((?P<terms>.*) in \d+\)")
_TERM = re.compile(r"(?P<field>[a-z_]+(?:\.[a-z_]+)*):(?P<key>\"[^\"]*\"|[^\s\")]+)")


@dataclass(frozen=True, slots=True)
class Match:
    """`key`: what the index has, a lemma, a form or a run of letters; `score`: what it adds, on the engine's scale.

    Related words are one key to the engine: they are joined by OR, and the article has one of them at least.
    """

    field: str
    key: str
    score: float


def read_matches(explanation: Mapping[str, Any]) -> tuple[Match, ...]:
    """Return the matches of a hit, the heaviest first.

    explanation: `_explanation` of a hit. Elasticsearch and OpenSearch have it from Lucene in the same words.
    """
    scores: dict[tuple[str, str], float] = defaultdict(float)
    letters: dict[str, list[str]] = defaultdict(list)
    for field, key, score in _weights(explanation):
        if field.endswith(GRAMS):
            letters[field].append(key)
            scores[field, ""] += score
        else:
            scores[field, key] = max(score, scores[field, key])
    found = [Match(field, key or " ".join(letters[field]), round(score, 3)) for (field, key), score in scores.items()]
    return tuple(sorted(found, key=lambda match: (-match.score, match.field, match.key)))


def _weights(part: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    if weight := _WEIGHT.match(part["description"]):
        terms = [(term["field"], term["key"].strip('"')) for term in _TERM.finditer(weight["terms"])]
        for field, keys in groupby(sorted(terms), key=itemgetter(0)):
            yield field, OR.join(key for _, key in keys), part["value"]
        return
    for inner in part.get("details", ()):
        yield from _weights(inner)
