"""A document of the index in a file: whole and to be taken back (JSON), or flat, for a spreadsheet (CSV)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from pipelines.characters import escaped, printable
from pipelines.models import ArticleDocument, IndexDocument, VersionedDocument
from pipelines.time_zone import KAZAKHSTAN

VERSION = "_version"
_NEEDED = frozenset((VERSION, "id", "content_hash"))

COLUMNS = (
    *("id", "published_at", "observed_at", "source", "language", "title", "url", "severity", "topics", "regions"),
    *("places", "persons", "organisations", "figures", "contexts", "indicators", "watch", "why", "summary", "body"),
)
"""What people make tables of. Lists are joined by semicolons."""

TIMES = frozenset({"published_at", "observed_at"})
HEADINGS = tuple(f"{column} ({KAZAKHSTAN})" if column in TIMES else column for column in COLUMNS)
"""Names of the columns. A spreadsheet reads no time with a zone behind it, so the heading says which zone it is."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_row(document: IndexDocument, *, version: int) -> dict[str, Any]:
    """Render a document for an export."""
    return {VERSION: version, **document}


def to_line(stored: ArticleDocument) -> str:
    """Render a document as a line of an export."""
    row = to_row(stored.document, version=stored.version)
    return escaped(json.dumps(row, ensure_ascii=False)) + "\n"


def from_row(row: Mapping[str, Any]) -> ArticleDocument | None:
    """Read a line of an export; None for a row that is something else."""
    if not row.keys() >= _NEEDED or not isinstance(row[VERSION], int):
        return None
    document = {name: value for name, value in row.items() if name != VERSION}
    return VersionedDocument(str(row["id"]), row[VERSION], cast("IndexDocument", document))


def to_cells(document: IndexDocument) -> list[str]:
    """Render a document as one cell for each of COLUMNS; no cell is a formula, whatever a site has written."""
    values = ((column, document.get(column, "")) for column in COLUMNS)
    return [_harmless(_local_time(str(value)) if column in TIMES else _cell(value)) for column, value in values]


def _local_time(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(KAZAKHSTAN):%Y-%m-%d %H:%M:%S}" if moment else ""


def _cell(value: object) -> str:
    match value:
        case dict():
            return "; ".join(f"{name} {_cell(inner)}" for name, inner in sorted(value.items()))
        case list():
            return "; ".join(map(_cell, value))
        case float():
            return f"{value:.15g}"
        case _:
            return str(value)


def _harmless(cell: str) -> str:
    """Spreadsheets run what begins like a formula; an apostrophe in front makes it text."""
    cell = printable(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
