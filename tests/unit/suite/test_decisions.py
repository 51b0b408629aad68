"""The records under docs/decisions have one form, and their table lists them all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("0*.md"))
HEAD = re.compile(
    r"# (?P<number>\d{4}) (?P<title>[^\n]+)\n\n"
    r"Status: (?P<status>accepted|replaced by (?P<by>\d{4}))(?: \([^\n]+\))?\nDate: (?P<date>\d{4}-\d\d-\d\d)\n"
)


@pytest.fixture(params=RECORDS, ids=lambda file: file.stem)
def record(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_a_record_says_what_holds_since_when_and_why(record: Path) -> None:
    """A newcomer must see at once whether a decision still holds."""
    text = record.read_text(encoding="utf-8")
    head = HEAD.match(text)
    assert head, text[:200]
    assert record.name.startswith(f"{head['number']}-")
    assert date.fromisoformat(head["date"])
    assert all(f"\n**{part}.**" in text for part in ("Decided", "Why"))
    assert head["by"] is None or list(FOLDER.glob(f"{head['by']}-*.md"))


def test_the_table_lists_each_record_once_by_its_title() -> None:
    """Branches that grow at the same time take the same number; a table written by hand forgets one."""
    rows = re.findall(
        r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    titles = [re.match(r"# (\d{4}) (.+)", file.read_text(encoding="utf-8")) for file in RECORDS]
    assert rows == [(title[1], file.name, title[2]) for title, file in zip(titles, RECORDS, strict=True) if title]
    assert len({number for number, _, _ in rows}) == len(rows)
