"""Documents in files: whole rows that come back, and cells for people."""

from __future__ import annotations

import pytest

from pipelines.search.exports import COLUMNS, to_cells


def cells(**document: object) -> dict[str, str]:
    return dict(zip(COLUMNS, to_cells(document), strict=True))


def test_lists_and_figures_are_readable():
    """People who work with a spreadsheet do not want brackets and quotes."""
    row = cells(topics=["drugs", "weapons"], figures={"drugs_kg": [12.0, 2.5], "detained": [3]})
    assert row["topics"] == "drugs; weapons"
    assert row["figures"] == "detained 3; drugs_kg 12; 2.5"
    assert row["persons"] == ""


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+7 777", "-1", "@SUM(1)", "\t=1"])
def test_no_cell_is_a_formula(title):
    """Titles come from strangers, and a spreadsheet runs what begins with a sign."""
    assert cells(title=title)["title"] == f"'{title}"
