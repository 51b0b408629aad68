"""Articles as lines of JSON that `kuzet import` takes back, and as rows of a table (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from pipelines.models import ArticleDocument
from pipelines.search.exports import HEADINGS, to_cells, to_line

BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for the code page of its machine."""


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
