"""The index and its documents on the real node."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.errors import EngineRefusedError
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.search.baselines import Baseline, Spans
from pipelines.search.documents import MAX_KEYWORD_BYTES, build_document
from pipelines.search.request import SearchRequest
from pipelines.search.statistics import Period
from tests.support.builders import SentDocument
from tests.support.short_analysis import short_analysis
from worker.rebuilds.generations import Indices
from worker.search.bulk import BulkStatus
from worker.search.engine import SearchEngine

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANALYSIS = short_analysis("russian")
"""A short analysis: what is tested here are documents, not words."""


def article(number: int, *, version: int = 1, body: str = "Полиция задержала угонщиков.", **facts: Any) -> SentDocument:
    """One article to be written."""
    one = Article(
        url=f"https://habar.example/{number}",
        title=facts.pop("title", f"Новость {number}"),
        body=body,
        summary="",
        language="ru",
        kazakh_share=0.0,
        extraction=Extraction.FULL,
        published_at=NOW - timedelta(hours=number),
        published_from=PublishedFrom.FEED,
        observed_at=NOW,
    )
    names = {"source": "habar", "family": "habar", "feed": "habar-ru", "revision": 1, "indexed_at": NOW}
    document = build_document(one, Tagging(**facts), article_id=f"id-{number}", **names)
    return SentDocument(f"id-{number}", version, document)


def engine_at(url: str, index: str) -> SearchEngine:
    return SearchEngine.connect(Settings(search_url=url, search_index=index))


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    """An engine with an index of its own, gone afterwards."""
    engine = engine_at(search_url, f"engine-{uuid4().hex[:8]}")
    engine.ensure_index(ANALYSIS)
    yield engine
    engine.client.indices.delete(index=f"{engine.read_alias}-0*")
    engine.close()


def statuses(engine: SearchEngine, *sent: SentDocument) -> list[str]:
    return [str(result.status) for result in engine.bulk(sent)]


def test_who_answers_is_found_out(engine):
    """No setting says which engine it is."""
    assert str(engine.wait_ready(timeout_s=5)).startswith(("OpenSearch 3.", "Elasticsearch 9."))
    assert engine.health().problem == ""
    assert engine.health().articles == 0


def test_ensuring_twice_changes_nothing(engine):
    """Every worker ensures the index at its start."""
    name = engine.index_name()
    assert engine.ensure_index(ANALYSIS) == name == engine.first_index
    assert set(engine.client.indices.get_alias(index=name)[name]["aliases"]) == {engine.read_alias, engine.write_alias}


def _ensure(url: str, index: str) -> str:
    return engine_at(url, index).ensure_index(ANALYSIS)


def test_many_processes_may_ensure_at_once(search_url):
    """The workers of a new installation start together."""
    index = f"race-{uuid4().hex[:8]}"
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        names = [*pool.map(_ensure, [search_url] * 6, [index] * 6)]
    engine = engine_at(search_url, index)
    assert set(names) == {engine.first_index}
    assert engine.health().problem == ""
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


def test_lost_aliases_come_back(engine):
    """Somebody who removed an alias by hand must not make a second, empty index appear."""
    engine.bulk([article(1)])
    for alias in (engine.read_alias, engine.write_alias):
        engine.client.indices.delete_alias(index=engine.first_index, name=alias)
    assert engine.ensure_index(ANALYSIS) == engine.first_index
    engine.refresh()
    assert engine.count() == 1


def test_lost_aliases_of_a_later_index_come_back(engine):
    """After a reindex the live index is not the first: an older or unfinished one must not be shown."""
    engine.bulk([article(1)])
    engine.ensure_index(ANALYSIS)
    indices = Indices(engine)
    for name in ("000002", "000003"):  # the second is the live one, the third an unfinished copy
        indices.create_quiet(f"{engine.read_alias}-{name}", ANALYSIS)
    live = f"{engine.read_alias}-000002"
    indices.switch(engine.parts()[0], target=live, now=NOW.timestamp(), keep_days=7)
    engine.bulk([article(2), article(3)])
    for alias in (engine.read_alias, engine.write_alias):
        engine.client.indices.delete_alias(index=live, name=alias)
    assert engine.ensure_index(ANALYSIS) == live == engine.index_name()
    engine.refresh()
    assert engine.count() == 2


def test_the_index_before_takes_the_place_of_one_that_was_deleted(engine):
    """It has most of the articles, and must take new ones: the reindex had closed it."""
    engine.bulk([article(1)])
    indices, live = Indices(engine), f"{engine.read_alias}-000002"
    indices.create_quiet(live, ANALYSIS)
    indices.block_writes(engine.first_index)
    indices.switch(engine.parts()[-1], target=live, now=NOW.timestamp(), keep_days=7)
    engine.client.indices.delete(index=live)
    called = []
    assert engine.ensure_index(ANALYSIS, missing=lambda: called.append(True)) == engine.first_index
    assert called == [True]
    assert statuses(engine, article(2)) == ["written"]
    engine.refresh()
    assert engine.count() == 2


@pytest.mark.parametrize("moved", [True, False])
def test_people_search_what_is_written(engine, moved):
    """A read alias that was deleted or moved by hand showed nothing new, and `kuzet status` had nothing to say."""
    indices, live = Indices(engine), f"{engine.read_alias}-000002"
    indices.create_quiet(live, ANALYSIS)
    indices.switch(engine.parts()[0], target=live, now=NOW.timestamp(), keep_days=7)
    engine.client.indices.delete_alias(index=live, name=engine.read_alias)
    if moved:
        engine.client.indices.put_alias(index=engine.first_index, name=engine.read_alias)
    engine.ensure_index(ANALYSIS)
    assert set(engine.client.indices.get_alias(name=engine.read_alias)) == {live}


def test_new_fields_are_added_to_a_live_index(search_url, tmp_path):
    """A new version of kuzet brings a field; the index takes it without a reindex."""
    old = SearchEngine.connect(Settings(search_url=search_url, search_index=f"grow-{uuid4().hex[:8]}"))
    mapping = json.loads((Settings().config / "search/mapping.json").read_text(encoding="utf-8"))
    del mapping["properties"]["persons"]
    search = tmp_path / "search"
    search.mkdir()
    (search / "mapping.json").write_text(json.dumps(mapping), encoding="utf-8")
    (search / "settings.json").write_text((Settings().config / "search/settings.json").read_text(), encoding="utf-8")
    older = SearchEngine.connect(Settings(search_url=search_url, search_index=old.read_alias, config=tmp_path))
    older.ensure_index(ANALYSIS)
    assert statuses(old, article(1, persons=("Ермек Ким",))) == ["rejected"]
    old.ensure_index(ANALYSIS)
    assert statuses(old, article(1, persons=("Ермек Ким",))) == ["written"]
    old.client.indices.delete(index=old.first_index)
    old.close()
    older.close()


def test_other_fields_need_a_reindex(search_url):
    """What the mapping cannot become is said, with the command."""
    index = f"other-{uuid4().hex[:8]}"
    engine = engine_at(search_url, index)
    engine.client.indices.create(
        index=f"{index}-000001",
        aliases={index: {}, f"{index}-write": {}},
        mappings={"properties": {"url": {"type": "text"}}},
    )
    with pytest.raises(EngineRefusedError, match="kuzet reindex"):
        engine.ensure_index(ANALYSIS)
    engine.client.indices.delete(index=f"{index}-000001")
    engine.close()


def test_versions_decide(engine):
    """Late and doubled writes are not the same: a lost answer is no conflict, an older text never wins."""
    assert statuses(engine, article(1, version=5)) == ["written"]
    assert statuses(engine, article(1, version=5)) == ["present"]
    assert statuses(engine, article(1, version=4)) == ["superseded"]
    assert statuses(engine, article(1, version=5, body="Другой текст той же версии.")) == ["superseded"]
    assert statuses(engine, article(1, version=6, body="Полиция всех отпустила.")) == ["written"]
    stored = engine.get("id-1")
    assert (stored.version, stored.document["body"]) == (6, "Полиция всех отпустила.")


def test_one_article_twice_in_a_bulk(engine):
    """The results belong to what was sent, not to the id."""
    sent = [article(1, version=2), article(1, version=1, body="Старый текст."), article(1, version=3, body="Новый.")]
    assert statuses(engine, *sent) == ["written", "superseded", "written"]


@pytest.mark.parametrize(
    "poison",
    [
        {"colour": "red"},
        {"figures": {"camels": [1]}},
        {"published_at": "yesterday"},
        {"words": float("nan")},
        {"title": "\ud800"},
        {"url": "x" * 40_000},
        {"location": {"lat": 999, "lon": 0}},
    ],
    ids=lambda poison: next(iter(poison)),
)
def test_only_the_poisonous_document_is_rejected(engine, poison):
    """One bad document in a bulk of five hundred must cost one document."""
    good = [article(number) for number in range(1, 500)]
    bad = article(500)
    results = engine.bulk([*good[:250], SentDocument("bad", 1, bad.document | poison), *good[250:]])
    rejected = [result for result in results if result.status is not BulkStatus.WRITTEN]
    assert [(result.article_id, result.status) for result in rejected] == [("bad", BulkStatus.REJECTED)]
    assert rejected[0].detail


def test_writes_go_to_an_alias_only(engine):
    """Without this an unknown name would quietly become an index with guessed fields."""
    engine.client.indices.delete_alias(index=engine.first_index, name=engine.write_alias)
    with pytest.raises(EngineRefusedError, match="alias is missing"):
        engine.bulk([article(1)])
    assert not engine.client.indices.exists(index=engine.write_alias)


def test_large_bulks_are_cut_by_bytes(engine):
    """Proxies and engines refuse giant requests."""
    body = "Полиция задержала угонщиков в ауле. " * 10_000
    results = engine.bulk([article(number, body=body) for number in range(1, 31)])
    assert {result.status for result in results} == {BulkStatus.WRITTEN}


def test_a_long_body_is_found_by_its_last_word(engine):
    """Others cut texts at 32,766 bytes, which is half of a long Cyrillic article."""
    body = "Ежедневная сводка происшествий. " * 6_250 + "барымташылар"
    assert len(body) > 200_000
    engine.bulk([article(1, body=body)])
    engine.refresh()
    result = engine.search(SearchRequest(text="барымташылар"), now=NOW)
    assert [hit.article_id for hit in result.hits] == ["id-1"]
    assert "барымташылар" in str(result.hits[0].highlights["body"][0])
    assert engine.get("id-1").document["body"] == body


def test_keywords_at_our_limit_are_taken(engine):
    """Our limit must be below the engine's."""
    assert statuses(engine, article(1, persons=("ы" * (MAX_KEYWORD_BYTES // 2),))) == ["written"]


def test_get_finds_what_is_not_searchable_yet(engine):
    """`kuzet trace` must not depend on a refresh."""
    engine.bulk([article(1)])
    assert engine.get("id-1").document["title"] == "Новость 1"
    assert engine.get("no-such-id") is None


def test_deleting_is_for_good(engine):
    """`kuzet forget`; asking twice is no error."""
    engine.bulk([article(1)])
    assert engine.delete("id-1")
    assert not engine.delete("id-1")
    assert engine.get("id-1") is None


def test_scan_gives_whole_documents_with_versions(engine):
    """Retag and export need bodies and the version to write above."""
    engine.bulk([article(number, version=number) for number in range(1, 8)])
    engine.refresh()
    scanned = {one.article_id: one for one in engine.scan(SearchRequest(text="угонщики"), batch=3, now=NOW)}
    assert {one.version for one in scanned.values()} == set(range(1, 8))
    assert all(one.document["body"] for one in scanned.values())


def test_several_counts_in_one_request_are_those_of_each(engine, monkeypatch):
    """The map asks for both at once; a failure of one must not pass for an empty answer."""
    engine.bulk([article(number) for number in range(1, 4)])
    engine.refresh()
    period, request = (
        Period(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1)),
        SearchRequest(text="угонщики"),
    )
    assert engine.compared(request, period) == (engine.statistics(request, period), engine.trends(request, period))
    with_topic = replace(request, with_topic=True)
    assert [found.total.now for found in engine.statistics_of_each([request, with_topic], period)] == [3, 0]
    monkeypatch.setattr(engine, "read_alias", "nowhere")
    with pytest.raises(EngineRefusedError, match="missing"):
        engine.compared(request, period)


def test_reports_are_counted_by_publisher_and_event(engine):
    """Forty articles of one site on one fire are one report; archive that came in today does not count."""

    def report(number, *, weeks=0, family="habar", story="fire", age_h=1):
        seen = NOW - timedelta(weeks=weeks, hours=1)
        facts = {
            "topics": ["emergency"],
            "regions": ["Abay"],
            "family": family,
            "story": story,
            "observed_at": seen.isoformat(),
            "published_at": (seen - timedelta(hours=age_h)).isoformat(),
        }
        sent = article(number)
        return SentDocument(sent.article_id, 1, {**sent.document, **facts})

    engine.bulk(
        [
            report(1), report(2), report(3, family="ukili"), report(4, story="flood"), report(5, story="old", age_h=50),
            report(6, weeks=1), report(7, weeks=3), report(8, weeks=3, family="ukili"),
        ]
    )  # fmt: skip
    engine.refresh()
    spans = Spans(until=NOW, hours=6, weeks=4)
    counted = engine.baselines(spans, topics=(), regions=["Abay"])
    assert counted == dict.fromkeys([("emergency", ""), ("emergency", "Abay")], Baseline(now=3, weeks=(1, 2)))
    assert engine.baselines(spans, topics=["drugs"], regions=()) == {}
