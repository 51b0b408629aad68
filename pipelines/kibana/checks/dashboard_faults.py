"""Rules 6, 7 and 10: panels on the grid, the two copies of their references, controls, links, restored times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipelines.kibana.checks.saved import Saved
from pipelines.kibana.description import GRID_WIDTH

Json = Mapping[str, Any]

GRID_RULE, COPY_RULE, CONTROL_RULE = 6, 7, 10
PANEL_TYPES = ("lens", "map", "search", "links")
_LINK_KEYS = {"type", "id", "order", "label", "destinationRefName", "options"}
_LINK_OPTIONS = {"openInNewTab", "useCurrentFilters", "useCurrentDateRange"}


def board_faults(saved: Saved) -> Iterator[tuple[int, str]]:
    """Yield rule and problem of a dashboard or of the links on it; nothing for other types."""
    if saved.type == "links":
        yield from ((CONTROL_RULE, problem) for problem in _link_faults(saved.attributes))
    if saved.type != "dashboard":
        return
    panels = saved.attributes["panelsJSON"]
    for panel in panels:
        for problem in _panel_faults(panel, saved):
            yield GRID_RULE, f"panel {panel.get('panelIndex')}: {problem}"
        for problem in _copy_faults(panel, saved):
            yield COPY_RULE, f"panel {panel.get('panelIndex')}: {problem}"
    yield from ((GRID_RULE, problem) for problem in _grid_faults(panels))
    yield from ((CONTROL_RULE, problem) for problem in _control_faults(saved.attributes))


def _panel_faults(panel: Json, saved: Saved) -> Iterator[str]:
    grid = panel["gridData"]
    if panel["panelIndex"] != grid["i"]:
        yield f"it is called {grid['i']} on the grid"
    if grid["x"] < 0 or grid["y"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > GRID_WIDTH:
        yield "it reaches over the edge of the grid"
    if panel["type"] not in PANEL_TYPES:
        yield f"kuzet does not write panels of the type {panel['type']}"
    by_value = "attributes" in panel["embeddableConfig"]
    if by_value == ("panelRefName" in panel):
        yield "it must have its own attributes or refer to an object: one of the two"
    named = saved.references.get(f"{panel['panelIndex']}:{panel.get('panelRefName')}")
    if named and named["type"] != panel["type"]:
        yield f"it refers to a {named['type']}, but is a {panel['type']}"


def _grid_faults(panels: Sequence[Json]) -> Iterator[str]:
    for name, count in Counter(panel["panelIndex"] for panel in panels).items():
        if count > 1:
            yield f"{count} panels are called {name}"
    for one, other in combinations(panels, 2):
        if _overlap(one["gridData"], other["gridData"]):
            yield f"panels {one['panelIndex']} and {other['panelIndex']} lie on each other"


def _overlap(one: Json, other: Json) -> bool:
    side_by_side = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (side_by_side or above)


def _copy_faults(panel: Json, saved: Saved) -> Iterator[str]:
    """Compare a chart's references with the dashboard's copy: older Kibanas read the one, newer ones the other."""
    attributes = panel["embeddableConfig"].get("attributes")
    if attributes is None:
        return
    prefix = f"{panel['panelIndex']}:"
    outer = {name: one["id"] for name, one in saved.references.items() if name.startswith(prefix)}
    inner = {f"{prefix}{one['name']}": one["id"] for one in attributes["references"]}
    if inner != outer:
        yield "its own references and the dashboard's are not the same"


def _control_faults(attributes: Json) -> Iterator[str]:
    controls = attributes["controlGroupInput"]["panelsJSON"]
    for name, control in controls.items():
        if control["explicitInput"]["id"] != name:
            yield f"the control {name} calls itself {control['explicitInput']['id']}"
    orders = sorted(control["order"] for control in controls.values())
    if orders != list(range(len(orders))):
        yield f"the order of the controls is {orders}"
    if attributes.get("timeRestore") and not (attributes.get("timeFrom") and attributes.get("timeTo")):
        yield "it restores its time, but has none"


def _link_faults(attributes: Json) -> Iterator[str]:
    if strange := set(attributes) - {"title", "description", "links", "layout"}:
        yield f"{', '.join(sorted(strange))} is not in the schema of links"
    for link in attributes["links"]:
        if set(link) != _LINK_KEYS:
            yield f"the link {link.get('id')} has the keys {', '.join(sorted(link))}"
        elif set(link["options"]) != _LINK_OPTIONS:
            yield f"the options of the link {link['id']} are not complete"
