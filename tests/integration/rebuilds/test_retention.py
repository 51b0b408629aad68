"""Retention on the real node: old articles go in bounded batches, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.models import VersionedDocument
from tests.support.short_analysis import short_analysis
from worker.rebuilds import retention
from worker.rebuilds.retention import delete_expired
from worker.search.engine import SearchEngine

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"keep-{uuid4().hex[:8]}"))
    engine.ensure_index(short_analysis())
    yield engine
    engine.client.indices.delete(index=f"{engine.read_alias}-0*")
    engine.close()


def fill(engine: SearchEngine, *ages_days: float) -> None:
    documents = []
    for number, age in enumerate(ages_days):
        key, came = f"{number:032}", (NOW - timedelta(days=age)).isoformat()
        fields = {"id": key, "title": "Хабар", "content_hash": key, "observed_at": came, "published_at": came}
        documents.append(VersionedDocument(key, 1, fields))
    engine.bulk(documents)
    engine.refresh()


def test_only_what_is_older_goes(engine):
    """An article counts from the moment it came in, whatever date it shows."""
    fill(engine, 0, 29.9, 30.1, 400)
    assert delete_expired(engine, keep_days=30, now=NOW.timestamp()) == 2
    assert engine.count() == 2
    assert delete_expired(engine, keep_days=30, now=NOW.timestamp()) == 0


def test_off_is_the_default(engine):
    """No archive is lost by an upgrade."""
    fill(engine, 4000)
    assert Settings().keep_articles_days == 0
    assert delete_expired(engine, keep_days=0, now=NOW.timestamp()) == 0
    assert engine.count() == 1


def test_a_run_is_bounded_and_the_next_one_goes_on(engine, monkeypatch):
    """A large archive takes hours, not one task that blocks the rest."""
    monkeypatch.setattr(retention, "BATCH", 3)
    fill(engine, *range(31, 41))
    assert delete_expired(engine, keep_days=30, now=NOW.timestamp(), most_batches=2) == 6
    assert delete_expired(engine, keep_days=30, now=NOW.timestamp(), most_batches=2) == 4
    assert engine.count() == 0
