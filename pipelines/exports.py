"""A document of the index as one JSON object, whole, with the version it was written under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "_version"
_NEEDED = frozenset((VERSION, "id", "content_hash"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A document as an export has it."""

    article_id: str
    version: int
    document: Mapping[str, Any]


def to_row(document: Mapping[str, Any], *, version: int) -> dict[str, Any]:
    """Render a document for an export."""
    return {VERSION: version, **document}


def from_row(row: Mapping[str, Any]) -> Exported | None:
    """Read a line of an export; None for a row that is something else."""
    if not row.keys() >= _NEEDED or not isinstance(row[VERSION], int):
        return None
    document = {name: value for name, value in row.items() if name != VERSION}
    return Exported(article_id=str(row["id"]), version=row[VERSION], document=document)
