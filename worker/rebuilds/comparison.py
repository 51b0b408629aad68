"""Are two indices the same? Counts per day and source, and the versions and contents of a sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors

PAGE = 1000
SAMPLE = 200
_FACTS = ("content_hash", "ruleset", "revision")


def differences(engine: SearchEngine, source: str, target: str, *, seed: int) -> list[str]:
    """Return in sentences what differs; an empty list when nothing does. Both must be refreshed and closed to writes.

    seed: which documents are sampled.
    """
    return [*_counts_differ(engine, source, target), *_sample_differs(engine, source, target, seed=seed)][:10]


def _counts_differ(engine: SearchEngine, source: str, target: str) -> Iterator[str]:
    old, new = (dict(_counts(engine, index)) for index in (source, target))
    for day, publisher in sorted(old.keys() | new.keys()):
        before, after = old.get((day, publisher), 0), new.get((day, publisher), 0)
        if before != after:
            yield f"{publisher or 'no source'} on {day}: {before} articles became {after}"


def _counts(engine: SearchEngine, index: str) -> Iterator[tuple[tuple[str, str], int]]:
    sources: list[dict[str, Any]] = [
        {"day": {"date_histogram": {"field": "observed_at", "calendar_interval": "day", "format": "yyyy-MM-dd"}}},
        {"source": {"terms": {"field": "source", "missing_bucket": True}}},
    ]
    after: dict[str, Any] = {}
    while True:
        composite = {"size": PAGE, "sources": sources} | after
        with engine_errors(engine.address):
            answer = engine.client.search(index=index, size=0, aggs={"groups": {"composite": composite}})
        groups = answer["aggregations"]["groups"]
        for bucket in groups["buckets"]:
            yield (bucket["key"]["day"], bucket["key"]["source"] or ""), bucket["doc_count"]
        if "after_key" not in groups:
            return
        after = {"after": groups["after_key"]}


def _sample_differs(engine: SearchEngine, source: str, target: str, *, seed: int) -> Iterator[str]:
    anyone = {"function_score": {"query": {"match_all": {}}, "random_score": {"seed": seed, "field": "_seq_no"}}}
    with engine_errors(engine.address):
        hits = engine.client.search(
            index=source, query=anyone, size=SAMPLE, version=True, source_includes=list(_FACTS)
        ).body["hits"]["hits"]
        ids = [hit["_id"] for hit in hits]
        found = engine.client.mget(index=target, ids=ids, source_includes=list(_FACTS)).body["docs"] if ids else []
    for old, new in zip(hits, found, strict=True):
        if _facts(old) != _facts(new):
            yield f"article {old['_id']} is not the same"


def _facts(document: Mapping[str, Any]) -> tuple[Any, ...]:
    held = document.get("_source", {})
    return document.get("_version"), *(held.get(name) for name in _FACTS)
