"""A search request → the body the engine is sent, the same for both engines, and its answer → SearchResult."""

from __future__ import annotations

import base64
import binascii
import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipelines.errors import QueryError
from pipelines.search.clauses import STEMS, Json, asked_clause, instant, keyword_clause
from pipelines.search.fields import FIELDS, figure_names
from pipelines.search.text import Node, plain_words, read_query
from pipelines.time_zone import OFFSET

MAX_SIZE = 500
MAX_WINDOW = 10_000
"""`index.max_result_window`: how deep pages of collapsed results go; uncollapsed ones have no end."""

FACETS = {
    "topic": "topics",
    "severity": "severity",
    "region": "regions",
    "source": "source",
    "language": "language",
    "person": "persons",
    "organisation": "organisations",
    "context": "contexts",
    "figure": "figures",
}
"""Name of a facet → its field. `figure` is asked by kind: does the article have such a figure."""

FILTERS = FACETS | {"place": "places", "family": "family", "feed": "feed", "rule": "rules"}
FACET_SIZE = 20

_MARK, _UNMARK = "<mark>", "</mark>"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What a person asks for.

    text: in the language of pipelines.search.text. filters: facet name (or its field) → values, any of which will do.
    since (inclusive) and until (exclusive): time of publication. after: `next_after` of the page before.
    collapse: one hit for all reprints of a text. recency: newer above older where relevance is alike.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = Sort.RELEVANCE
    size: int = 20
    after: str = ""
    facets: tuple[str, ...] = tuple(FACETS)
    histogram: bool = True
    highlight: bool = True
    collapse: bool = True
    recency: bool = True
    whole: bool = False
    """Documents with body and explanation."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of a highlight; `hit`: it is what was searched."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Highlight:
    """One fragment of title or body, its letters as in the document: whoever prints it escapes it for where it goes."""

    pieces: tuple[Piece, ...]

    @property
    def html(self) -> str:
        return "".join(
            f"{_MARK}{html.escape(piece.text)}{_UNMARK}" if piece.hit else html.escape(piece.text)
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
class Hit:
    """`reprints`: how many more articles have this text; `reprinted_by`: the first of them."""

    article_id: str
    score: float | None
    document: Mapping[str, Any]
    highlights: Mapping[str, tuple[Highlight, ...]]
    reprints: int = 0
    reprinted_by: tuple[Reprint, ...] = ()


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
    """`total` counts articles, `texts` counts them without reprints. `partial`: a part of the index did not answer."""

    total: int
    texts: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    histogram: tuple[Bucket, ...]
    interval: str
    took_ms: int
    next_after: str
    partial: bool = False


# ---------------------------------------------------------------- request → body


def build_search(request: SearchRequest, *, now: datetime) -> Json:
    """Build the search body. `now` is what «newer» is measured from; later pages go on with the first page's.

    Filters are applied after the facets are counted, and each facet is counted under all filters but its own, so that
    it shows what another choice would bring. Raises QueryError for what cannot be asked.
    """
    _check(request)
    cursor = _read_cursor(request)
    asked = read_query(request.text)
    moment = cursor.now or now
    body: Json = {
        "query": _scored(asked, request=request, now=moment),
        "size": request.size,
        "track_total_hits": True,
        "_source": True if request.whole else {"excludes": ["body", "tags"]},
        "sort": _sorting(request.sort),
        "aggs": _aggregations(request),
        **cursor.position,
    }
    if filters := _filters(request.filters):
        body["post_filter"] = _all_of(filters.values())
    if request.collapse:
        body["collapse"] = _COLLAPSE
    if request.highlight and asked:
        body["highlight"] = _highlight(asked, now=moment)
    return body


def build_selection(request: SearchRequest, *, now: datetime) -> Json:
    """Build the bare query of a request, filters included: for counting, exporting and scanning."""
    clauses = [asked_clause(read_query(request.text), now=now), *_period(request), *_filters(request.filters).values()]
    return {"query": {"bool": {"filter": clauses}}}


def build_similar(article_id: str, *, index: str, same_text: str = "", size: int = 10) -> Json:
    """«More like this»: other texts that share an article's telling words."""
    like = {
        "fields": ["title", "body"],
        "like": [{"_index": index, "_id": article_id}],
        "min_term_freq": 1,
        "min_doc_freq": 2,
        "max_query_terms": 40,
        "minimum_should_match": "25%",
    }
    reprints = [{"term": {"same_text": same_text}}] if same_text else []
    return {
        "query": {"bool": {"must": [{"more_like_this": like}], "must_not": reprints}},
        "size": size,
        "track_total_hits": True,
        "_source": {"excludes": ["body", "tags"]},
        "sort": _sorting(Sort.RELEVANCE),
        "collapse": {"field": "same_text"},
        "aggs": {"texts": _under({}, "", _TEXTS)},
    }


def _check(request: SearchRequest) -> None:
    if not 0 <= request.size <= MAX_SIZE:
        raise QueryError("the request", f"asks for {request.size} hits", remedy=f"Ask for 0 to {MAX_SIZE}.")
    for name in request.facets:
        if name not in FACETS:
            raise QueryError("the request", f"there is no facet {name!r}", remedy=f"Facets: {', '.join(FACETS)}.")


def _scored(asked: Node | None, *, request: SearchRequest, now: datetime) -> Json:
    clauses: Json = {"must": [asked_clause(asked, now=now)], "filter": _period(request)}
    words = plain_words(asked)
    if len(words) > 1:
        near = {"query": " ".join(words), "fields": [*STEMS], "type": "phrase", "slop": 4}
        clauses["should"] = [{"multi_match": near | {"boost": 0.5}}]
    query: Json = {"bool": clauses}
    if asked is None or not request.recency or request.sort is not Sort.RELEVANCE:
        return query
    fresh = {"exp": {"published_at": {"origin": instant(now), "scale": "5d", "offset": "1d"}}, "weight": 0.25}
    return {
        "function_score": {
            "query": query,
            "functions": [{"weight": 1}, fresh],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def _period(request: SearchRequest) -> list[Json]:
    ends: Json = {}
    if request.since:
        ends["gte"] = instant(request.since)
    if request.until:
        ends["lt"] = instant(request.until)
    return [{"range": {"published_at": ends}}] if ends else []


def _filters(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, Json]:
    """Field → its clause: any of the values will do."""
    clauses: dict[str, Json] = {}
    for name, values in chosen.items():
        path = FILTERS.get(name, name)
        if path not in FILTERS.values():
            raise QueryError("the request", f"there is no filter {name!r}", remedy=f"Filters: {', '.join(FILTERS)}.")
        if values:
            options = [_figure(value) if path == "figures" else keyword_clause(path, value) for value in values]
            clauses[path] = {"bool": {"should": options, "minimum_should_match": 1}}
    return clauses


def _figure(kind: str) -> Json:
    known = FIELDS.get(f"figures.{kind}")
    if known is None:
        raise QueryError("the request", f"there is no figure {kind!r}", remedy=f"Figures: {', '.join(figure_names())}.")
    return {"exists": {"field": known.path}}


def _aggregations(request: SearchRequest) -> Json:
    clauses = _filters(request.filters)
    aggs: Json = {"texts": _under(clauses, "", _TEXTS)}
    for name in request.facets:
        aggs[name] = _under(clauses, FACETS[name], _counted(FACETS[name]))
    if request.histogram:
        dates = {"field": "observed_at", "buckets": 30, "time_zone": OFFSET}
        aggs["histogram"] = _under(clauses, "", {"auto_date_histogram": dates})
    return aggs


def _counted(path: str) -> Json:
    if path == "figures":
        return {"filters": {"filters": {name: {"exists": {"field": f"figures.{name}"}} for name in figure_names()}}}
    return {"terms": {"field": path, "size": FACET_SIZE, "order": [{"_count": "desc"}, {"_key": "asc"}]}}


def _under(clauses: Mapping[str, Json], own: str, counted: Json) -> Json:
    """Count under every filter but the facet's own."""
    others = [clause for path, clause in clauses.items() if path != own]
    return {"filter": _all_of(others), "aggs": {"values": counted}}


def _all_of(clauses: Iterable[Json]) -> Json:
    listed = list(clauses)
    return {"bool": {"filter": listed}} if listed else {"match_all": {}}


def _sorting(sort: Sort) -> list[Json]:
    """Sort so that pages join: the id comes last, for it is the same on every engine, and no two articles share it."""
    newest: list[Json] = [{"published_at": "desc"}, {"id": "asc"}]
    return [{"_score": "desc"}, *newest] if sort is Sort.RELEVANCE else newest


_TEXTS: Json = {"cardinality": {"field": "same_text", "precision_threshold": 4000}}
_COLLAPSE: Json = {
    "field": "same_text",
    "inner_hits": {
        "name": "reprints",
        "size": 5,
        "_source": ["id", "source", "url"],
        "sort": [{"published_at": "asc"}, {"id": "asc"}],
    },
}


def _highlight(asked: Node, *, now: datetime) -> Json:
    """Stems light up every form. Escaped by the engine, so that no text can bring a mark of its own."""
    return {
        "encoder": "html",
        "pre_tags": [_MARK],
        "post_tags": [_UNMARK],
        "type": "unified",
        "highlight_query": asked_clause(asked, now=now),
        "fields": {
            "title": {"number_of_fragments": 0},
            "body": {"number_of_fragments": 3, "fragment_size": 160, "no_match_size": 160},
        },
    }


# ---------------------------------------------------------------- cursor


@dataclass(frozen=True, slots=True)
class _Cursor:
    now: datetime | None
    position: Json


def _read_cursor(request: SearchRequest) -> _Cursor:
    if not request.after:
        return _Cursor(None, {})
    try:
        packed = json.loads(base64.urlsafe_b64decode(request.after.encode("ascii")))
        moment = datetime.fromisoformat(packed["now"])
        if request.collapse:
            return _Cursor(moment, {"from": _within_window(packed["offset"], request.size)})
        return _Cursor(moment, {"search_after": list(packed["after"])})
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise QueryError("the page mark", "it is none of this search", remedy="Start with the first page.") from error


def _within_window(offset: int, size: int) -> int:
    if offset < 0 or offset + size > MAX_WINDOW:
        raise QueryError(
            "the request",
            f"pages of collapsed results end after {MAX_WINDOW} texts",
            remedy="Narrow the search, export it, or ask for every reprint.",
        )
    return offset


def _next_cursor(request: SearchRequest, *, hits: list[Json], now: datetime) -> str:
    """Empty after the last page. Scores fade with time, so all pages of a search share the first page's `now`."""
    if not request.size or len(hits) < request.size:
        return ""
    cursor = _read_cursor(request)
    packed: Json = {"now": (cursor.now or now).isoformat()}
    if request.collapse:
        packed["offset"] = cursor.position.get("from", 0) + len(hits)
    else:
        packed["after"] = hits[-1]["sort"]
    return base64.urlsafe_b64encode(json.dumps(packed).encode()).decode("ascii")


# ---------------------------------------------------------------- answer → result


def read_search(answer: Mapping[str, Any], *, request: SearchRequest, now: datetime) -> SearchResult:
    """Tell the engine's answer in our words. `request` and `now` are those the body was built from."""
    found = answer["hits"]
    aggs = answer.get("aggregations", {})
    histogram = aggs.get("histogram", {}).get("values", {})
    return SearchResult(
        total=_total(found, aggs),
        texts=aggs["texts"]["values"]["value"] if "texts" in aggs else len(found["hits"]),
        hits=tuple(_hit(hit) for hit in found["hits"]),
        facets={name: _facet(aggs[name]["values"]) for name in request.facets if name in aggs},
        histogram=tuple(Bucket(b["key_as_string"], b["doc_count"]) for b in histogram.get("buckets", ())),
        interval=histogram.get("interval", ""),
        took_ms=answer["took"],
        next_after=_next_cursor(request, hits=found["hits"], now=now),
        partial=bool(answer.get("timed_out") or answer["_shards"]["failed"]),
    )


def _total(found: Json, aggs: Json) -> int:
    """Hits are counted after the filters; so is `texts`, which also says how many articles it looked at."""
    return int(found["total"]["value"] if "total" in found else aggs["texts"]["doc_count"])


def _hit(hit: Json) -> Hit:
    same = hit.get("inner_hits", {}).get("reprints", {}).get("hits")
    others = [one["_source"] for one in same["hits"] if one["_id"] != hit["_id"]] if same else []
    score = hit.get("_score")
    return Hit(
        article_id=hit["_id"],
        score=None if score is None or math.isnan(score) else score,
        document=hit.get("_source", {}),
        highlights={name: tuple(map(_read_highlight, parts)) for name, parts in hit.get("highlight", {}).items()},
        reprints=same["total"]["value"] - 1 if same else 0,
        reprinted_by=tuple(Reprint(one["id"], one["source"], one["url"]) for one in others),
    )


def _read_highlight(fragment: str) -> Highlight:
    parts = re.split(f"({_MARK}|{_UNMARK})", fragment)
    pieces: list[Piece] = []
    hit = False
    for part in parts:
        if part in (_MARK, _UNMARK):
            hit = part == _MARK
        elif part:
            pieces.append(Piece(html.unescape(part), hit))
    return Highlight(tuple(pieces))


def _facet(values: Json) -> tuple[FacetValue, ...]:
    buckets = values["buckets"]
    if isinstance(buckets, dict):
        counted = [FacetValue(name, bucket["doc_count"]) for name, bucket in buckets.items() if bucket["doc_count"]]
        return tuple(sorted(counted, key=lambda value: (-value.count, value.value)))
    return tuple(FacetValue(str(bucket["key"]), bucket["doc_count"]) for bucket in buckets)
