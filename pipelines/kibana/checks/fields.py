"""The fields of an index, as a mapping has them: what may be searched, counted and averaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NUMBERS = frozenset(("byte", "short", "integer", "long", "float", "double", "half_float", "scaled_float"))
COUNTED = NUMBERS | {"keyword", "boolean", "date"}
"""Types whose values can be counted (terms, lists to choose from)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`is_searched`: a query may name it. `has_values`: aggregations and sorting may."""

    name: str
    type: str
    is_searched: bool
    has_values: bool

    @property
    def is_counted(self) -> bool:
        return self.has_values and self.type in COUNTED

    @property
    def is_number(self) -> bool:
        return self.has_values and self.type in NUMBERS

    @property
    def is_date(self) -> bool:
        return self.has_values and self.type == "date"

    @property
    def is_point(self) -> bool:
        return self.has_values and self.type == "geo_point"


def read_fields(mapping: Mapping[str, Any]) -> dict[str, Field]:
    """List the fields of a mapping by their full names; what is not enabled has none inside."""
    return {field.name: field for field in _fields(mapping.get("properties", {}), prefix="")}


def _fields(properties: Mapping[str, Any], *, prefix: str) -> Iterator[Field]:
    for name, described in properties.items():
        full = f"{prefix}{name}"
        if described.get("enabled", True) and "type" in described and described["type"] != "object":
            yield _field(full, described)
        if described.get("enabled", True):
            yield from _fields(described.get("properties", {}), prefix=f"{full}.")
            yield from _fields(described.get("fields", {}), prefix=f"{full}.")


def _field(name: str, described: Mapping[str, Any]) -> Field:
    has_values = described["type"] != "text" and described.get("doc_values", True)
    return Field(
        name=name, type=described["type"], is_searched=bool(described.get("index", True)), has_values=bool(has_values)
    )
