"""Texts inside of regular expressions of the engine."""

from __future__ import annotations

import pytest

from pipelines.search.clauses import literal


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("file:отчёт 1.txt", "file\\:отчёт\\ 1\\.txt"),
        ("\"'><{a}", "\\\"\\'\\>\\<\\{a\\}"),
        ("a_b", "a\\_b"),
    ],
)
def test_every_sign_is_escaped(text: str, written: str):
    """A quote in an address was refused by the engine as a broken expression."""
    assert literal(text) == written
