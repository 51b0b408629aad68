"""What formats for threat intelligence have in common: stable ids, TLP markings, streams of JSON objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pipelines.characters import escaped

OURS = uuid5(NAMESPACE_URL, "urn:kuzet")
"""The namespace of our ids: the same article has the same id in each export, on each machine."""


class Tlp(StrEnum):
    """With whom what is exported may be shared (Traffic Light Protocol)."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


def stable_id(*parts: str) -> UUID:
    """Return the id of what these parts name."""
    return uuid5(OURS, " ".join(parts))


def instant_of(moment: str) -> str:
    """Write a time of the index as STIX does: UTC, milliseconds, Z."""
    found = datetime.fromisoformat(moment).astimezone(UTC)
    return f"{found:%Y-%m-%dT%H:%M:%S}.{found.microsecond // 1000:03}Z"


def stream(name: str, objects: Iterable[Mapping[str, Any]], **head: object) -> Iterator[str]:
    """Yield a JSON object with `head` and a list of this name, piece by piece: one object of the list a line."""
    yield json.dumps(head)[:-1] + (", " if head else "") + f'"{name}": ['
    separator = "\n"
    for one in objects:
        yield separator + escaped(json.dumps(one, ensure_ascii=False))
        separator = ",\n"
    yield "\n]}\n"
