"""Kibana: our saved objects, built from config/kibana, checked, and installed over Kibana's HTTP API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import Settings
from pipelines.errors import ConfigError, EngineRefusedError
from pipelines.kibana.checks.faults import find_faults
from pipelines.kibana.checks.saved import Fault
from pipelines.kibana.description import Description, parse_description
from pipelines.kibana.names import TAG, view_id
from pipelines.kibana.objects import advanced_settings, build_objects, digest_of, render
from pipelines.kibana.requests import Filled, PanelRequest, Shown, panel_requests, read_answer
from worker.files.text import read_json, read_text
from worker.kibana.api import Kibana, RestrictedError
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors

VIEWED = {"articles": "", "stories": "-stories", "polls": "-polls"}
"""The data views of the description → what is added to the name of the article index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltDashboards:
    """The objects, their file, and what is wrong with them (nothing, in a release)."""

    description: Description
    objects: tuple[Mapping[str, Any], ...]
    text: str
    faults: tuple[Fault, ...]

    @property
    def digest(self) -> str:
        """Changes when anything that is installed changes."""
        return digest_of(self.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """objects: how many were written; 0 when this very description was there already.

    kept: titles of dashboards that were not replaced, because only their owner may change them.
    """

    kibana: str
    objects: int
    kept: tuple[str, ...] = ()


def build_from(settings: Settings) -> BuiltDashboards:
    """Build and check what the description in the config folder says. Raises ConfigError with file, line and key."""
    description = read_description(settings.config / "kibana")
    indices = {view.key: f"{settings.search_index}{_suffix(view.key)}" for view in description.views}
    objects = build_objects(description, indices=indices)
    text = render(objects)
    mappings = {indices[key]: mapping for key, mapping in read_mappings(settings.config / "search").items()}
    return BuiltDashboards(
        description=description, objects=objects, text=text, faults=find_faults(text, mappings=mappings)
    )


def _suffix(key: str) -> str:
    if key not in VIEWED:
        raise ConfigError("kibana/base.yaml", f"there is no index {key}", key="views")
    return VIEWED[key]


def read_description(folder: Path) -> Description:
    """Read base.yaml and the files in dashboards/."""
    files = [folder / "base.yaml", *sorted((folder / "dashboards").glob("*.yaml"))]
    return parse_description({file.relative_to(folder).as_posix(): read_text(file) for file in files})


def read_mappings(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Read the mappings behind the data views, as they are written down, not as a live index has them."""
    others = {name: read_json(folder / f"{name}.json")["mappings"] for name in ("stories", "polls")}
    return {"articles": read_json(folder / "mapping.json"), **others}


def install(kibana: Kibana, built: BuiltDashboards, *, wait_s: float, force: bool = False) -> Installed:
    """Bring a Kibana to what is built: objects, the default data view, settings. Safe to repeat.

    Objects that were installed from this very description are left alone, so that what people changed in Kibana stays;
    `force` writes them again. Raises EngineUnavailableError when it is not ready in time, EngineRefusedError when it
    does not take everything; then nothing may be relied on, and the next call begins anew. Dashboards go one by one:
    one that somebody made read-only is named, and does not keep the others from coming.
    """
    if built.faults:
        raise EngineRefusedError("The description", f"it has {len(built.faults)} faults, the first: {built.faults[0]}")
    version = kibana.wait_ready(wait_s=wait_s)
    if not force and kibana.description_of("tag", TAG) == built.digest:
        return Installed(kibana=version, objects=0)
    tag, dashboards = ([one for one in built.objects if one["type"] == kind] for kind in ("tag", "dashboard"))
    kibana.import_objects([one for one in built.objects if one["type"] not in {"tag", "dashboard"}])
    kept = tuple(_import_each(kibana, dashboards))
    kibana.set_default_view(view_id(built.description.default))
    kibana.change_settings(advanced_settings(built.description))
    kibana.import_objects(tag)  # last: it says that all of the above is done
    return Installed(kibana=version, objects=len(built.objects) - len(kept), kept=kept)


def _import_each(kibana: Kibana, dashboards: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Import dashboards one by one, and yield the titles of those that this user may not write over."""
    for dashboard in dashboards:
        try:
            kibana.import_objects([dashboard])
        except RestrictedError:
            yield str(dashboard["attributes"]["title"])


def ask_panels(engine: SearchEngine, built: BuiltDashboards, *, shown: Shown) -> Iterator[tuple[PanelRequest, Filled]]:
    """Ask the engine what every panel, control and saved search would ask, one after the other.

    Raises EngineRefusedError when it refuses one: then Kibana would show an error there.
    """
    plain = {"accept": "application/json", "content-type": "application/json"}
    for request in panel_requests(built.objects, shown=shown):
        with engine_errors(engine.address):
            path = f"/{request.index}/_search"
            answer = engine.client.perform_request("POST", path, headers=plain, body=dict(request.body)).body
        yield request, read_answer(request, answer)
