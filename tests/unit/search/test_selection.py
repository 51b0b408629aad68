"""Which of some articles a request selects."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.search.request import SearchRequest
from pipelines.search.selection import build_selected, read_selected

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
