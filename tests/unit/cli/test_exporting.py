"""What an export writes."""

from __future__ import annotations

from pathlib import Path

from worker.cli.exporting import write_table


def test_an_empty_table_has_its_heading(tmp_path: Path):
    """A spreadsheet or a script that reads columns by name must not fail on a quiet day."""
    file = tmp_path / "none.csv"
    assert write_table([], str(file)) == 0
    assert file.read_text(encoding="utf-8-sig").startswith("id,")
