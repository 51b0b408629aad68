"""Documents in files: whole rows that come back, and cells for people."""

from __future__ import annotations

import pytest

from pipelines.search.exports import COLUMNS, HEADINGS, to_cells


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


def test_times_are_those_of_kazakhstan_and_the_heading_says_so():
    """A spreadsheet shows a time without its zone, and an analyst would be five hours off."""
    row = cells(published_at="2026-11-30T21:30:05.000Z")
    assert (row["published_at"], row["observed_at"]) == ("2026-12-01 02:30:05", "")
    assert HEADINGS[1] == "published_at (UTC+5)"
