"""Entries as text in Redis."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.models import Entry
from worker.state.records import entry_from_json, entry_to_json

AT = datetime(2026, 3, 14, 13, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "entry",
    [
        Entry(link="https://dala.example/1", title="Тонау", guid="7", published_at=AT),
        Entry(link="", title="Тонау", guid="7", identity="guid:7"),
        Entry(link="https://dala.example/1", title="", summary="Тақырыпсыз хабар."),
        Entry(link="", title="", content="Мәтін", identity="guid:7"),
    ],
    ids=["whole", "without a link", "without a title", "text only"],
)
def test_an_entry_comes_back_as_it_was(entry: Entry):
    """An article whose entry cannot be read is claimed again and again, and ends in quarantine."""
    assert entry_from_json(entry_to_json(entry)) == entry
