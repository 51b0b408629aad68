"""The colours of the map."""

from __future__ import annotations

import pytest

from pipelines.search.statistics import Change
from worker.desk.places import change_colour


@pytest.mark.parametrize(
    ("now", "before", "colour"),
    [(0, 0, "heat0"), (3, 2, "heat0"), (2, 3, "heat0"), (9, 1, "heat2"), (60, 4, "heat4"), (1, 20, "cold")],
)
def test_the_map_of_changes_shows_what_is_no_chance(now: int, before: int, colour: str):
    """One article more in a small region is no news; a region that went silent is."""
    assert change_colour(Change("Abay", now, before)) == colour
