"""The engine's answer to a search → SearchResult."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from pipelines.models import IndexDocument
from pipelines.search.body import MARK, UNMARK
from pipelines.search.clauses import Json
from pipelines.search.cursor import next_cursor
from pipelines.search.matched import Match, read_matches
from pipelines.search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of a highlight; `hit` is True for the words that were searched for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Highlight:
    """One fragment of title or body, with the letters of the document. The caller escapes it for its own output."""

    pieces: tuple[Piece, ...]

    @property
    def html(self) -> str:
        return "".join(
            f"{MARK}{html.escape(piece.text)}{UNMARK}" if piece.hit else html.escape(piece.text)
            for piece in self.pieces
        )

    def __str__(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Reprint:
    article_id: str
    source: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """`reprints`: how many more articles have this text; `reprinted_by`: the first of them.

    matches: the keys that matched, where the request asks for an explanation.
    """

    article_id: str
    score: float | None
    document: IndexDocument
    highlights: Mapping[str, tuple[Highlight, ...]]
    reprints: int = 0
    reprinted_by: tuple[Reprint, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Bucket:
    start: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """`total` counts articles, `texts` counts them without reprints. `partial`: a part of the index did not answer.

    relaxed: no article has all words, so these have most. did_you_mean: the query with words that the index has.
    """

    total: int
    texts: int
    hits: tuple[FoundArticle, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    histogram: tuple[Bucket, ...]
    interval: str
    took_ms: int
    next_after: str
    partial: bool = False
    relaxed: bool = False
    did_you_mean: str = ""


def read_search(answer: Mapping[str, Any], *, request: SearchRequest, now: datetime) -> SearchResult:
    """Return the engine's answer as a SearchResult. `request` and `now` are those the body was built from."""
    found = answer["hits"]
    aggs = {name: _values(counted) for name, counted in answer.get("aggregations", {}).items()}
    histogram = aggs.get("histogram", {})
    return SearchResult(
        total=int(found["total"]["value"]),
        texts=aggs["texts"]["value"] if "texts" in aggs else len(found["hits"]),
        hits=tuple(_found(hit) for hit in found["hits"]),
        facets={name: _facet(aggs[name]) for name in request.facets if name in aggs},
        histogram=tuple(Bucket(b["key_as_string"], b["doc_count"]) for b in histogram.get("buckets", ())),
        interval=histogram.get("interval", ""),
        took_ms=answer["took"],
        next_after=next_cursor(request, hits=found["hits"], now=now),
        partial=bool(answer.get("timed_out") or answer["_shards"]["failed"]),
        did_you_mean=_did_you_mean(answer.get("suggest", {}).get("words", ())),
    )


def collapsed_values(result: SearchResult, field: str) -> list[str]:
    """Return what the hits have in the field that they are collapsed by, each value once."""
    return list(dict.fromkeys(value for hit in result.hits if (value := str(hit.document.get(field, "")))))


def with_others(result: SearchResult, answer: Mapping[str, Any], *, field: str) -> SearchResult:
    """Return a result whose hits name the articles behind them: the answer to `build_others`."""
    groups = {bucket["key"]: bucket for bucket in answer["aggregations"]["others"]["buckets"]}
    hits = (_with_its_others(hit, groups.get(str(hit.document.get(field, "")))) for hit in result.hits)
    return replace(result, hits=tuple(hits))


def _with_its_others(hit: FoundArticle, group: Json | None) -> FoundArticle:
    if group is None:
        return hit
    listed = [one for one in group["first"]["hits"]["hits"] if one["_id"] != hit.article_id]
    others = tuple(Reprint(one["_source"]["id"], one["_source"]["source"], one["_source"]["url"]) for one in listed)
    return replace(hit, reprints=group["doc_count"] - 1, reprinted_by=others)


def _values(counted: Json) -> Json:
    """Return what was counted, be it under filters or not."""
    values: Json = counted.get("values", counted)
    return values


def _did_you_mean(words: Iterable[Json]) -> str:
    """Return the words, each that has a suggestion replaced by it; empty when none has."""
    listed = list(words)
    if not any(word["options"] for word in listed):
        return ""
    return " ".join(word["options"][0]["text"] if word["options"] else word["text"] for word in listed)


def _found(hit: Json) -> FoundArticle:
    score = hit.get("_score")
    return FoundArticle(
        article_id=hit["_id"],
        score=None if score is None or math.isnan(score) else score,
        document=cast("IndexDocument", hit.get("_source", {})),
        highlights=_highlights(hit.get("highlight", {})),
        matches=read_matches(hit["_explanation"]) if "_explanation" in hit else (),
    )


def _highlights(found: Mapping[str, list[str]]) -> dict[str, tuple[Highlight, ...]]:
    """Return the fragments of title and body; those in Cyrillic where a text in Latin letters was found by them."""
    read = {name: tuple(map(_read_highlight, parts)) for name, parts in found.items()}
    in_cyrillic = read.pop("cyrillic.body", ())
    return read | ({"body": in_cyrillic} if in_cyrillic else {})


def _read_highlight(fragment: str) -> Highlight:
    parts = re.split(f"({MARK}|{UNMARK})", fragment)
    pieces: list[Piece] = []
    hit = False
    for part in parts:
        if part in (MARK, UNMARK):
            hit = part == MARK
        elif part:
            pieces.append(Piece(html.unescape(part), hit))
    return Highlight(tuple(pieces))


def _facet(values: Json) -> tuple[FacetValue, ...]:
    buckets = values["buckets"]
    if isinstance(buckets, dict):
        counted = [FacetValue(name, bucket["doc_count"]) for name, bucket in buckets.items() if bucket["doc_count"]]
        return tuple(sorted(counted, key=lambda value: (-value.count, value.value)))
    return tuple(FacetValue(str(bucket["key"]), bucket["doc_count"]) for bucket in buckets)
