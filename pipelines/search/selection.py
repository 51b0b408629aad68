"""Which of some known articles a request selects: one question for many ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipelines.search.body import build_selection
from pipelines.search.clauses import Json
from pipelines.search.request import SearchRequest

SELECTED = "selected"


def build_selected(article_ids: Sequence[str], request: SearchRequest, *, now: datetime) -> Json:
    """Ask for these articles, and mark those that the request selects. Articles not yet searchable are not answered."""
    chosen = build_selection(request, now=now)["query"]["bool"]
    return {
        "query": {
            "bool": {
                "filter": [{"ids": {"values": [*article_ids]}}],
                "should": [{"bool": {**chosen, "_name": SELECTED}}],
            }
        },
        "size": len(article_ids),
        "_source": False,
    }


def build_selected_by(article_ids: Sequence[str], requests: Mapping[str, SearchRequest], *, now: datetime) -> Json:
    """Ask for these articles, and for each request which of them it selects.

    Counting is quicker than named queries: a query is run once over all articles, not anew for each hit.
    """
    asked: Json = {"query": {"ids": {"values": [*article_ids]}}, "size": len(article_ids), "_source": False}
    if requests:
        chosen = {name: build_selection(request, now=now)["query"] for name, request in requests.items()}
        which = {"ids": {"terms": {"field": "id", "size": len(article_ids)}}}
        asked["aggs"] = {SELECTED: {"filters": {"filters": chosen}, "aggs": which}}
    return asked


def read_selected_by(answer: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return id → names of the requests that select it, for each article that is searchable."""
    names: dict[str, set[str]] = {hit["_id"]: set() for hit in answer["hits"]["hits"]}
    counted = answer.get("aggregations", {}).get(SELECTED, {"buckets": {}})["buckets"]
    for name, found in counted.items():
        for bucket in found["ids"]["buckets"]:
            names.setdefault(bucket["key"], set()).add(name)
    return {article_id: frozenset(found) for article_id, found in names.items()}


def read_selected(hits: Iterable[Mapping[str, object]]) -> dict[str, bool]:
    """Return id → whether the request selects it, for each article that is searchable."""
    return {str(hit["_id"]): SELECTED in _names(hit.get("matched_queries")) for hit in hits}


def _names(matched: object) -> Iterable[object]:
    return matched if isinstance(matched, list | dict) else ()
