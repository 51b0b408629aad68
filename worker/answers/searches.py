"""What a search found, as `--json` and the desk say it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from pipelines.search.answer import FoundArticle, SearchResult
from worker.answers.shapes import HitRow, MatchRow, SearchAnswer

NO_KEYS: Mapping[str, AbstractSet[str]] = MappingProxyType({})


def has_all_words(result: SearchResult) -> bool:
    """True if an article is what was asked for: `kuzet search … && notify` must not notify of what comes close."""
    return not result.relaxed and bool(result.hits or result.total)


def result_row(result: SearchResult, *, keys: Mapping[str, AbstractSet[str]] = NO_KEYS) -> SearchAnswer:
    """The stable answer of `kuzet search --json`. keys: typed word → its keys in the index, for an explanation."""
    facets = result.facets.items()
    return {
        "total": result.total,
        "texts": result.texts,
        "took_ms": result.took_ms,
        "hits": [hit_row(hit, keys=keys) for hit in result.hits],
        "facets": {name: [{"value": one.value, "count": one.count} for one in found] for name, found in facets},
        "histogram": [{"start": bucket.start, "count": bucket.count} for bucket in result.histogram],
        "next": result.next_after,
        "relaxed": result.relaxed,
        "did_you_mean": result.did_you_mean,
    }  # fmt: skip


def matches_of(hit: FoundArticle, keys: Mapping[str, AbstractSet[str]]) -> list[MatchRow]:
    """Return the matches of a hit under the words that were typed; none without an explanation."""
    return [
        {"word": _typed(match.key, keys), "key": match.key, "field": match.field, "score": match.score}
        for match in hit.matches
    ]


def _typed(key: str, keys: Mapping[str, AbstractSet[str]]) -> str:
    parts = set(key.split())
    return " ".join(word for word, known in keys.items() if not parts.isdisjoint(known))


def hit_row(hit: FoundArticle, *, keys: Mapping[str, AbstractSet[str]] = NO_KEYS) -> HitRow:
    highlights = {name: [part.html for part in parts] for name, parts in hit.highlights.items()}
    found = matches_of(hit, keys)
    return {"score": hit.score, **hit.document, "highlights": highlights, "matches": found, "reprints": hit.reprints}
