"""A search request → the body that the engine is sent, the same for both engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pipelines.errors import QueryError
from pipelines.language.detect import detect
from pipelines.language.hunspell import LANGUAGES
from pipelines.search.clauses import STEMS, Json, asked_clause, instant, keyword_clause, loose_clause
from pipelines.search.cursor import read_cursor
from pipelines.search.fields import FIELDS, figure_names
from pipelines.search.request import FACETS, FILTERS, MAX_SIZE, Breadth, SearchRequest, Sort
from pipelines.search.text import Node, plain_words, read_query, typed_words
from pipelines.time_zone import OFFSET

FACET_SIZE = 20
OTHERS = 5
"""Articles with the text of a hit that are named; the others are counted."""
OWN_LANGUAGE = 2
"""What the language of the query adds to the weight 1 of every article (decision 0019)."""

_LONG = ["body", "tags", "cyrillic"]
"""What a list of hits does not need."""

MARK, UNMARK = "<mark>", "</mark>"
"""What the engine puts around a hit in a highlight."""


def build_search(request: SearchRequest, *, now: datetime) -> Json:
    """Build the search body. `now` is what «newer» is measured from; later pages go on with the first page's.

    Filters are applied after the facets are counted, and each facet is counted under all filters but its own, so that
    it shows what another choice would bring. Raises QueryError for what cannot be asked.
    """
    _check(request)
    cursor = read_cursor(request)
    asked = read_query(request.text)
    moment = cursor.now or now
    body: Json = {
        "query": _scored(asked, request=replace(request, breadth=cursor.breadth), now=moment),
        "size": request.size,
        "track_total_hits": True,
        "_source": True if request.whole else {"excludes": _LONG},
        "sort": _sorting(request.sort),
        "aggs": _aggregations(request),
        **cursor.position,
    }
    if filters := _filters(request.filters):
        body["post_filter"] = _all_of(filters.values())
    if request.explain:
        body["explain"] = True
    if field := collapsed_by(request):
        body["collapse"] = {"field": field}
    if request.highlight and asked:
        body["highlight"] = _highlight(asked, now=moment)
    if cursor.breadth is Breadth.MOST and (words := typed_words(asked)):
        body["suggest"] = _suggestions(words)
    return body


def collapsed_by(request: SearchRequest) -> str:
    """Return the field of which each value is shown once; empty when every article is shown."""
    return "story" if request.by_story else "same_text" if request.collapse else ""


def build_others(request: SearchRequest, values: Iterable[str], *, now: datetime) -> Json:
    """Build the search for the articles behind the hits of a page: those that have one of their collapsed values.

    Asked in one search of its own: the engine's inner hits ask as many as the page has hits.
    """
    field, cursor, listed = collapsed_by(request), read_cursor(request), list(values)
    wanted = loose_clause if cursor.breadth is Breadth.MOST else asked_clause
    asked = wanted(read_query(request.text), now=cursor.now or now)
    narrowed = [*_bounds(request), *_filters(request.filters).values(), {"terms": {field: listed}}]
    first = {"size": OTHERS, "_source": ["id", "source", "url"], "sort": [{"published_at": "asc"}, {"id": "asc"}]}
    counted = {"terms": {"field": field, "size": len(listed)}, "aggs": {"first": {"top_hits": first}}}
    return {"query": {"bool": {"filter": [asked, *narrowed]}}, "size": 0, "aggs": {"others": counted}}


def build_selection(request: SearchRequest, *, now: datetime) -> Json:
    """Build the bare query of a request, filters included: for counting, exporting and scanning."""
    clauses = [asked_clause(read_query(request.text), now=now), *_bounds(request), *_filters(request.filters).values()]
    return {"query": {"bool": {"filter": clauses}}}


def build_similar(article_id: str, *, index: str, same_text: str = "", size: int = 10) -> Json:
    """Build the search for texts that share the characteristic words of an article."""
    like = {
        "fields": ["title", "body", "cyrillic.title", "cyrillic.body"],
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
        "_source": {"excludes": _LONG},
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
    wanted = loose_clause if request.breadth is Breadth.MOST else asked_clause
    clauses: Json = {"must": [wanted(asked, now=now)], "filter": _bounds(request)}
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
            "functions": [{"weight": 1}, fresh, *_own_language(asked)],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def _own_language(asked: Node) -> list[Json]:
    """Weigh articles in the language of the query: related words bring those in the other one, which come after."""
    language = detect(" ".join(typed_words(asked))).language
    return [{"filter": {"term": {"language": language}}, "weight": OWN_LANGUAGE}] if language in LANGUAGES else []


def _bounds(request: SearchRequest) -> list[Json]:
    """Return what holds for every article and every facet: the period, and fields that must be there."""
    ends: Json = {}
    if request.since:
        ends["gte"] = instant(request.since)
    if request.until:
        ends["lt"] = instant(request.until)
    needed = [name for name, is_needed in (("story", request.by_story), ("topics", request.with_topic)) if is_needed]
    fields: list[Json] = [{"exists": {"field": name}} for name in needed]
    return [*fields, *([{"range": {"published_at": ends}}] if ends else [])]


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
    """Count under every filter but the facet's own; without one directly, which the engine has quicker ways for."""
    others = [clause for path, clause in clauses.items() if path != own]
    return {"filter": _all_of(others), "aggs": {"values": counted}} if others else counted


def _all_of(clauses: Iterable[Json]) -> Json:
    return {"bool": {"filter": list(clauses)}}


def _sorting(sort: Sort) -> list[Json]:
    """Sort so that pages join: the id comes last, for it is the same on every engine, and no two articles share it."""
    newest: list[Json] = [{"published_at": "desc"}, {"id": "asc"}]
    return [{"_score": "desc"}, *newest] if sort is Sort.RELEVANCE else newest


_TEXTS: Json = {"cardinality": {"field": "same_text", "precision_threshold": 4000}}


def _suggestions(words: Iterable[str]) -> Json:
    """Ask for the nearest word of the index in place of each word that no article has."""
    near = {"field": "body.exact", "suggest_mode": "missing", "max_edits": 2, "prefix_length": 1, "size": 1}
    return {"text": " ".join(words), "words": {"term": near}}


def _highlight(asked: Node, *, now: datetime) -> Json:
    """Stems light up every form. Escaped by the engine, so that no text can bring a mark of its own."""
    return {
        "encoder": "html",
        "pre_tags": [MARK],
        "post_tags": [UNMARK],
        "type": "unified",
        "highlight_query": asked_clause(asked, now=now),
        "fields": {
            "title": {"number_of_fragments": 0},
            "body": {"number_of_fragments": 3, "fragment_size": 160, "no_match_size": 160},
            "cyrillic.body": {"number_of_fragments": 3, "fragment_size": 160},
        },
    }
