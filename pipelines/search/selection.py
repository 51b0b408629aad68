"""Which of some known articles a request selects: one question for many ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

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
    """Ask for these articles, and mark each with the names of the requests that select it."""
    asked = build_selected(article_ids, SearchRequest(), now=now)
    chosen = {name: build_selection(request, now=now)["query"]["bool"] for name, request in requests.items()}
    asked["query"]["bool"]["should"] = [{"bool": {**clauses, "_name": name}} for name, clauses in chosen.items()]
    return asked


def read_selected_by(hits: Iterable[Mapping[str, object]]) -> dict[str, frozenset[str]]:
    """Return id → names of the requests that select it, for each article that is searchable."""
    return {str(hit["_id"]): frozenset(map(str, _names(hit.get("matched_queries")))) for hit in hits}


def read_selected(hits: Iterable[Mapping[str, object]]) -> dict[str, bool]:
    """Return id → whether the request selects it, for each article that is searchable."""
    return {str(hit["_id"]): SELECTED in _names(hit.get("matched_queries")) for hit in hits}


def _names(matched: object) -> Iterable[object]:
    return matched if isinstance(matched, list | dict) else ()
