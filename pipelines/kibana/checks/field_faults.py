"""Rule 9: every field is in the mapping of its data view's index, and of a type that can do what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.errors import QueryError
from pipelines.kibana.checks.fields import Field
from pipelines.kibana.checks.lens_faults import RECORDS, charts_of
from pipelines.kibana.checks.saved import Saved
from pipelines.kibana.kql import fields_of, read_kql

Json = Mapping[str, Any]
Fields = Mapping[str, Field]

FIELD_RULE = 9
_NEEDS: Mapping[str, tuple[Callable[[Field], bool], str]] = {
    "terms": (lambda field: field.is_counted, "counted by its values"),
    "unique_count": (lambda field: field.is_counted, "counted by its values"),
    "date_histogram": (lambda field: field.is_date, "put on a time axis"),
    "sort": (lambda field: field.is_counted, "sorted by"),
    "point": (lambda field: field.is_point, "put on a map"),
    "query": (lambda field: field.is_searched, "searched"),
    "show": (lambda _: True, "shown"),
    **dict.fromkeys(("max", "sum", "average", "percentile"), (lambda field: field.is_number, "calculated with")),
}


def field_faults(saved: Saved, *, fields: Mapping[str, Fields]) -> Iterator[tuple[int, str]]:
    """Yield rule and problem. `fields`: a data view's id → the fields of its index."""
    read = _READERS.get(saved.type)
    if read:
        yield from ((FIELD_RULE, problem) for problem in read(saved, fields))


def _view_faults(saved: Saved, fields: Mapping[str, Fields]) -> Iterator[str]:
    own = fields[saved.id]
    if not own:
        yield f"nothing is known of the index {saved.attributes['title']}"
        return
    yield from _misused(saved.attributes["timeFieldName"], "date_histogram", own)
    for name in {**saved.attributes["fieldAttrs"], **saved.attributes["fieldFormatMap"]}:
        yield from _misused(name, "show", own)


def _search_faults(saved: Saved, fields: Mapping[str, Fields]) -> Iterator[str]:
    source = saved.attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]
    own = fields[saved.references[source["indexRefName"]]["id"]]
    yield from _query_faults(source["query"], own)
    for name in saved.attributes["columns"]:
        yield from _misused(name, "show", own)
    for name, _ in saved.attributes["sort"]:
        yield from _misused(name, "sort", own)


def _map_faults(saved: Saved, fields: Mapping[str, Fields]) -> Iterator[str]:
    for layer in saved.attributes["layerListJSON"]:
        source = layer["sourceDescriptor"]
        if layer.get("label", "") is None:
            yield "a layer without a label has no key for it: newer Kibanas take texts only"
        if "indexPatternRefName" not in source:
            continue
        own = fields[saved.references[source["indexPatternRefName"]]["id"]]
        yield from _misused(source["geoField"], "point", own)
        yield from _query_faults(saved.attributes["mapStateJSON"]["query"], own)
        yield from _query_faults(layer.get("query"), own)
        if "query" in source:
            yield "a layer's query belongs next to its source; Kibana ignores it inside"


def _dashboard_faults(saved: Saved, fields: Mapping[str, Fields]) -> Iterator[str]:
    yield from _chart_faults(saved, fields)
    for name, control in saved.attributes["controlGroupInput"]["panelsJSON"].items():
        found = [one for key, one in saved.references.items() if key.startswith(f"controlGroup_{name}:")]
        for one in found:
            field = control["explicitInput"]["fieldName"]
            yield from (f"control {name}: {problem}" for problem in _misused(field, "terms", fields[one["id"]]))


def _chart_faults(saved: Saved, fields: Mapping[str, Fields]) -> Iterator[str]:
    for chart, attributes, references in charts_of(saved):
        for one in references:
            own = fields[one["id"]]
            for problem in _column_faults(attributes["state"], own):
                yield f"{chart}: {problem}"


def _column_faults(state: Json, fields: Fields) -> Iterator[str]:
    yield from _query_faults(state["query"], fields)
    for layer in state["datasourceStates"]["formBased"]["layers"].values():
        for column in layer["columns"].values():
            if column["sourceField"] != RECORDS:
                yield from _misused(column["sourceField"], column["operationType"], fields)


def _query_faults(query: Json | None, fields: Fields) -> Iterator[str]:
    if query is None:
        return
    try:
        named = fields_of(read_kql(query["query"]))
    except QueryError as error:
        yield str(error)
        return
    for name in sorted(named):
        yield from _misused(name, "query", fields)


def _misused(name: str, use: str, fields: Fields) -> Iterator[str]:
    if name not in fields:
        yield f"there is no field {name}"
        return
    fits, done = _NEEDS[use]
    if not fits(fields[name]):
        yield f"{name} is a {fields[name].type} and cannot be {done}"


_READERS: Mapping[str, Callable[[Saved, Mapping[str, Fields]], Iterator[str]]] = {
    "index-pattern": _view_faults,
    "search": _search_faults,
    "map": _map_faults,
    "lens": _chart_faults,
    "dashboard": _dashboard_faults,
}
