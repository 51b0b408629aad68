"""For programs: is it alive, its measurements, and the description of every page."""

from __future__ import annotations

import builtins
import re
import types
import typing
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import anyio
from anyio import to_thread
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from worker.desk.visits import Download, Page, Visit
from worker.metrics.exposition import text

SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
BEAT_S = 10.0
REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "kuzet_desk_request_seconds",
    "Time to the first byte of an answer.",
    ("page", "status"),
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    registry=REGISTRY,
)


def count(scope: Scope, *, status: int, seconds: float) -> None:
    """Note an answer. Addresses that are no page are one line, however many are tried."""
    route = scope.get("route")
    REQUESTS.labels(getattr(route, "path", "none"), str(status)).observe(seconds)


async def healthz(_request: Request) -> Response:
    """Say that the desk answers; the watch itself is on its page."""
    return PlainTextResponse("ok\n")


async def beat(file: Path | None) -> None:
    """Touch a file while the desk has a thread to answer with, for a health check that starts no Python."""
    while file:
        with suppress(OSError):  # the health check says that the file is old
            await to_thread.run_sync(file.touch)
        await anyio.sleep(BEAT_S)


def metrics(visit: Visit) -> Download:
    """Return the measurements of watch and desk in the format of Prometheus."""
    content = generate_latest(REGISTRY) + text(visit.runtime).encode()
    return Download(content=[content], content_type="text/plain; version=0.0.4; charset=utf-8")


METRICS = Page(path="/metrics", answer=metrics, about="Measurements for Prometheus.")


TEXT = {"schema": {"type": "string"}}


def openapi(pages: Iterable[Page]) -> dict[str, Any]:
    """Describe every page that has a twin in JSON, with the types of its answer."""
    schemas: dict[str, Any] = {}
    paths = {
        page.twin.replace(":str", ""): {"get": _operation(page, schema_of(page.shape, schemas))}
        for page in pages
        if page.twin and page.shape is not None
    }
    info = {"title": "kuzet desk", "version": "1", "description": "Every page of the desk as JSON."}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def schema_of(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  a type, of any kind
    """Return the JSON schema of a type of worker.answers.shapes; those with a name are gathered in `schemas`."""
    if kind in SIMPLE:
        return {"type": SIMPLE[kind]}
    if is_typeddict(kind):
        if kind.__name__ not in schemas:
            schemas[kind.__name__] = {}
            schemas[kind.__name__] = _object(kind, schemas)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    parts = get_args(kind)
    match get_origin(kind):
        case builtins.list | builtins.tuple:
            return {"type": "array", "items": schema_of(parts[0], schemas)}
        case builtins.dict:
            return {"type": "object", "additionalProperties": schema_of(parts[1], schemas)}
        case types.UnionType | typing.Union:
            return {"anyOf": [schema_of(part, schemas) for part in parts]}
        case _:
            return {}


def _object(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  the same
    properties = {name: schema_of(hint, schemas) for name, hint in get_type_hints(kind).items()}
    about = {"description": kind.__doc__} if kind.__doc__ else {}
    return {"type": "object", **about, "properties": properties, "required": sorted(kind.__required_keys__)}


def _operation(page: Page, schema: dict[str, Any]) -> dict[str, Any]:
    answers = {"200": {"description": page.about, "content": {"application/json": {"schema": schema}}}}
    operation: dict[str, Any] = {"summary": page.about, "responses": answers}
    if parts := re.findall(r"{(\w+):str}", page.path):
        operation["parameters"] = [{"name": name, "in": "path", "required": True, **TEXT} for name in parts]
    return operation
