"""What a live index lacks, has in another way, or cannot take: the three answers an upgrade depends on."""

from __future__ import annotations

from typing import Any

import pytest

from worker.search.schema import Schema

KEYWORD, NUMBER = {"type": "keyword"}, {"type": "integer"}
LIVE: dict[str, Any] = {
    "url": KEYWORD,
    "title": {"type": "text", "analyzer": "words"},
    "figures": {"properties": {"killed": NUMBER}},
    "persons": {"type": "keyword", "fields": {"words": {"type": "text"}}},
}


ANALYZERS = frozenset({"words"})


def schema(**other: Any) -> Schema:
    return Schema(mapping={"properties": {**LIVE, **other}}, settings={}, analysis={})


def test_an_index_as_it_should_be_lacks_nothing():
    """Else every start of a worker would write to the cluster's state."""
    assert schema().new_fields(LIVE, analyzers=ANALYZERS) == {}
    assert schema().changed_fields(LIVE) == []
    assert schema().foreign_fields(LIVE) == []


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        pytest.param({"rating": NUMBER}, {"rating": NUMBER}, id="field"),
        pytest.param(
            {"figures": {"properties": {"killed": NUMBER, "freed": NUMBER}}},
            {"figures": {"properties": {"freed": NUMBER}}},
            id="field of an object",
        ),
        pytest.param(
            {"url": {**KEYWORD, "fields": {"words": KEYWORD}}},
            {"url": {**KEYWORD, "fields": {"words": KEYWORD}}},
            id="subfield",
        ),
    ],
)
def test_only_what_is_new_is_asked_for(field, asked):
    """What the index has is not said again: it may be analysed in an older way, and would be refused."""
    older = {**LIVE, "title": {"type": "text", "analyzer": "older"}}
    assert schema(**field).new_fields(older, analyzers=ANALYZERS) == asked


def test_another_analyzer_is_a_change_but_not_foreign():
    """Articles go on into an index that finds them by older words, until somebody has time for a reindex."""
    newer = schema(title={"type": "text", "analyzer": "words", "search_analyzer": "typed"})
    assert newer.changed_fields(LIVE) == ["title"]
    assert newer.foreign_fields(LIVE) == []


def test_another_type_is_foreign_in_every_place():
    """A document that means something else to the index must wait."""
    assert schema(figures={"properties": {"killed": KEYWORD}}).foreign_fields(LIVE) == ["figures.killed"]
    assert schema(url={"properties": {}}).foreign_fields(LIVE) == ["url"]


def test_a_field_with_an_analyzer_of_a_later_version_waits_for_the_reindex():
    """The engine refuses it in a live index, and then no article would be written until the reindex."""
    grams = {"fields": {"grams": {"type": "text", "analyzer": "grams"}}}
    later = schema(title=LIVE["title"] | grams, lead={"type": "text", "analyzer": "grams"}, rating=NUMBER)
    assert later.new_fields(LIVE, analyzers=ANALYZERS) == {"rating": NUMBER}
    assert not later.has_analyzers(ANALYZERS)
    assert later.has_analyzers(ANALYZERS | {"grams"})
