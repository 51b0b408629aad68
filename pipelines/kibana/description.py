"""config/kibana/*.yaml: what Kibana shows, in a form a person writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.reading.marked_yaml import Marked, read_yaml

BASE_FILE = "base.yaml"
GRID_WIDTH = 48
DEFAULT_SIZE = 10
TIME = "time"

XY_KINDS = ("bars", "peaks", "rows", "percent_rows")
KINDS = (*XY_KINDS, "number", "share", "table", "heat", "map", "search")
OPERATIONS = ("count", "max", "sum", "average", "distinct")

_PERCENTILE = re.compile(r"p(\d{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLook:
    """How a field is called and shown. `number`: a numeral.js pattern; `link`: the words that stand for the address."""

    label: str
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view: an index as Kibana sees it."""

    key: str
    name: str
    time: str
    fields: Mapping[str, FieldLook]

    def label(self, field: str) -> str:
        return self.fields[field].label if field in self.fields else field


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A table of documents. `sort`: a field, and `asc` or `desc`."""

    key: str
    title: str
    description: str
    of: str
    where: str
    columns: tuple[str, ...]
    sort: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The values documents are counted by. `is_time`: a histogram over the view's time field."""

    field: str
    size: int = DEFAULT_SIZE
    is_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number a group. `operation`: one of OPERATIONS or `percentile`; a count has no field."""

    label: str
    operation: str
    field: str = ""
    percentile: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One box of a dashboard. `at` is the field of a map, `search` the key of a saved search."""

    kind: str
    title: str
    width: int
    of: str = ""
    where: str = ""
    x: Group | None = None
    by: tuple[Group, ...] = ()
    metrics: tuple[Metric, ...] = ()
    at: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    height: int
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    key: str
    title: str
    description: str
    since: str
    refresh_seconds: int
    controls: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Everything. `settings` are Kibana's advanced settings; `home` is the dashboard a person sees first."""

    settings: Mapping[str, str | bool]
    home: str
    default: str
    views: tuple[View, ...]
    searches: tuple[Search, ...]
    dashboards: tuple[Dashboard, ...]

    def view(self, key: str) -> View:
        return next(view for view in self.views if view.key == key)


def parse_description(texts: Mapping[str, str]) -> Description:
    """Read base.yaml and dashboards/NAME.yaml (file → text). Raises ConfigError with file, line and key.

    Whether the fields exist is not looked at here: that is the validator's business.
    """
    if BASE_FILE not in texts:
        raise ConfigError(BASE_FILE, "this file is missing")
    keys = ("settings", "home", "default", "dashboards", "views", "searches")
    base = read_yaml(BASE_FILE, texts[BASE_FILE]).fields(keys, required=keys)
    views = tuple(_view(key, marked) for key, marked in base["views"].items())
    viewed = tuple(view.key for view in views)
    searches = tuple(_search(key, marked, views=viewed) for key, marked in base["searches"].items())
    found = tuple(search.key for search in searches)
    order = tuple(base["dashboards"].texts())
    return Description(
        settings={key: _setting(marked) for key, marked in base["settings"].items()},
        home=base["home"].choice(order),
        default=base["default"].choice(viewed),
        views=views,
        searches=searches,
        dashboards=tuple(_dashboard(key, texts, views=viewed, searches=found) for key in order),
    )


def _setting(marked: Marked) -> str | bool:
    text = marked.text()
    return text == "true" if text in ("true", "false") else text


def _view(key: str, marked: Marked) -> View:
    facts = marked.fields(("name", "time", "fields"), required=("name", "time"))
    looks = {name: _look(look) for name, look in facts["fields"].items()} if "fields" in facts else {}
    return View(key=key, name=facts["name"].text(), time=facts["time"].text(), fields=looks)


def _look(marked: Marked) -> FieldLook:
    facts = marked.fields(("label", "number", "link"), required=("label",))
    return FieldLook(**{key: value.text() for key, value in facts.items()})


def _search(key: str, marked: Marked, *, views: tuple[str, ...]) -> Search:
    needed = ("title", "of", "columns", "sort")
    facts = marked.fields((*needed, "description", "where"), required=needed)
    field, _, order = facts["sort"].text().partition(" ")
    if order not in ("asc", "desc"):
        raise facts["sort"].wrong("a field and asc or desc are expected here")
    return Search(
        key=key,
        title=facts["title"].text(),
        description=_text(facts, "description"),
        of=facts["of"].choice(views),
        where=_text(facts, "where"),
        columns=tuple(facts["columns"].texts()),
        sort=(field, order),
    )


def _dashboard(key: str, texts: Mapping[str, str], *, views: tuple[str, ...], searches: tuple[str, ...]) -> Dashboard:
    file = f"dashboards/{key}.yaml"
    if file not in texts:
        raise ConfigError(BASE_FILE, f"there is no {file}", key="dashboards")
    needed = ("title", "since", "rows")
    facts = read_yaml(file, texts[file]).fields(
        (*needed, "description", "refresh_seconds", "controls"), required=needed
    )
    return Dashboard(
        key=key,
        title=facts["title"].text(),
        description=_text(facts, "description"),
        since=facts["since"].text(),
        refresh_seconds=_whole(facts["refresh_seconds"]) if "refresh_seconds" in facts else 0,
        controls=tuple(facts["controls"].texts()) if "controls" in facts else (),
        rows=tuple(_row(row, views=views, searches=searches) for row in facts["rows"].elements()),
    )


def _row(marked: Marked, *, views: tuple[str, ...], searches: tuple[str, ...]) -> Row:
    facts = marked.fields(("height", "panels"), required=("height", "panels"))
    panels = tuple(_panel(panel, views=views, searches=searches) for panel in facts["panels"].elements())
    if (width := sum(panel.width for panel in panels)) != GRID_WIDTH:
        raise marked.wrong(f"the panels of this row are {width} wide together; {GRID_WIDTH} are needed")
    return Row(height=_whole(facts["height"]), panels=panels)


def _panel(marked: Marked, *, views: tuple[str, ...], searches: tuple[str, ...]) -> Panel:
    allowed = ("kind", "title", "width", "of", "where", "x", "by", "metrics", "at", "search")
    facts = marked.fields(allowed, required=("kind", "width"))
    kind = facts["kind"].choice(KINDS)
    _check_parts(kind, marked, set(facts) - {"kind", "title", "width", "where"})
    by = facts.get("by")
    return Panel(
        kind=kind,
        title=_text(facts, "title"),
        width=_whole(facts["width"]),
        of=facts["of"].choice(views) if "of" in facts else "",
        where=_text(facts, "where"),
        x=_group(facts["x"]) if "x" in facts else None,
        by=tuple(map(_group, [by] if by.is_scalar() else by.elements())) if by else (),
        metrics=tuple(_metric(label, one) for label, one in facts["metrics"].items()) if "metrics" in facts else (),
        at=_text(facts, "at"),
        search=facts["search"].choice(searches) if "search" in facts else "",
    )


_PARTS: Mapping[str, tuple[set[str], set[str]]] = {
    "number": ({"of", "metrics"}, set()),
    "share": ({"of", "by", "metrics"}, set()),
    "table": ({"of", "by", "metrics"}, set()),
    "heat": ({"of", "x", "by", "metrics"}, set()),
    "map": ({"of", "at"}, set()),
    "search": ({"search"}, set()),
} | {kind: ({"of", "x", "metrics"}, {"by"}) for kind in XY_KINDS}


def _check_parts(kind: str, marked: Marked, given: set[str]) -> None:
    needed, possible = _PARTS[kind]
    if missing := sorted(needed - given):
        raise marked.wrong(f"a panel of kind {kind} needs {', '.join(missing)}")
    if strange := sorted(given - needed - possible):
        raise marked.wrong(f"a panel of kind {kind} has no {', '.join(strange)}")


def _group(marked: Marked) -> Group:
    field, _, size = marked.text().partition(" ")
    if field == TIME and not size:
        return Group(field="", is_time=True)
    if size and not (size.isdigit() and int(size)):
        raise marked.wrong(f"{size!r} is no number of values")
    return Group(field=field, size=int(size or DEFAULT_SIZE))


def _metric(label: str, marked: Marked) -> Metric:
    operation, _, field = marked.text().partition(" ")
    percentile = _PERCENTILE.fullmatch(operation)
    if not percentile and operation not in OPERATIONS:
        raise marked.wrong(f"{operation!r} is not known", remedy=f"Known: {', '.join(OPERATIONS)}, p50, p95 …")
    if (operation == "count") == bool(field):
        raise marked.wrong("count takes no field; everything else is followed by a field")
    if percentile:
        return Metric(label=label, operation="percentile", field=field, percentile=int(percentile[1]))
    return Metric(label=label, operation=operation, field=field)


def _text(facts: Mapping[str, Marked], key: str) -> str:
    return facts[key].text() if key in facts else ""


def _whole(marked: Marked) -> int:
    number = marked.number()
    if number < 1 or number != int(number):
        raise marked.wrong("a whole number from 1 is expected here")
    return int(number)
