"""What the commands print into a pipe."""

from __future__ import annotations

import io

import pytest
from rich.padding import Padding
from rich.table import Table

from worker.cli.console import ENDLESS, Paper

LONG = "Қарағандыда жасырын есірткі зертханасы анықталды " * 10


@pytest.mark.parametrize("shown", [Padding("есірткі", (0, 0, 0, 4)), "есірткі   "], ids=["padding", "text"])
def test_no_blanks_at_the_ends_of_piped_lines(shown: object):
    """`kuzet search | grep -x …` and diffs of outputs see what is printed and no filling."""
    text = io.StringIO()
    Paper(file=text, width=60).print(shown)
    assert text.getvalue().rstrip("\n") == text.getvalue().rstrip()
    assert "есірткі\n" in text.getvalue()


def test_piped_lines_are_not_broken():
    """A title broken at column 80 is not found by grep."""
    text = io.StringIO()
    table = Table.grid()
    table.add_row("a", LONG)
    Paper(file=text, width=ENDLESS).print(table)
    assert len(text.getvalue().splitlines()) == 1


def test_a_terminal_is_printed_as_rich_does():
    """Colours and full lines are for eyes."""
    text = io.StringIO()
    Paper(file=text, width=20, force_terminal=True).print(Padding("a", (0, 0, 0, 1)), style="red")
    assert "\x1b[" in text.getvalue()
