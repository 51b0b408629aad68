"""Which of some articles a request selects."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.search.request import SearchRequest
from pipelines.search.selection import build_selected, build_selected_by, read_selected, read_selected_by

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_articles_outside_the_selection_are_answered_too():
    """Only so can a reader distinguish «not wanted» from «not searchable yet»."""
    asked = build_selected(["a", "b"], SearchRequest(text="су", filters={"topic": ("drugs",)}), now=NOW)["query"][
        "bool"
    ]
    assert asked["filter"] == [{"ids": {"values": ["a", "b"]}}]
    assert "minimum_should_match" not in asked
    (chosen,) = asked["should"]
    assert len(chosen["bool"]["filter"]) == 2


def test_both_engines_spell_the_matched_queries():
    """A list of names, or names with their scores."""
    hits = [
        {"_id": "a", "matched_queries": ["selected"]},
        {"_id": "b"},
        {"_id": "c", "matched_queries": {"selected": 1}},
    ]
    assert read_selected(hits) == {"a": True, "b": False, "c": True}


def test_many_requests_are_counted_over_the_same_articles():
    """Each article that is searchable is answered, also when no request selects it, and when none is asked."""
    requests = {"a": SearchRequest(text="су"), "b": SearchRequest(filters={"topic": ("drugs",)})}
    asked = build_selected_by(["1", "2"], requests, now=NOW)
    assert set(asked["aggs"]["selected"]["filters"]["filters"]) == {"a", "b"}
    assert "aggs" not in build_selected_by(["1"], {}, now=NOW)
    hits = {"hits": {"hits": [{"_id": "1"}, {"_id": "2"}]}}
    assert read_selected_by(hits) == {"1": frozenset(), "2": frozenset()}
    buckets = {"a": {"ids": {"buckets": [{"key": "1"}]}}, "b": {"ids": {"buckets": [{"key": "1"}]}}}
    answer = {**hits, "aggregations": {"selected": {"buckets": buckets}}}
    assert read_selected_by(answer) == {"1": frozenset({"a", "b"}), "2": frozenset()}
