"""Articles as lines of JSON that `kuzet import` takes back, as rows of a table (CSV), and for tools of others."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import StringIO

from pipelines.models import ArticleDocument
from pipelines.search.exports import HEADINGS, to_cells, to_line
from pipelines.search.misp import misp_events
from pipelines.search.sharing import Tlp
from pipelines.search.stix import stix_bundle

BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for the code page of its machine."""


class Format(StrEnum):
    """Formats that tools of threat intelligence read."""

    STIX = "stix"
    MISP = "misp"


def shared(found: Iterable[ArticleDocument], shape: Format, *, name: str, tlp: Tlp) -> Iterator[str]:
    """Yield articles in a format of others, piece by piece. name: what was asked for."""
    documents = (stored.document for stored in found)
    return stix_bundle(documents, name=name, tlp=tlp) if shape is Format.STIX else misp_events(documents, tlp=tlp)


def rows(found: Iterable[ArticleDocument]) -> Iterator[str]:
    """Yield one line of JSON an article."""
    yield from map(to_line, found)


def table(found: Iterable[ArticleDocument]) -> Iterator[str]:
    """Yield one row an article."""
    for stored in found:
        yield csv_row(to_cells(stored.document))


def heading() -> str:
    """Return the first row of a table, there even when no article follows."""
    return BOM + csv_row(HEADINGS)


def csv_row(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
