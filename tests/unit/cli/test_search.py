"""`kuzet search`: what its exit code says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.search.answer import SearchResult
from worker.answers.searches import has_all_words

FOUND = SearchResult(
    total=1, texts=1, hits=(), facets={}, histogram=(), interval="", took_ms=1, next_after="", partial=False
)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(FOUND, True, id="found"),
        pytest.param(replace(FOUND, total=0), False, id="nothing"),
        pytest.param(replace(FOUND, relaxed=True), False, id="most words"),
    ],
)
def test_only_what_has_all_words_counts_as_found(result, expected):
    """`kuzet search … && notify` stays silent about articles that only come close."""
    assert has_all_words(result) is expected
