"""config/kibana → what it means; mistakes are reported with file and line."""

from __future__ import annotations

import json

import pytest

from config.settings import Settings
from pipelines.errors import ConfigError
from pipelines.kibana.description import parse_description
from pipelines.kibana.objects import advanced_settings, build_objects
from worker.kibana.dashboards import VIEWED, read_description

BASE = """\
settings: {"dateFormat:tz": Asia/Almaty}
home: desk
default: articles
dashboards: [desk]
views:
  articles: {name: kuzet, time: observed_at}
searches:
  latest: {title: Latest, of: articles, columns: [title], sort: observed_at desc}
"""
DESK = """\
title: Desk
since: now-7d
rows:
  - height: 6
    panels:
      - {kind: number, title: Articles, width: 48, of: articles, metrics: {Articles: count}}
"""


def parse(base=BASE, desk=DESK):
    return parse_description({"base.yaml": base, "dashboards/desk.yaml": desk})


def wrong(base=BASE, desk=DESK):
    with pytest.raises(ConfigError) as answer:
        parse(base, desk)
    return str(answer.value)


@pytest.mark.parametrize(
    ("was", "is_now", "answer"),
    [
        ("kind: number", "kind: gauge", "dashboards/desk.yaml, line 6, key 'kind': 'gauge' is not known"),
        ("width: 48", "width: 40", "line 4, key 'rows': the panels of this row are 40 wide together"),
        ("width: 48", "width: wide", "line 6, key 'width': a number is expected"),
        ("count}", "top}", "line 6, key 'Articles': 'top' is not known"),
        ("count}", "count topics}", "count takes no field"),
        ("count}", "max}", "everything else is followed by a field"),
        ("of: articles", "of: polls", "line 6, key 'of': 'polls' is not known"),
        ("of: articles, ", "", "a panel of kind number needs of"),
        ("of: articles", "of: articles, by: topics", "a panel of kind number has no by"),
        ("kind: number", "kind: share, by: topics many", "'many' is no number of values"),
        ("title: Desk", "titel: Desk", "unknown key"),
        ("since: now-7d\n", "", "this key is missing"),
    ],
)
def test_a_mistake_in_a_dashboard_is_reported_with_its_line(was, is_now, answer):
    """People edit the description without a Kibana to try it on."""
    desk = DESK.replace(was, is_now)
    assert answer in wrong(desk=desk)


@pytest.mark.parametrize(
    ("was", "is_now", "answer"),
    [
        ("home: desk", "home: table", "key 'home': 'table' is not known"),
        ("dashboards: [desk]", "dashboards: [desk, night]", "there is no dashboards/night.yaml"),
        ("observed_at desc", "observed_at", "a field and asc or desc are expected here"),
        ("default: articles", "default: polls", "key 'default': 'polls' is not known"),
    ],
)
def test_a_mistake_in_the_base_is_reported(was, is_now, answer):
    """The same for what all dashboards share."""
    assert answer in wrong(base=BASE.replace(was, is_now))


def test_a_missing_base_is_reported():
    """An incomplete config folder must not look like an empty description."""
    with pytest.raises(ConfigError, match=r"base\.yaml: this file is missing"):
        parse_description({})


def test_what_a_fresh_kibana_is_set_to():
    """Times as people here read them, feeds not hidden by a chosen topic, and a full screen first."""
    assert advanced_settings(read_description(Settings().config / "kibana")) == {
        "dateFormat:tz": "Asia/Almaty",
        "courier:ignoreFilterIfFieldNotInIndex": True,
        "defaultRoute": "/app/dashboards#/view/kuzet-dashboard-security-desk",
    }


def test_the_data_view_is_called_as_the_index():
    """`kuzet`, by observed_at, is what every guide speaks of."""
    description = read_description(Settings().config / "kibana")
    objects = build_objects(description, indices={name: f"kuzet{suffix}" for name, suffix in VIEWED.items()})
    views = {one["attributes"]["title"]: one["attributes"] for one in objects if one["type"] == "index-pattern"}
    assert {title: (view["name"], view["timeFieldName"]) for title, view in views.items()} == {
        "kuzet": ("kuzet", "observed_at"),
        "kuzet-polls": ("kuzet polls", "at"),
        "kuzet-stories": ("kuzet stories", "updated_at"),
    }
    formats = json.loads(views["kuzet"]["fieldFormatMap"])
    assert formats["url"] == {
        "id": "url",
        "params": {"type": "a", "labelTemplate": "open", "openLinkInCurrentTab": False},
    }


def columns_of(**panel):
    desk = DESK.replace("kind: number", ", ".join(f"{key}: {value}" for key, value in panel.items()))
    objects = build_objects(parse(desk=desk), indices={"articles": "kuzet"})
    [_, panel] = json.loads(objects[-1]["attributes"]["panelsJSON"])
    layer = panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["l1"]
    return [(name, layer["columns"][name]["operationType"]) for name in layer["columnOrder"]]


def test_over_time_the_most_frequent_are_found_first():
    """Otherwise each bar would have its own ten topics, and the legend forty."""
    assert columns_of(kind="bars", x="time", by="topics") == [("b0", "terms"), ("x", "date_histogram"), ("m0", "count")]


def test_bars_of_values_are_whole():
    """With the parts outside, a source would be shown without all but the most frequent parts of all."""
    assert columns_of(kind="percent_rows", x="source", by="extraction") == [
        ("x", "terms"),
        ("b0", "terms"),
        ("m0", "count"),
    ]


def test_controls_ask_the_default_view():
    """One list to choose from rules all panels, whichever index they show."""
    desk = DESK.replace("rows:", "controls: [topics, source]\nrows:")
    board = build_objects(parse(desk=desk), indices={"articles": "kuzet"})[-1]
    assert {one["name"]: one["id"] for one in board["references"] if one["name"].startswith("control")} == {
        "controlGroup_c0:optionsListDataView": "kuzet-view-articles",
        "controlGroup_c1:optionsListDataView": "kuzet-view-articles",
    }
