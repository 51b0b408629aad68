"""An article in a list, in terminals of every width."""

from __future__ import annotations

import pytest

from worker.cli.listing import address_line

ID = "e25a2b42e56319674ddc0219f4e38cf0"
URL = "http://127.0.0.7:34905/novosti/tu-hackers-pavlodar"


@pytest.mark.parametrize(("columns", "lines"), [(80, 2), (96, 1), (120, 1), (10_000, 1)])
def test_an_id_is_never_broken_in_two(columns: int, lines: int):
    """A person copies it with a double click; the edge of the terminal cut it in half."""
    printed = address_line(URL, ID, columns=columns).plain.split("\n")
    assert len(printed) == lines
    assert printed[-1].endswith(f" {ID}")
    assert all(len(line) <= columns for line in printed)
