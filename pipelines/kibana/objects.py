"""The description → saved objects, as `POST /api/saved_objects/_import` takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.kibana.charts import Json
from pipelines.kibana.dashboards import Layout, lay_out
from pipelines.kibana.description import Dashboard, Description, Panel, Search, View
from pipelines.kibana.names import (
    NAVIGATION,
    TAG,
    TYPE_VERSIONS,
    dashboard_id,
    map_id,
    reference,
    search_id,
    text_of,
    view_id,
)

CORE_VERSION = "8.8.0"
MAP_CENTRE = {"lat": 48.0, "lon": 67.0, "zoom": 3.6}
"""Kazakhstan, whole."""

_TAG_REFERENCE = reference("tag", TAG, name=f"tag-ref-{TAG}")
_SEARCH_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


def build_objects(description: Description, *, indices: Mapping[str, str]) -> tuple[Json, ...]:
    """All objects, data views first. `indices`: a view's key → the index or alias it shows.

    The tag carries a digest of everything else: who finds it in a Kibana knows which description was installed there.
    """
    objects = (
        *(_data_view(view, title=indices[view.key]) for view in description.views),
        *(_saved_search(search) for search in description.searches),
        *(_map(panel, board=board) for board, panel in _maps(description)),
        _navigation(description.dashboards),
        *(_dashboard(board, description=description) for board in description.dashboards),
    )
    return (_tag(objects, settings=description.settings), *objects)


def render(objects: Iterable[Mapping[str, Any]]) -> str:
    """One JSON object a line; the same objects give the same bytes."""
    return "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in objects)


def digest_of(objects: Iterable[Mapping[str, Any]]) -> str:
    """Read the digest back from built objects."""
    return next(str(one["attributes"]["description"]) for one in objects if one["type"] == "tag")


def advanced_settings(description: Description) -> dict[str, str | bool]:
    """What is set in the space besides the objects."""
    home = f"/app/dashboards#/view/{dashboard_id(description.home)}"
    return {**description.settings, "defaultRoute": home}


def _object(kind: str, object_id: str, attributes: Json, references: Sequence[Json] = ()) -> Json:
    made = {
        "type": kind,
        "id": object_id,
        "attributes": attributes,
        "references": list(references),
        "coreMigrationVersion": CORE_VERSION,
        "managed": False,
    }
    version = TYPE_VERSIONS[kind]
    return {**made, "typeMigrationVersion": version} if version else made


def _data_view(view: View, *, title: str) -> Json:
    formats = {field: shown for field, look in view.fields.items() if (shown := _format(look.number, look.link))}
    attributes = {
        "title": title,
        "name": view.name,
        "timeFieldName": view.time,
        "allowNoIndex": True,
        "fieldAttrs": text_of({field: {"customLabel": look.label} for field, look in view.fields.items()}),
        "fieldFormatMap": text_of(formats),
        "runtimeFieldMap": text_of({}),
        "sourceFilters": text_of([]),
    }
    return _object("index-pattern", view_id(view.key), attributes)


def _format(number: str, link: str) -> Json:
    if number:
        return {"id": "number", "params": {"pattern": number}}
    if link:
        return {"id": "url", "params": {"type": "a", "labelTemplate": link, "openLinkInCurrentTab": False}}
    return {}


def _saved_search(search: Search) -> Json:
    attributes = {
        "title": search.title,
        "description": search.description,
        "hits": 0,
        "version": 1,
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "columns": list(search.columns),
        "sort": [list(search.sort)],
        "kibanaSavedObjectMeta": _meta(search.where, indexRefName=_SEARCH_SOURCE),
    }
    view = reference("index-pattern", view_id(search.of), name=_SEARCH_SOURCE)
    return _object("search", search_id(search.key), attributes, [view, _TAG_REFERENCE])


def _meta(where: str, **extra: str) -> Json:
    return {"searchSourceJSON": text_of({"query": {"query": where, "language": "kuery"}, "filter": [], **extra})}


def _maps(description: Description) -> list[tuple[Dashboard, Panel]]:
    return [
        (board, panel)
        for board in description.dashboards
        for row in board.rows
        for panel in row.panels
        if panel.kind == "map"
    ]


def _map(panel: Panel, *, board: Dashboard) -> Json:
    state = {
        "zoom": MAP_CENTRE["zoom"],
        "center": {"lat": MAP_CENTRE["lat"], "lon": MAP_CENTRE["lon"]},
        "timeFilters": {"from": board.since, "to": "now"},
        "query": {"query": "", "language": "kuery"},  # on a dashboard, the dashboard's own takes its place
        "filters": [],
        "refreshConfig": {"isPaused": True, "interval": 0},
    }
    attributes = {
        "title": panel.title,
        "description": "",
        "layerListJSON": text_of([_ground_layer(), _grid_layer(panel)]),
        "mapStateJSON": text_of(state),
        "uiStateJSON": text_of({"isLayerTOCOpen": False, "openTOCDetails": []}),
    }
    view = reference("index-pattern", view_id(panel.of), name="layer_1_source_index_pattern")
    return _object("map", map_id(board.key, panel.title), attributes, [view, _TAG_REFERENCE])


def _layer(name: str, kind: str, *, source: Json, style: Json) -> Json:
    return {
        "id": name,
        "type": kind,
        "visible": True,
        "alpha": 1,
        "minZoom": 0,
        "maxZoom": 24,
        "includeInFitToBounds": True,
        "sourceDescriptor": source,
        "style": style,
    }


def _ground_layer() -> Json:
    """Elastic's base map, which the reader's browser loads from the internet; without it only the circles are shown."""
    source = {"type": "EMS_TMS", "isAutoSelect": True}
    return _layer("ground", "EMS_VECTOR_TILE", source=source, style={"type": "TILE"})


def _grid_layer(panel: Panel) -> Json:
    """Circles whose size is the number of articles near there."""
    source = {
        "type": "ES_GEO_GRID",
        "id": "articles",
        "geoField": panel.at,
        "requestType": "point",
        "resolution": "COARSE",
        "metrics": [{"type": "count"}],
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "applyForceRefresh": True,
        "indexPatternRefName": "layer_1_source_index_pattern",
    }
    size = {
        "minSize": 7,
        "maxSize": 32,
        "field": {"name": "doc_count", "origin": "source"},
        "fieldMetaOptions": {"isEnabled": True, "sigma": 3},
    }
    properties = {
        "fillColor": {"type": "STATIC", "options": {"color": "#D36086"}},
        "iconSize": {"type": "DYNAMIC", "options": size},
    }
    style = {"type": "VECTOR", "isTimeAware": True, "properties": properties}
    layer = _layer("grid", "GEOJSON_VECTOR", source=source, style=style)
    return {
        **layer,
        "label": panel.title,
        "alpha": 0.75,
        "joins": [],
        "query": {"query": panel.where, "language": "kuery"},
    }


def _navigation(boards: Sequence[Dashboard]) -> Json:
    links = [_link(number, board) for number, board in enumerate(boards)]
    references = [
        reference("dashboard", dashboard_id(board.key), name=link["destinationRefName"])
        for link, board in zip(links, boards, strict=True)
    ]
    attributes = {"title": "kuzet: navigation", "description": "", "layout": "horizontal", "links": links}
    return _object("links", NAVIGATION, attributes, references)


def _link(number: int, board: Dashboard) -> Json:
    return {
        "type": "dashboardLink",
        "id": f"k{number}",
        "order": number,
        "label": board.title,
        "destinationRefName": f"link_k{number}_dashboard",
        "options": {"openInNewTab": False, "useCurrentFilters": True, "useCurrentDateRange": True},
    }


def _dashboard(board: Dashboard, *, description: Description) -> Json:
    layout = lay_out(board, description=description)
    attributes = {
        "title": board.title,
        "description": board.description,
        "version": 1,
        "hits": 0,
        "panelsJSON": text_of(layout.panels),
        "optionsJSON": text_of(_OPTIONS),
        "kibanaSavedObjectMeta": _meta(""),
        "controlGroupInput": _control_group(layout),
        "timeRestore": True,
        "timeFrom": board.since,
        "timeTo": "now",
        "refreshInterval": {"pause": not board.refresh_seconds, "value": board.refresh_seconds * 1000},
    }
    return _object("dashboard", dashboard_id(board.key), attributes, [*layout.references, _TAG_REFERENCE])


_OPTIONS = {
    "useMargins": True,
    "syncColors": True,
    "syncCursor": True,
    "syncTooltips": False,
    "hidePanelTitles": False,
}
_NOTHING_IGNORED = {
    "ignoreFilters": False,
    "ignoreQuery": False,
    "ignoreTimerange": False,
    "ignoreValidations": False,
}


def _control_group(layout: Layout) -> Json:
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "showApplySelections": False,
        "panelsJSON": text_of(layout.controls),
        "ignoreParentSettingsJSON": text_of(_NOTHING_IGNORED),
    }


def _tag(objects: Iterable[Json], *, settings: Mapping[str, str | bool]) -> Json:
    described = render(objects) + json.dumps(settings, sort_keys=True)
    digest = hashlib.sha256(described.encode()).hexdigest()[:12]
    attributes = {"name": "kuzet", "description": f"kuzet kibana install, {digest}", "color": "#D36086"}
    return _object("tag", TAG, attributes)
