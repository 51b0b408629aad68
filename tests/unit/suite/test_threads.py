"""A session that fails in its setup ends."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]


def threads(folder: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the place of each call of threading.Thread, and the names of its arguments."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "threading.Thread":
                yield f"{file.relative_to(ROOT)}:{node.lineno}", {str(each.arg) for each in node.keywords}


def test_no_thread_of_the_tests_keeps_a_session_alive() -> None:
    """A fixture that breaks after it has started a listener never ends it: a session once hung for 14 minutes so."""
    found = {place: names for folder in ("tests", "seeds") for place, names in threads(folder)}
    assert len(found) > 5
    assert [place for place, names in found.items() if "daemon" not in names] == []
