"""Rules 4 and 5: every reference leads somewhere, every name that is used is a reference, none is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.kibana.checks.saved import Saved, values_of

TARGET_RULE, USE_RULE = 4, 5
LENS_REFERENCE = "indexpattern-datasource-layer-"
_NAMING_KEYS = ("indexRefName", "destinationRefName", "indexPatternRefName")
_CONTROLS = {"optionsListControl": "optionsListDataView", "rangeSliderControl": "rangeSliderDataView"}


def reference_faults(saved: Saved, *, targets: Collection[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """Yield rule and problem. `targets`: type and id of every object in the file; Kibana checks two types only."""
    names = Counter(str(one.get("name")) for one in saved.raw["references"])
    for one in saved.raw["references"]:
        if set(one) != {"type", "id", "name"}:
            yield TARGET_RULE, f"a reference has {', '.join(sorted(one))}; type, id and name are needed"
        elif (one["type"], one["id"]) not in targets:
            yield TARGET_RULE, f"the {one['type']} {one['id']} it refers to is not in the file"
    for name, count in names.items():
        if count > 1:
            yield TARGET_RULE, f"{count} of its references are called {name}"
    used = set(_used(saved))
    for name in sorted(used - set(names)):
        yield USE_RULE, f"{name} is used, but is no reference"
    needless = {str(one.get("name")) for one in saved.raw["references"] if one.get("type") != "tag"} - used
    for name in sorted(needless):
        yield USE_RULE, f"the reference {name} is used by nothing"


def lens_names(attributes: Mapping[str, Any]) -> list[str]:
    """List the references a chart needs: one a layer."""
    return [f"{LENS_REFERENCE}{layer}" for layer in attributes["state"]["datasourceStates"]["formBased"]["layers"]]


def _used(saved: Saved) -> Iterator[str]:
    if saved.type == "lens":
        yield from lens_names(saved.attributes)
    if saved.type != "dashboard":
        yield from map(str, values_of(saved.attributes, *_NAMING_KEYS))
        return
    for panel in saved.attributes["panelsJSON"]:
        yield from _used_by_panel(panel)
    for name, control in saved.attributes["controlGroupInput"]["panelsJSON"].items():
        yield f"controlGroup_{name}:{_CONTROLS[control['type']]}"


def _used_by_panel(panel: Mapping[str, Any]) -> Iterator[str]:
    if "panelRefName" in panel:
        yield f"{panel['panelIndex']}:{panel['panelRefName']}"
    if "attributes" in panel["embeddableConfig"]:
        yield from (f"{panel['panelIndex']}:{name}" for name in lens_names(panel["embeddableConfig"]["attributes"]))
