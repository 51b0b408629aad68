"""A backlog is worked off as fast as the machine can, not as often as the clock ticks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pipeline import measure
from tests.support.forks import ForkingRun

PAGES = 60


@pytest.mark.parametrize(("slots", "most_ratio"), [(2, 3), (16, 5)])
def test_a_backlog_needs_no_tick(tmp_path: Path, slots: int, most_ratio: float):
    """5,000 waiting pages took 13 minutes on idle cores: three messages a slot and second were all that was sent.

    Here no tick runs at all. One nudge begins, and each task that ends sends for the next pages; one message a page is
    what it may cost. Sixteen processes on two cores each read the rules first.
    """
    found = measure(tmp_path, pages=PAGES, slots=slots, run_type=ForkingRun)
    assert found.deliveries_per_page <= 1.5
    assert found.bare_ratio < most_ratio, "a page costs about what a bare loop takes, also on a busy machine"
