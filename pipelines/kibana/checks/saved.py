"""Saved objects read back from NDJSON, with the JSON inside their JSON opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_OBJECTS = ("optionsJSON", "searchSourceJSON", "mapStateJSON", "uiStateJSON", "ignoreParentSettingsJSON")
_KINDS: Mapping[str, type] = {
    **dict.fromkeys((*_OBJECTS, "fieldAttrs", "fieldFormatMap", "runtimeFieldMap"), dict),
    "layerListJSON": list,
    "sourceFilters": list,
}
"""What is kept as a string, and what must be in it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an object. `rule`: its number in docs/guide/kibana.md."""

    rule: int
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.problem} (rule {self.rule})"


@dataclass(frozen=True, slots=True)
class Saved:
    """One object. `attributes` are opened; `raw` is the line as written."""

    raw: Json
    attributes: Json

    @property
    def type(self) -> str:
        return str(self.raw["type"])

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def name(self) -> str:
        return f"{self.type} {self.id}"

    @property
    def references(self) -> Mapping[str, Json]:
        """References by their names."""
        return {str(one["name"]): one for one in self.raw["references"]}


class NotAStringError(ValueError):
    """A value that must hold JSON in a string does not."""


def open_attributes(attributes: Json) -> Json:
    """Parse every string that holds JSON, however deep. Raises NotAStringError naming the key."""
    return {key: _opened(key, value, attributes) for key, value in attributes.items()}


def _opened(key: str, value: object, around: Json) -> object:
    kind = _kind(key, around)
    if kind is not None:
        return _parsed(key, value, kind)
    if isinstance(value, dict):
        return open_attributes(value)
    if isinstance(value, list):
        return [_opened("", one, {}) for one in value]
    return value


def _kind(key: str, around: Json) -> type | None:
    """Panels are a list in a dashboard and an object in a control group, which also has a style."""
    if key == "panelsJSON":
        return dict if "controlStyle" in around else list
    return _KINDS.get(key, object if key.endswith("JSON") else None)


def _parsed(key: str, value: object, kind: type) -> object:
    if not isinstance(value, str):
        raise NotAStringError(f"{key} is no string")
    try:
        inside = json.loads(value)
    except json.JSONDecodeError as error:
        raise NotAStringError(f"{key} holds no JSON ({error.msg})") from error
    if not isinstance(inside, kind):
        raise NotAStringError(f"{key} holds no {'list' if kind is list else 'object'}")
    return inside


def strings_in(value: object) -> Iterator[str]:
    """Every string anywhere inside, but for keys and references."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "references":
                yield from strings_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings_in(one)


def values_of(value: object, *keys: str) -> Iterator[object]:
    """Yield every value under one of the keys, at any depth."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in keys:
                yield one
            else:
                yield from values_of(one, *keys)
    elif isinstance(value, list):
        for one in value:
            yield from values_of(one, *keys)
