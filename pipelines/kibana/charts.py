"""A panel of the description → the attributes of a Lens chart, as Kibana 8.9 wrote it and every later one reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.kibana.description import Group, Metric, Panel, View

Json = dict[str, Any]

LAYER = "l1"
LAYER_REFERENCE = f"indexpattern-datasource-layer-{LAYER}"
RECORDS = "___records___"

SERIES = {
    "bars": "bar_stacked",
    "peaks": "bar",
    "rows": "bar_horizontal_stacked",
    "percent_rows": "bar_horizontal_percentage_stacked",
}
_OPERATIONS = {"distinct": "unique_count"}
_EMPTY_AS_NULL = ("count", "sum", "unique_count")
"""Operations that may say «nothing» instead of 0; a percentile must not have the word."""


def lens_attributes(panel: Panel, *, view: View) -> Json:
    """The chart, whole but for its references. Raises KeyError for kinds that are no charts."""
    kind, visualization = _VISUALIZATIONS[panel.kind]
    columns = _columns(panel, view=view)
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}}
    return {
        "title": panel.title,
        "description": "",
        "visualizationType": kind,
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "visualization": visualization(panel),
            "query": {"query": panel.where, "language": "kuery"},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _columns(panel: Panel, *, view: View) -> Json:
    """Groups, outermost first, then metrics.

    The most frequent values are found over the whole time, so `by` is around a histogram; around other values of `x`
    it would leave out the parts of all but the most frequent.
    """
    by = {f"b{number}": _group(group, view=view) for number, group in enumerate(panel.by)}
    x = {"x": _group(panel.x, view=view)} if panel.x else {}
    outer, inner = (by, x) if panel.x is None or panel.x.is_time or panel.kind == "heat" else (x, by)
    metrics = {f"m{number}": _metric(metric) for number, metric in enumerate(panel.metrics)}
    return {**outer, **inner, **metrics}


def _group(group: Group, *, view: View) -> Json:
    if group.is_time:
        return _column(
            view.label(view.time),
            operation="date_histogram",
            field=view.time,
            data_type="date",
            params={"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
        )
    params = {
        "size": group.size,
        "orderBy": {"type": "column", "columnId": "m0"},
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        "include": [],
        "exclude": [],
        "includeIsRegex": False,
        "excludeIsRegex": False,
    }
    label = view.label(group.field)
    return _column(label, operation="terms", field=group.field, data_type="string", params=params)


def _column(label: str, *, operation: str, field: str, data_type: str, params: Json) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": data_type,
        "isBucketed": data_type != "number",
        "operationType": operation,
        "sourceField": field,
        "params": params,
    }


def _metric(metric: Metric) -> Json:
    operation = _OPERATIONS.get(metric.operation, metric.operation)
    params: Json = {"percentile": metric.percentile} if metric.percentile else {}
    if operation in _EMPTY_AS_NULL:
        params["emptyAsNull"] = True
    field = metric.field or RECORDS
    return _column(metric.label, operation=operation, field=field, data_type="number", params=params)


def _accessors(panel: Panel) -> list[str]:
    return [f"m{number}" for number in range(len(panel.metrics))]


def _xy(panel: Panel) -> Json:
    series = SERIES[panel.kind]
    shown = {"x": True, "yLeft": True, "yRight": True}
    layer: Json = {"layerId": LAYER, "layerType": "data", "seriesType": series, "xAccessor": "x"}
    layer |= {"accessors": _accessors(panel)} | ({"splitAccessor": "b0"} if panel.by else {})
    return {
        "legend": {"isVisible": bool(panel.by) or len(panel.metrics) > 1, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "preferredSeriesType": series,
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "tickLabelsVisibilitySettings": shown,
        "gridlinesVisibilitySettings": shown,
        "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
        "layers": [layer],
    }


def _donut(panel: Panel) -> Json:
    layer = {
        "layerId": LAYER,
        "layerType": "data",
        "primaryGroups": ["b0"],
        "metrics": _accessors(panel),
        "numberDisplay": "percent",
        "categoryDisplay": "default",
        "legendDisplay": "show",
        "nestedLegend": False,
    }
    return {"shape": "donut", "layers": [layer]}


def _table(panel: Panel) -> Json:
    shown = [*(f"b{number}" for number in range(len(panel.by))), *_accessors(panel)]
    return {
        "layerId": LAYER,
        "layerType": "data",
        "rowHeight": "custom",  # with one line; the older «single» is not in the newer schema
        "rowHeightLines": 1,
        "columns": [{"columnId": column} for column in shown],
        "sorting": {"columnId": "m0", "direction": "desc"},
    }


def _number(_: Panel) -> Json:
    return {"layerId": LAYER, "layerType": "data", "metricAccessor": "m0"}


def _heat(_: Panel) -> Json:
    grid = {
        "type": "heatmap_grid",
        "isCellLabelVisible": False,
        "isXAxisLabelVisible": True,
        "isXAxisTitleVisible": False,
        "isYAxisLabelVisible": True,
        "isYAxisTitleVisible": False,
    }
    return {
        "layerId": LAYER,
        "layerType": "data",
        "shape": "heatmap",
        "xAccessor": "x",
        "yAccessor": "b0",
        "valueAccessor": "m0",
        "legend": {"isVisible": True, "position": "right", "type": "heatmap_legend"},
        "gridConfig": grid,
    }


_VISUALIZATIONS: Mapping[str, tuple[str, Any]] = {
    **dict.fromkeys(SERIES, ("lnsXY", _xy)),
    "share": ("lnsPie", _donut),
    "table": ("lnsDatatable", _table),
    "number": ("lnsMetric", _number),
    "heat": ("lnsHeatmap", _heat),
}
CHARTS = frozenset(_VISUALIZATIONS)
