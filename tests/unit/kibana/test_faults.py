"""The rules for saved objects: ours keep them all, and each is broken here once to see that it is noticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.settings import Settings
from pipelines.kibana.checks.faults import find_faults
from worker.kibana.dashboards import VIEWED, BuiltDashboards, build_from, read_mappings

MAPPINGS = read_mappings(Settings().config / "search")
INDICES = {f"kuzet{VIEWED[name]}": mapping for name, mapping in MAPPINGS.items()}
Objects = list[dict[str, Any]]


@pytest.fixture(scope="module")
def built() -> BuiltDashboards:
    return build_from(Settings(search_index="kuzet"))


@pytest.fixture
def objects(built: BuiltDashboards) -> Objects:
    return copy.deepcopy(list(built.objects))


def text_of(objects: Objects) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def faults(objects: Objects) -> set[tuple[int, str]]:
    return {(fault.rule, fault.problem) for fault in find_faults(text_of(objects), mappings=INDICES)}


def one(objects: Objects, kind: str, ending: str = "") -> dict[str, Any]:
    return next(each for each in objects if each["type"] == kind and each["id"].endswith(ending))


@contextmanager
def inside(around: dict[str, Any], key: str) -> Iterator[Any]:
    """JSON that is kept in a string, opened for a change."""
    value = json.loads(around[key])
    yield value
    around[key] = json.dumps(value)


@contextmanager
def panels(objects: Objects, board: str = "security-desk") -> Iterator[Any]:
    with inside(one(objects, "dashboard", board)["attributes"], "panelsJSON") as found:
        yield found


@contextmanager
def chart(objects: Objects, title: str) -> Iterator[Any]:
    """The attributes of a chart on the security desk."""
    with panels(objects) as found:
        yield next(each["embeddableConfig"]["attributes"] for each in found if each.get("title") == title)


@contextmanager
def columns(objects: Objects, title: str) -> Iterator[Any]:
    with chart(objects, title) as found:
        yield found["state"]["datasourceStates"]["formBased"]["layers"]["l1"]["columns"]


@contextmanager
def controls(objects: Objects) -> Iterator[Any]:
    with inside(one(objects, "dashboard", "sources")["attributes"]["controlGroupInput"], "panelsJSON") as found:
        yield found


def test_ours_keep_every_rule(built):
    """What a release installs is in order."""
    assert built.faults == ()


def test_building_twice_gives_the_same_bytes(built):
    """Only then can an installer see that nothing changed."""
    assert build_from(Settings(search_index="kuzet")).text == built.text


def test_the_digest_follows_every_change(built):
    """A Kibana that has the digest is left alone: another index or view must not look the same."""
    assert build_from(Settings(search_index="other")).digest != built.digest


OUTER: dict[str, tuple[int, Callable[[str], str]]] = {
    "no JSON": (1, lambda text: text.replace("{", "", 1)),
    "a byte order mark": (1, lambda text: "\ufeff" + text),
    "a trailing comma": (1, lambda text: text.replace("}\n", "},\n", 1)),
    "no object": (1, lambda text: text + "[]\n"),
    "no end of line": (1, lambda text: text[:-1]),
    "an object twice": (1, lambda text: text + text.split("\n")[0] + "\n"),
    "a type that kuzet does not write": (
        1,
        lambda text: text.replace('"type": "map", "id"', '"type": "visualization", "id"'),
    ),
    "no references": (1, lambda text: text.replace('"references": []', '"references": {}', 1)),
    "too long": (1, lambda text: text + " " * 27_000_000 + "\n"),
}


@pytest.mark.parametrize("name", OUTER)
def test_a_broken_file_is_noticed(objects, name):
    """Rule 1: Kibana answers 400 for the whole file."""
    rule, spoil = OUTER[name]
    found = find_faults(spoil(text_of(objects)), mappings=INDICES)
    assert rule in {fault.rule for fault in found}


def spoil_version(objects):
    one(objects, "dashboard")["typeMigrationVersion"] = "10.4.0"


def spoil_tag_version(objects):
    one(objects, "tag")["typeMigrationVersion"] = "8.0.0"


def spoil_lens_version(objects):
    del one(objects, "dashboard")["typeMigrationVersion"]


def spoil_core_version(objects):
    one(objects, "map")["coreMigrationVersion"] = "9.0.0"


def spoil_managed(objects):
    one(objects, "search")["managed"] = True


def spoil_origin(objects):
    one(objects, "search")["originId"] = "elsewhere"


def spoil_panels_string(objects):
    attributes = one(objects, "dashboard")["attributes"]
    attributes["panelsJSON"] = json.loads(attributes["panelsJSON"])


def spoil_formats_string(objects):
    one(objects, "index-pattern")["attributes"]["fieldFormatMap"] = "[]"


def spoil_layers_string(objects):
    one(objects, "map")["attributes"]["layerListJSON"] = "[{]"


def spoil_ground_label(objects):
    attributes = one(objects, "map")["attributes"]
    layers = json.loads(attributes["layerListJSON"])
    attributes["layerListJSON"] = json.dumps([{**layer, "label": None} for layer in layers])


def spoil_target(objects):
    one(objects, "search")["references"][0]["id"] = "gone"


def spoil_lens_target(objects):
    objects.remove(one(objects, "map"))


def spoil_reference_keys(objects):
    del one(objects, "search")["references"][0]["name"]


def spoil_reference_names(objects):
    references = one(objects, "links")["references"]
    references[1]["name"] = references[0]["name"]


def spoil_panel_name(objects):
    with panels(objects) as found:
        found[0]["panelRefName"] = "panel_none"


def spoil_index_name(objects):
    one(objects, "map")["references"][0]["name"] = "layer_0_source_index_pattern"


def spoil_needless_reference(objects):
    view = one(objects, "index-pattern")["id"]
    one(objects, "search")["references"].append({"type": "index-pattern", "id": view, "name": "spare"})


def spoil_grid_name(objects):
    with panels(objects) as found:
        found[1]["gridData"]["i"] = "p99"


def spoil_grid_edge(objects):
    with panels(objects) as found:
        found[4]["gridData"]["w"] = 13


def spoil_grid_overlap(objects):
    with panels(objects) as found:
        found[2]["gridData"]["x"] = 11


def spoil_grid_type(objects):
    with panels(objects) as found:
        found[1]["type"] = "markdown"


def spoil_neither(objects):
    with panels(objects) as found:
        del found[1]["embeddableConfig"]["attributes"]


def spoil_panel_type(objects):
    with panels(objects) as found:
        found[0]["type"] = "search"


def spoil_copy(objects):
    with chart(objects, "Articles") as found:
        found["references"][0]["id"] = "kuzet-view-polls"


def spoil_order(objects):
    with chart(objects, "Severity") as found:
        found["state"]["datasourceStates"]["formBased"]["layers"]["l1"]["columnOrder"].reverse()


def spoil_missing_order(objects):
    with chart(objects, "Severity") as found:
        found["state"]["datasourceStates"]["formBased"]["layers"]["l1"]["columnOrder"].pop()


def spoil_ordered_by(objects):
    with columns(objects, "Severity") as found:
        found["b0"]["params"]["orderBy"]["columnId"] = "b0"


def spoil_accessor(objects):
    with chart(objects, "Severity") as found:
        found["state"]["visualization"]["layers"][0]["metrics"] = ["m7"]


def spoil_scale(objects):
    with columns(objects, "Articles") as found:
        found["m0"]["scale"] = "ratio"


def spoil_row_height(objects):
    with chart(objects, "Contexts that silenced a topic") as found:
        found["state"]["visualization"]["rowHeight"] = "single"


def spoil_unseen_column(objects):
    with chart(objects, "Regions and topics") as found:
        del found["state"]["visualization"]["valueAccessor"]


def spoil_layer(objects):
    with chart(objects, "Articles") as found:
        found["state"]["visualization"]["layerId"] = "l2"


def spoil_source(objects):
    with chart(objects, "Articles") as found:
        found["state"]["datasourceStates"]["textBased"] = {}


def spoil_lens_own_version(objects):
    with chart(objects, "Articles") as found:
        found["version"] = 2


def spoil_percentile(objects):
    with columns(objects, "Articles") as found:
        found["m0"] |= {
            "operationType": "percentile",
            "sourceField": "words",
            "params": {"percentile": 95, "emptyAsNull": True},
        }


def spoil_count(objects):
    with columns(objects, "Articles") as found:
        found["m0"]["sourceField"] = "words"


def spoil_field(objects):
    with columns(objects, "Severity") as found:
        found["b0"]["sourceField"] = "gravity"


def spoil_text_field(objects):
    with columns(objects, "Severity") as found:
        found["b0"]["sourceField"] = "title"


def spoil_date(objects):
    with columns(objects, "Articles over time by topic") as found:
        found["x"]["sourceField"] = "language"


def spoil_number(objects):
    with columns(objects, "Killed, greatest figure") as found:
        found["m0"]["sourceField"] = "severity"


def spoil_query_field(objects):
    with chart(objects, "Severity") as found:
        found["state"]["query"]["query"] = "gravity: high"


def spoil_unsearched_field(objects):
    with chart(objects, "Severity") as found:
        found["state"]["query"]["query"] = "why: fraud"


def spoil_query(objects):
    with chart(objects, "Severity") as found:
        found["state"]["query"]["query"] = "severity: (high or"


def spoil_search_column(objects):
    one(objects, "search", "latest-articles")["attributes"]["columns"].append("tags")


def spoil_search_sort(objects):
    one(objects, "search", "latest-articles")["attributes"]["sort"] = [["why", "desc"]]


def spoil_point(objects):
    with inside(one(objects, "map")["attributes"], "layerListJSON") as layers:
        layers[1]["sourceDescriptor"]["geoField"] = "regions"


def spoil_layer_query(objects):
    with inside(one(objects, "map")["attributes"], "layerListJSON") as layers:
        layers[1]["sourceDescriptor"]["query"] = layers[1].pop("query")


def spoil_time_field(objects):
    one(objects, "index-pattern")["attributes"]["timeFieldName"] = "latency_seconds"


def spoil_control_field(objects):
    with controls(objects) as found:
        found["c0"]["explicitInput"]["fieldName"] = "body"


def spoil_index(objects):
    one(objects, "index-pattern")["attributes"]["title"] = "kuzet-elsewhere"


def spoil_control_name(objects):
    with controls(objects) as found:
        found["c0"]["explicitInput"]["id"] = "c1"


def spoil_control_order(objects):
    with controls(objects) as found:
        found["c0"]["order"] = 9


def spoil_control_reference(objects):
    with controls(objects) as found:
        found["c0"]["type"] = "rangeSliderControl"


def spoil_time(objects):
    del one(objects, "dashboard")["attributes"]["timeTo"]


def spoil_link(objects):
    del one(objects, "links")["attributes"]["links"][0]["options"]["openInNewTab"]


def spoil_links_schema(objects):
    one(objects, "links")["attributes"]["colour"] = "red"


def spoil_view_id(objects):
    with chart(objects, "Articles") as found:
        found["state"]["adHocDataViews"] = {"a": {"id": "kuzet-view-articles"}}


def spoil_index_in_text(objects):
    one(objects, "search")["attributes"]["description"] = "kuzet-polls"


SPOILT: list[tuple[int, Callable[[Objects], None], str]] = [
    (2, spoil_version, "typeMigrationVersion must be 8.9.0"),
    (2, spoil_tag_version, "typeMigrationVersion must be left out"),
    (2, spoil_lens_version, "typeMigrationVersion must be 8.9.0"),
    (2, spoil_core_version, "coreMigrationVersion must be 8.8.0"),
    (2, spoil_managed, "managed must be false"),
    (2, spoil_origin, "originId must not be sent"),
    (3, spoil_panels_string, "panelsJSON is no string"),
    (3, spoil_formats_string, "fieldFormatMap holds no object"),
    (3, spoil_layers_string, "layerListJSON holds no JSON"),
    (4, spoil_target, "the index-pattern gone it refers to is not in the file"),
    (4, spoil_lens_target, "the map kuzet-map-security-desk-places it refers to is not in the file"),
    (4, spoil_reference_keys, "a reference has id, type"),
    (4, spoil_reference_names, "2 of its references are called link_k0_dashboard"),
    (5, spoil_panel_name, "p0:panel_none is used, but is no reference"),
    (5, spoil_index_name, "layer_1_source_index_pattern is used, but is no reference"),
    (5, spoil_needless_reference, "the reference spare is used by nothing"),
    (6, spoil_grid_name, "panel p1: it is called p99 on the grid"),
    (6, spoil_grid_edge, "panel p4: it reaches over the edge"),
    (6, spoil_grid_overlap, "panels p1 and p2 lie on each other"),
    (6, spoil_grid_type, "panel p1: kuzet does not write panels of the type markdown"),
    (6, spoil_neither, "panel p1: it must have its own attributes or refer"),
    (6, spoil_panel_type, "panel p0: it refers to a links, but is a search"),
    (7, spoil_copy, "its own references and the dashboard's are not the same"),
    (8, spoil_order, "a metric comes before a group"),
    (8, spoil_missing_order, "its columns and their order are not the same"),
    (8, spoil_ordered_by, "it is ordered by a column that is no metric"),
    (8, spoil_accessor, "the picture shows a column m7 that is not there"),
    (8, spoil_unseen_column, "the picture does not show the column m0"),
    (8, spoil_layer, "the picture shows a layer l2 that is not there"),
    (8, spoil_source, "it reads from something else than formBased"),
    (8, spoil_lens_own_version, "version must be left out"),
    (8, spoil_percentile, "a percentile has a number from 1 to 99, and no emptyAsNull"),
    (8, spoil_count, "only a count is over records"),
    (8, spoil_scale, "its scale is not in the schema of newer Kibanas"),
    (8, spoil_row_height, "the height of its rows is a word of older Kibanas"),
    (9, spoil_field, "there is no field gravity"),
    (9, spoil_text_field, "title is a text and cannot be counted by its values"),
    (9, spoil_date, "language is a keyword and cannot be put on a time axis"),
    (9, spoil_number, "severity is a keyword and cannot be calculated with"),
    (9, spoil_query_field, "there is no field gravity"),
    (9, spoil_unsearched_field, "why is a text and cannot be searched"),
    (9, spoil_query, "severity: (high or: it ends too early"),
    (9, spoil_search_column, "there is no field tags"),
    (9, spoil_search_sort, "why is a text and cannot be sorted by"),
    (9, spoil_point, "regions is a keyword and cannot be put on a map"),
    (9, spoil_ground_label, "a layer without a label has no key for it"),
    (9, spoil_layer_query, "a layer's query belongs next to its source"),
    (9, spoil_time_field, "latency_seconds is a float and cannot be put on a time axis"),
    (9, spoil_control_field, "body is a text and cannot be counted by its values"),
    (9, spoil_index, "nothing is known of the index kuzet-elsewhere"),
    (10, spoil_control_name, "the control c0 calls itself c1"),
    (10, spoil_control_order, "the order of the controls is [1, 2, 3, 4, 9]"),
    (5, spoil_control_reference, "controlGroup_c0:rangeSliderDataView is used, but is no reference"),
    (10, spoil_time, "it restores its time, but has none"),
    (10, spoil_link, "the options of the link k0 are not complete"),
    (10, spoil_links_schema, "colour is not in the schema of links"),
    (11, spoil_view_id, "the id kuzet-view-articles is in its attributes"),
    (11, spoil_index_in_text, "the index name 'kuzet-polls' is in its attributes"),
]


@pytest.mark.parametrize(("rule", "spoil", "problem"), SPOILT, ids=[spoil.__name__[6:] for _, spoil, _ in SPOILT])
def test_a_broken_rule_is_noticed(objects, rule, spoil, problem):
    """Most of these are imported without a word and break on the screen; here is where they are found."""
    spoil(objects)
    assert [said for number, said in faults(objects) if number == rule and problem in said]


def test_every_rule_is_broken_once():
    """A rule that cannot be broken is no rule."""
    assert {rule for rule, _, _ in SPOILT} | {rule for rule, _ in OUTER.values()} == set(range(1, 12))


@pytest.mark.parametrize("key", ["panelsJSON", "controlGroupInput", "kibanaSavedObjectMeta"])
def test_a_missing_part_is_a_fault_and_no_crash(objects, key):
    """The validator also reads files that people made."""
    del one(objects, "dashboard" if key != "kibanaSavedObjectMeta" else "search")["attributes"][key]
    assert any("is not shaped as" in problem for _, problem in faults(objects))
