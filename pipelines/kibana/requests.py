"""Saved objects → the searches Kibana sends for them, and how much of a picture the answers make.

Made from the objects, not from the description: what is asked here is what was installed. The bodies are the plain
form of what Kibana sends (same queries, same nesting of aggregations), without its request options.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.kibana.checks.lens_faults import RECORDS
from pipelines.kibana.checks.saved import Saved, open_attributes
from pipelines.kibana.kql import read_kql, to_query

Json = dict[str, Any]

SHOWN_DOCUMENTS = 100
GRID_PRECISION = 6
OPTIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRequest:
    """One search. `groups` and `metrics` name its aggregations, from the outside in; `columns` a table's fields."""

    board: str
    title: str
    kind: str
    index: str
    body: Mapping[str, Any]
    groups: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What an answer holds. `cells`: how many values each metric or column got; `documents`: what the query found."""

    documents: int
    cells: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether a person would see a gap: nothing found, or a metric without any value."""
        return not self.documents or any(not count for count in self.cells.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The time a person looks at, as the engine reads it: `now-7d`, or a moment."""

    since: str
    until: str
    zone: str = "UTC"
    interval: str = "3h"


def panel_requests(objects: Iterable[Mapping[str, Any]], *, shown: Shown) -> list[PanelRequest]:
    """List what every dashboard asks: its panels and its controls, and every saved search by itself."""
    saved = [Saved(one, open_attributes(one["attributes"])) for one in objects]
    asking = _Asking({(one.type, one.id): one for one in saved}, shown)
    boards = [request for one in saved if one.type == "dashboard" for request in asking.of_dashboard(one)]
    searches = [asking.of_search(one, board="Discover") for one in saved if one.type == "search"]
    return [*boards, *searches]


def read_answer(request: PanelRequest, answer: Mapping[str, Any]) -> Filled:
    """Count what an answer shows."""
    documents = int(answer["hits"]["total"]["value"])
    if request.columns:
        hits = [hit.get("fields", {}) for hit in answer["hits"]["hits"]]
        return Filled(documents=documents, cells={name: sum(name in hit for hit in hits) for name in request.columns})
    cells = dict.fromkeys(request.metrics, 0)
    for bucket in _innermost(answer.get("aggregations", {}), request.groups, documents=documents):
        for name in request.metrics:
            cells[name] += _value(bucket, name) is not None
    return Filled(documents=documents, cells=cells)


class _Asking:
    """Turns objects into requests; knows the data view behind each reference."""

    def __init__(self, objects: Mapping[tuple[str, str], Saved], shown: Shown) -> None:
        self._objects = objects
        self._shown = shown

    def of_dashboard(self, board: Saved) -> Iterator[PanelRequest]:
        title = board.attributes["title"]
        for panel in board.attributes["panelsJSON"]:
            attributes = panel["embeddableConfig"].get("attributes")
            if attributes is not None:
                yield self._of_chart(attributes, board=title)
            else:
                yield from self._of_target(board.references[f"{panel['panelIndex']}:{panel['panelRefName']}"], title)
        for name, control in board.attributes["controlGroupInput"]["panelsJSON"].items():
            view = self._view(board, f"controlGroup_{name}:optionsListDataView")
            yield self._of_control(control["explicitInput"], view, board=title)

    def _of_target(self, reference: Mapping[str, Any], board: str) -> Iterator[PanelRequest]:
        target = self._objects[reference["type"], reference["id"]]
        if target.type == "search":
            yield self.of_search(target, board=board)
        elif target.type == "map":
            yield self._of_map(target, board=board)

    def of_search(self, search: Saved, *, board: str) -> PanelRequest:
        source = search.attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]
        view = self._view(search, source["indexRefName"])
        columns = (*search.attributes["columns"], view.attributes["timeFieldName"])
        body = {
            "query": self._query(view, source["query"]["query"]),
            "sort": [{name: order} for name, order in search.attributes["sort"]],
            "size": SHOWN_DOCUMENTS,
            "fields": [{"field": name} for name in columns],
            "_source": False,
        }
        title = search.attributes["title"]
        return self._request(view, body, board=board, title=title, kind="search", columns=columns)

    def _of_map(self, saved: Saved, *, board: str) -> PanelRequest:
        layers = saved.attributes["layerListJSON"]
        layer = next(one for one in layers if "indexPatternRefName" in one["sourceDescriptor"])
        source = layer["sourceDescriptor"]
        view = self._view(saved, source["indexPatternRefName"])
        grid = {"geotile_grid": {"field": source["geoField"], "precision": GRID_PRECISION}}
        asked = layer.get("query", {"query": ""})["query"]  # the map's own query gives way to the dashboard's
        body = {"size": 0, "query": self._query(view, asked), "aggs": {"grid": grid}}
        title = saved.attributes["title"]
        return self._request(view, body, board=board, title=title, kind="map", groups=("grid",), metrics=("doc_count",))

    def _of_control(self, control: Mapping[str, Any], view: Saved, *, board: str) -> PanelRequest:
        options = {"terms": {"field": control["fieldName"], "size": OPTIONS, "order": {"_count": "desc"}}}
        body = {"size": 0, "query": self._query(view, ""), "aggs": {"options": options}}
        found = {"groups": ("options",), "metrics": ("doc_count",)}
        return self._request(view, body, board=board, title=f"control {control['title']}", kind="control", **found)

    def _of_chart(self, attributes: Mapping[str, Any], *, board: str) -> PanelRequest:
        [reference] = attributes["references"]
        view = self._objects["index-pattern", reference["id"]]
        state = attributes["state"]
        [layer] = state["datasourceStates"]["formBased"]["layers"].values()
        columns = {name: layer["columns"][name] for name in layer["columnOrder"]}
        groups = tuple(name for name, column in columns.items() if column["isBucketed"])
        metrics = {name: column for name, column in columns.items() if not column["isBucketed"]}
        aggregations = {name: _metric(column) for name, column in metrics.items() if column["sourceField"] != RECORDS}
        for name in reversed(groups):
            aggregations = {name: self._group(columns[name], metrics, inner=aggregations)}
        query = self._query(view, state["query"]["query"])
        body: Json = {"size": 0, "query": query, "track_total_hits": True, "aggs": aggregations}
        counted = tuple("doc_count" if column["sourceField"] == RECORDS else name for name, column in metrics.items())
        kind, title = attributes["visualizationType"], attributes["title"]
        return self._request(view, body, board=board, title=title, kind=kind, groups=groups, metrics=counted)

    def _group(self, column: Mapping[str, Any], metrics: Mapping[str, Any], *, inner: Json) -> Json:
        if column["operationType"] == "date_histogram":
            histogram = {"field": column["sourceField"], "fixed_interval": self._shown.interval, "min_doc_count": 0}
            made: Json = {"date_histogram": histogram | {"time_zone": self._shown.zone}}
            return made | ({"aggs": inner} if inner else {})
        by = column["params"]["orderBy"]["columnId"]
        order, needed = _order(by, metrics[by])
        terms = {"field": column["sourceField"], "size": column["params"]["size"], "order": order}
        inside = inner | needed
        return {"terms": terms, **({"aggs": inside} if inside else {})}

    def _query(self, view: Saved, text: str) -> Json:
        time = {"gte": self._shown.since, "lte": self._shown.until}
        within = {"range": {view.attributes["timeFieldName"]: time}}
        return {"bool": {"filter": [within, to_query(read_kql(text))]}}

    def _view(self, saved: Saved, name: str) -> Saved:
        return self._objects["index-pattern", saved.references[name]["id"]]

    def _request(self, view: Saved, body: Json, **facts: Any) -> PanelRequest:  # noqa: ANN401 - of PanelRequest
        return PanelRequest(index=view.attributes["title"], body=body, **facts)


def _metric(column: Mapping[str, Any]) -> Json:
    name = column["sourceField"]
    match column["operationType"]:
        case "percentile":
            return {"percentiles": {"field": name, "percents": [column["params"]["percentile"]]}}
        case "unique_count":
            return {"cardinality": {"field": name}}
        case "average":
            return {"avg": {"field": name}}
        case operation:
            return {operation: {"field": name}}


def _order(by: str, column: Mapping[str, Any]) -> tuple[Json, Json]:
    """How the values of a group are ordered, and the aggregation that takes inside it."""
    if column["sourceField"] == RECORDS:
        return {"_count": "desc"}, {}
    if column["operationType"] == "percentile":
        return {f"{by}.{column['params']['percentile']}": "desc"}, {by: _metric(column)}
    return {by: "desc"}, {by: _metric(column)}


def _innermost(answer: Mapping[str, Any], groups: tuple[str, ...], *, documents: int) -> Iterator[Mapping[str, Any]]:
    """Yield the buckets of the last group; without groups, the answer itself."""
    if not groups:
        yield {**answer, "doc_count": documents}
        return
    for bucket in answer[groups[0]]["buckets"]:
        if len(groups) == 1:
            yield bucket
        else:
            yield from _innermost(bucket, groups[1:], documents=bucket["doc_count"])


def _value(bucket: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a number or nothing
    if name == "doc_count":
        return bucket["doc_count"] or None
    found = bucket[name]
    return next(iter(found["values"].values())) if "values" in found else found["value"]
