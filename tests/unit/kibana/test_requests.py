"""Kibana's query language as far as we use it, and the searches behind panels."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from pipelines.errors import QueryError
from pipelines.kibana.kql import fields_of, read_kql, to_query
from pipelines.kibana.requests import PanelRequest, Shown, panel_requests, read_answer
from worker.kibana.dashboards import build_from

TOPICS = {"exists": {"field": "topics"}}
HIGH = {"match": {"severity": "high"}}
SHOWN = Shown(since="now-7d", until="now", zone="Asia/Almaty")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {"match_all": {}}),
        ("topics: *", TOPICS),
        ('note: "timed out"', {"match": {"note": "timed out"}}),
        ("revision >= 2", {"range": {"revision": {"gte": "2"}}}),
        ("severity: high and topics: *", {"bool": {"must": [HIGH, TOPICS]}}),
        ("not topics: *", {"bool": {"must_not": [TOPICS]}}),
        (
            "severity: (high or critical)",
            {"bool": {"should": [HIGH, {"match": {"severity": "critical"}}], "minimum_should_match": 1}},
        ),
        (
            "topics: * and (severity: high or not topics: *)",
            {
                "bool": {
                    "must": [
                        TOPICS,
                        {"bool": {"should": [HIGH, {"bool": {"must_not": [TOPICS]}}], "minimum_should_match": 1}},
                    ]
                }
            },
        ),
    ],
)
def test_a_query_means_what_it_means_in_kibana(text, query):
    """Otherwise a panel that was asked here shows something else there."""
    assert to_query(read_kql(text)) == query


@pytest.mark.parametrize(
    "text", ["high", "severity:", "severity: (high", "severity: high)", "a: b c: d", "and", "url: *kz*", 'a: "b', ": b"]
)
def test_what_is_no_query_of_ours_is_refused(text):
    """A description must not hold what this reader would understand otherwise than Kibana."""
    with pytest.raises(QueryError):
        read_kql(text)


@given(st.text(alphabet='ab:()"*<>= \t', max_size=30) | st.sampled_from(["not " * 200 + "a: b", "(" * 100_000]))
def test_any_text_is_read_or_refused(text):
    """The validator reads whatever a file holds."""
    with contextlib.suppress(QueryError):
        assert fields_of(read_kql(text)) is not None


def requests():
    return {
        (one.board, one.title): one
        for one in panel_requests(build_from(Settings(search_index="kuzet")).objects, shown=SHOWN)
    }


def test_a_chart_asks_what_lens_asks():
    """Groups nested as the columns are, ordered by the metric, within the time that is looked at."""
    request = requests()["Security desk", "Articles over time by topic"]
    time = {"range": {"observed_at": {"gte": "now-7d", "lte": "now"}}}
    assert request.index == "kuzet"
    assert request.body["query"] == {"bool": {"filter": [time, TOPICS]}}
    topics = request.body["aggs"]["b0"]
    assert topics["terms"] == {"field": "topics", "size": 18, "order": {"_count": "desc"}}
    assert topics["aggs"]["x"]["date_histogram"] == {
        "field": "observed_at",
        "fixed_interval": "3h",
        "min_doc_count": 0,
        "time_zone": "Asia/Almaty",
    }
    assert (request.groups, request.metrics) == (("b0", "x"), ("doc_count",))


def test_groups_are_ordered_by_a_metric_that_is_asked_inside_them():
    """The engine refuses an order by what is not there."""
    request = requests()["Sources", "Outcomes by source"]
    outer = request.body["aggs"]["b0"]
    assert outer["terms"]["order"] == {"m0": "desc"}
    assert outer["aggs"]["m0"] == {"sum": {"field": "count"}}


def test_the_map_asks_for_tiles():
    """Circles are counts of a grid."""
    request = requests()["Security desk", "Places"]
    assert request.body["aggs"]["grid"]["geotile_grid"]["field"] == "location"


REQUEST = PanelRequest(board="b", title="t", kind="k", index="i", body={}, groups=("g",), metrics=("doc_count", "m"))


@pytest.mark.parametrize(
    ("buckets", "is_empty"),
    [
        pytest.param(
            [{"doc_count": 2, "m": {"value": 3.0}}, {"doc_count": 0, "m": {"value": None}}], False, id="one value"
        ),
        pytest.param([{"doc_count": 2, "m": {"values": {"95.0": 0.0}}}], False, id="percentiles"),
        pytest.param([{"doc_count": 2, "m": {"value": None}}], True, id="no value"),
        pytest.param([], True, id="no buckets"),
    ],
)
def test_a_panel_with_a_metric_that_has_no_value_is_empty(buckets, is_empty):
    """Articles alone make no picture of their figures."""
    answer = {"hits": {"total": {"value": 2}}, "aggregations": {"g": {"buckets": buckets}}}
    assert read_answer(REQUEST, answer).is_empty is is_empty


def test_a_table_with_a_column_that_is_always_empty_is_empty():
    """A column that is never filled is a field that was named wrongly."""
    request = PanelRequest(board="b", title="t", kind="search", index="i", body={}, columns=("title", "why"))
    answer = {"hits": {"total": {"value": 1}, "hits": [{"fields": {"title": ["Су басты"]}}]}}
    assert read_answer(request, answer).is_empty
    answer["hits"]["hits"].append({"fields": {"why": ["emergency: су тасқыны"]}})
    assert not read_answer(request, answer).is_empty
