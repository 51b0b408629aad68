"""Rule 8: a chart's columns, their order, and what its picture says of them, belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.kibana.checks.reference_faults import lens_names
from pipelines.kibana.checks.saved import Saved, values_of

Json = Mapping[str, Any]

LENS_RULE = 8
RECORDS = "___records___"
PICTURES = ("lnsXY", "lnsPie", "lnsDatatable", "lnsMetric", "lnsHeatmap")
_ONE = ("xAccessor", "yAccessor", "splitAccessor", "valueAccessor", "metricAccessor", "columnId")
_MANY = ("accessors", "primaryGroups", "metrics")


def lens_faults(saved: Saved) -> Iterator[tuple[int, str]]:
    """Yield rule and problem of every chart in the object."""
    for name, attributes, references in charts_of(saved):
        for problem in _chart_faults(attributes, {one["name"] for one in references}):
            yield LENS_RULE, f"{name}: {problem}"


def charts_of(saved: Saved) -> Iterator[tuple[str, Json, list[Json]]]:
    """Find every chart in the object: how a person would call it, its attributes, its references."""
    if saved.type == "lens":
        yield "the chart", saved.attributes, saved.raw["references"]
    if saved.type != "dashboard":
        return
    for panel in saved.attributes["panelsJSON"]:
        attributes = panel["embeddableConfig"].get("attributes")
        if attributes is not None:
            name = f"panel {panel['panelIndex']} ({attributes.get('title')})"
            yield name, attributes, attributes["references"]


def _chart_faults(attributes: Json, references: set[str]) -> Iterator[str]:
    if "version" in attributes:
        yield "version must be left out, so that it is brought up on reading"
    if attributes["visualizationType"] not in PICTURES:
        yield f"kuzet does not write charts of the type {attributes['visualizationType']}"
    state = attributes["state"]
    if set(state["datasourceStates"]) != {"formBased"}:
        yield "it reads from something else than formBased"
    for name in lens_names(attributes):
        if name not in references:
            yield f"the reference {name} is missing"
    layers = state["datasourceStates"]["formBased"]["layers"]
    for layer in values_of(state["visualization"], "layerId"):
        if layer not in layers:
            yield f"the picture shows a layer {layer} that is not there"
    columns = {name: column for layer in layers.values() for name, column in layer["columns"].items()}
    if "single" in values_of(state["visualization"], "rowHeight"):
        yield "the height of its rows is a word of older Kibanas"
    for layer in layers.values():
        yield from _layer_faults(layer["columns"], layer["columnOrder"])
    yield from _picture_faults(state["visualization"], columns)


def _layer_faults(columns: Mapping[str, Json], order: list[str]) -> Iterator[str]:
    if sorted(order) != sorted(columns):
        yield "its columns and their order are not the same"
        return
    buckets = [columns[name]["isBucketed"] for name in order]
    if buckets != sorted(buckets, reverse=True):
        yield "a metric comes before a group"
    for name, column in columns.items():
        for problem in _column_faults(column, columns):
            yield f"column {name}: {problem}"


def _column_faults(column: Json, columns: Mapping[str, Json]) -> Iterator[str]:
    operation, params = column["operationType"], column["params"]
    if "scale" in column:
        yield "its scale is not in the schema of newer Kibanas"
    if column["isBucketed"] != (operation in ("terms", "date_histogram")):
        yield f"{operation} is taken for the wrong kind of column"
    if (operation == "count") != (column["sourceField"] == RECORDS):
        yield "only a count is over records"
    if operation == "percentile" and ("emptyAsNull" in params or not 0 < params["percentile"] < 100):  # noqa: PLR2004 - per cent
        yield "a percentile has a number from 1 to 99, and no emptyAsNull"
    if operation == "terms" and params["orderBy"]["type"] == "column":
        by = columns.get(params["orderBy"]["columnId"])
        if by is None or by["isBucketed"]:
            yield "it is ordered by a column that is no metric"


def _picture_faults(visualization: Json, columns: Mapping[str, Json]) -> Iterator[str]:
    shown = {str(one) for one in values_of(visualization, *_ONE)}
    shown |= {str(one) for many in values_of(visualization, *_MANY) for one in _list(many)}
    for name in sorted(shown - set(columns)):
        yield f"the picture shows a column {name} that is not there"
    for name in sorted(set(columns) - shown):
        yield f"the picture does not show the column {name}"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
