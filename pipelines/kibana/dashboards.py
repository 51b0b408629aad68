"""Rows of panels → a dashboard's grid, with the references its panels and controls need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.kibana.charts import LAYER_REFERENCE, Json, lens_attributes
from pipelines.kibana.description import GRID_WIDTH, Dashboard, Description, Panel
from pipelines.kibana.names import NAVIGATION, map_id, reference, search_id, view_id

NAVIGATION_HEIGHT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    panels: list[Json]
    controls: dict[str, Json]
    references: list[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """The place of a panel on the grid."""

    index: str
    x: int
    y: int
    w: int
    h: int

    @property
    def grid(self) -> Json:
        return {"x": self.x, "y": self.y, "w": self.w, "h": self.h, "i": self.index}


def lay_out(board: Dashboard, *, description: Description) -> Layout:
    """Links to all dashboards on top, then the rows as they are described; controls over the default data view."""
    first = _Box(index="p0", x=0, y=0, w=GRID_WIDTH, h=NAVIGATION_HEIGHT)
    placed = [_by_reference(first, "links", NAVIGATION, title="")]
    placed += [_panel(box, panel, board=board, description=description) for box, panel in _boxes(board)]
    controls = {f"c{number}": field for number, field in enumerate(board.controls)}
    view = description.view(description.default)
    return Layout(
        panels=[panel for panel, _ in placed],
        controls={
            name: _control(number, name, field=field, title=view.label(field))
            for number, (name, field) in enumerate(controls.items())
        },
        references=[
            *(found for _, found in placed),
            *(
                reference("index-pattern", view_id(view.key), name=f"controlGroup_{name}:optionsListDataView")
                for name in controls
            ),
        ],
    )


def _boxes(board: Dashboard) -> Iterator[tuple[_Box, Panel]]:
    y, number = NAVIGATION_HEIGHT, 1
    for row in board.rows:
        x = 0
        for panel in row.panels:
            yield _Box(index=f"p{number}", x=x, y=y, w=panel.width, h=row.height), panel
            x, number = x + panel.width, number + 1
        y += row.height


def _panel(box: _Box, panel: Panel, *, board: Dashboard, description: Description) -> tuple[Json, Json]:
    if panel.kind == "search":
        title = next(search.title for search in description.searches if search.key == panel.search)
        return _by_reference(box, "search", search_id(panel.search), title=panel.title or title)
    if panel.kind == "map":
        return _by_reference(box, "map", map_id(board.key, panel.title), title=panel.title)
    return _by_value(box, panel, description=description)


def _by_value(box: _Box, panel: Panel, *, description: Description) -> tuple[Json, Json]:
    """A chart inside the dashboard. Its reference is written twice: older Kibanas read one, newer ones the other."""
    view = view_id(panel.of)
    attributes = lens_attributes(panel, view=description.view(panel.of)) | {
        "type": "lens",
        "references": [reference("index-pattern", view, name=LAYER_REFERENCE)],
    }
    shown = _shown(box, "lens", title=panel.title, attributes=attributes)
    return shown, reference("index-pattern", view, name=f"{box.index}:{LAYER_REFERENCE}")


def _by_reference(box: _Box, kind: str, target: str, *, title: str) -> tuple[Json, Json]:
    name = f"panel_{box.index}"
    shown = _shown(box, kind, title=title) | {"panelRefName": name}
    return shown, reference(kind, target, name=f"{box.index}:{name}")


def _shown(box: _Box, kind: str, *, title: str, **config: Json) -> Json:
    """Put the title where Kibana read it until 8.18, and where it reads it since."""
    named = {"title": title} if title else {}
    inner = {"enhancements": {}, **named, **config}
    return {"type": kind, "panelIndex": box.index, "gridData": box.grid, "embeddableConfig": inner, **named}


def _control(number: int, name: str, *, field: str, title: str) -> Json:
    explicit = {
        "id": name,
        "title": title,
        "fieldName": field,
        "selectedOptions": [],
        "searchTechnique": "prefix",
        "sort": {"by": "_count", "direction": "desc"},
    }
    return {"order": number, "width": "medium", "grow": True, "type": "optionsListControl", "explicitInput": explicit}
