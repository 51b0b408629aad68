"""Reindex on the real node: no write lost, no reader disturbed, no trace of one that failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.documents import build_document
from pipelines.errors import EngineRefusedError
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.queries import SearchRequest
from worker.search import rebuild as rebuilding
from worker.search.engine import SearchEngine
from worker.search.rebuild import Rebuild, Rebuilder, Step
from worker.search.reindex import STEP_S, Reindex
from worker.state.scripts import Scripts
from worker.state.upkeep import Upkeep

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TODAY = NOW.timestamp()


def analysis(language: str) -> dict[str, Any]:
    """A short analysis; another language is what a rebuild is for."""
    return {
        "filter": {"endings": {"type": "stemmer", "language": language}},
        "analyzer": {
            "words": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "endings"]},
            "exact": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]},
        },
    }


OLD, NEW = analysis("english"), analysis("russian")


@dataclass(frozen=True)
class Sent:
    article_id: str
    version: int
    document: dict[str, Any]


def sent(number: int, *, version: int = 1) -> Sent:
    """One article; a later version has another text."""
    article = Article(
        url=f"https://habar.example/{number}",
        title=f"Новость {number}",
        body=f"Полиция задержала угонщиков. Версия {version}.",
        summary="",
        language="ru",
        kazakh_share=0.0,
        extraction=Extraction.FULL,
        published_at=NOW - timedelta(days=number % 5),
        published_from=PublishedFrom.FEED,
        observed_at=NOW - timedelta(days=number % 5),
    )
    names = {"family": "habar", "feed": "habar", "revision": version, "indexed_at": NOW}
    document = build_document(
        article, Tagging(), article_id=f"id-{number}", source=("habar", "xabar")[number % 2], **names
    )
    return Sent(f"id-{number}", version, document)


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    """An index analysed in the old way, with some articles; all its generations are gone afterwards."""
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"rebuild-{uuid4().hex[:8]}"))
    engine.ensure_index(OLD)
    assert {str(result.status) for result in engine.bulk([sent(number) for number in range(40)])} == {"written"}
    engine.refresh()
    yield engine
    engine.client.indices.delete(index=f"{engine.read_alias}-0*")
    engine.close()


@pytest.fixture
def forgotten() -> set[str]:
    """Articles a person wanted gone."""
    return set()


@pytest.fixture
def rebuilder(engine: SearchEngine, forgotten: set[str]) -> Rebuilder:
    return Rebuilder(engine, NEW, forgotten=lambda: forgotten, now=lambda: TODAY)


def until(rebuilder: Rebuilder, step: Step, *, between: Callable[[Rebuild], None] = lambda _: None) -> Rebuild:
    """Go on until that step is the next one."""
    rebuild = rebuilder.plan()
    while rebuild.step is not step:
        rebuild = rebuilder.advance(Rebuild.from_facts(rebuild.facts))
        between(rebuild)
    return rebuild


def found(engine: SearchEngine, text: str = "") -> int:
    engine.refresh()
    return engine.search(SearchRequest(text=text, collapse=False, size=0), now=NOW).total


def versions(engine: SearchEngine) -> dict[str, int]:
    engine.refresh()
    return {one.article_id: one.version for one in engine.scan(SearchRequest(), now=NOW)}


def test_texts_are_analysed_anew(engine, rebuilder):
    """What a new dictionary is for: old articles are found in forms they were not found in."""
    assert found(engine, "угонщик") == 0
    assert not engine.is_current(NEW)
    until(rebuilder, Step.DONE)
    assert engine.index_name().endswith("-000002")
    assert found(engine, "угонщик") == 40
    assert engine.is_current(NEW)


def test_no_write_is_lost_and_no_reader_sees_less(engine, rebuilder):
    """A writer adds and revises all the time; afterwards every article is there once, in its newest version."""
    written: dict[str, int] = {f"id-{number}": 1 for number in range(40)}
    stop, numbers, fewest = threading.Event(), count(40), [40]

    def write() -> None:
        while not stop.is_set():
            number = next(numbers)
            waiting = [sent(number), sent(number % 40, version=number)]
            while waiting:
                results = engine.bulk(waiting)
                written.update({one.article_id: one.version for one in results if str(one.status) == "written"})
                waiting = [one for one, result in zip(waiting, results, strict=True) if str(result.status) == "retry"]
            fewest[0] = min(fewest[0], engine.search(SearchRequest(size=0), now=NOW).total)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(rebuilder, Step.DONE)
        for number in range(3):
            assert engine.bulk([sent(1000 + number)])[0].status == "written"
            written[f"id-{1000 + number}"] = 1
    finally:
        stop.set()
        writer.join()
    assert versions(engine) == written
    assert len(written) > 43
    assert fewest[0] >= 40


def test_what_comes_between_the_passes_is_copied(engine, rebuilder):
    """Late articles, revisions and what a person wanted forgotten, between any two steps."""
    numbers = count(100)

    def meddle(_: Rebuild) -> None:
        if engine.index_name().endswith("-000001"):
            number = next(numbers)
            engine.bulk([sent(number), sent(number % 40, version=number)])

    until(rebuilder, Step.DONE, between=meddle)
    assert versions(engine)["id-100"] == 1
    assert versions(engine)["id-20"] == 100


def test_the_forgotten_stay_forgotten(engine, rebuilder, forgotten):
    """The copy was made before the person asked; the article must not come back with it."""

    def forget(rebuild: Rebuild) -> None:
        if rebuild.step is Step.CATCH_UP and not forgotten:
            forgotten.add("id-7")
            engine.client.delete(index=engine.write_alias, id="id-7")

    until(rebuilder, Step.DONE, between=forget)
    assert "id-7" not in versions(engine)
    assert len(versions(engine)) == 39


@pytest.mark.parametrize("step", [Step.CREATE, Step.COPY, Step.CATCH_UP, Step.SWITCH])
def test_an_abandoned_rebuild_leaves_no_trace(engine, rebuilder, step):
    """Readers and writers as before, the half-made index gone."""
    rebuild = until(rebuilder, step)
    rebuilder.abandon(rebuild)
    assert [one.name for one in rebuilder.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"
    assert found(engine) == 40


def test_a_switch_that_fails_opens_the_index_again(engine, rebuilder, monkeypatch):
    """A new index that is not the same must never be shown, and the fence must fall."""
    rebuild = until(rebuilder, Step.SWITCH)
    engine.client.delete(index=rebuild.target, id="id-3", refresh=True)
    with pytest.raises(EngineRefusedError, match=r"xabar on 2026-03-01: \d+ articles became \d+"):
        rebuilder.advance(rebuild)
    assert engine.index_name() == rebuild.source
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_a_changed_document_is_noticed(engine, rebuilder):
    """Counts alone would not see it."""
    rebuild = until(rebuilder, Step.SWITCH)
    engine.client.update(index=rebuild.target, id="id-3", doc={"content_hash": "0"}, refresh=True)
    with pytest.raises(EngineRefusedError, match="id-3 is not the same"):
        rebuilder.advance(rebuild)


def test_a_crash_behind_the_fence_is_made_good(engine, rebuilder):
    """The worker died with the old index closed: the step is done again and writes go on."""
    rebuild = until(rebuilder, Step.SWITCH)
    rebuilder.indices.block_writes(rebuild.source)
    assert engine.bulk([sent(1, version=9)])[0].status == "retry"
    assert rebuilder.advance(rebuild).step is Step.DONE
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_a_crash_after_the_switch_is_noticed(engine, rebuilder):
    """The aliases had moved, nobody wrote it down: doing the step again changes nothing."""
    rebuild = until(rebuilder, Step.SWITCH)
    rebuilder.advance(rebuild)
    engine.bulk([sent(50)])
    assert rebuilder.advance(rebuild).step is Step.DONE
    rebuilder.abandon(rebuild)
    assert found(engine) == 41


def test_a_lost_task_is_started_again(engine, rebuilder):
    """The node was restarted during the copy and knows nothing of it."""
    rebuild = rebuilder.advance(rebuilder.advance(rebuilder.plan()))
    lost = Rebuild.from_facts(rebuild.facts | {"task": "AAAAAAAAAAAAAAAAAAAAAA:1"})
    again = rebuilder.advance(lost)
    assert (again.task, again.step) == ("", Step.COPY)
    while again.step is not Step.DONE:
        again = rebuilder.advance(again)
    assert found(engine) == 40


def test_rolling_back_takes_along_what_is_newer(engine, rebuilder):
    """The new analysis was a mistake: back to the old index, with everything written since."""
    until(rebuilder, Step.DONE)
    engine.bulk([sent(60), sent(1, version=9)])
    rebuild = rebuilder.plan_rollback()
    while rebuild.step is not Step.DONE:
        rebuild = rebuilder.advance(rebuild)
    assert engine.index_name() == engine.first_index
    assert len(versions(engine)) == 41
    assert versions(engine)["id-1"] == 9
    assert engine.bulk([sent(61)])[0].status == "written"


def test_old_generations_are_kept_for_a_while(engine, forgotten, rebuilder):
    """A week in which one may roll back; the live index is never dropped."""
    until(rebuilder, Step.DONE)
    assert rebuilder.drop_old(keep_days=7) == []
    later = Rebuilder(engine, NEW, forgotten=lambda: forgotten, now=lambda: TODAY + 8 * 86_400)
    assert later.drop_old(keep_days=7) == [engine.first_index]
    assert found(engine) == 40
    with pytest.raises(ValueError, match="in use"):
        later.indices.drop(engine.index_name())


# ---------------------------------------------------------------- written down in Redis


@pytest.fixture
def reindex(rebuilder: Rebuilder, redis) -> Reindex:
    return Reindex(rebuilder, Upkeep(Scripts(redis, "kuzet:")))


def test_a_rebuild_goes_on_from_what_is_written_down(engine, rebuilder, redis, reindex):
    """Each step may be done by another worker, which knows only the record."""
    reindex.begin(owner="tester", now=TODAY)
    steps = []
    for number in range(100):
        worker = Reindex(rebuilder, Upkeep(Scripts(redis, "kuzet:")))
        steps.append(worker.step(now=TODAY + number))
        if steps[-1].step is Step.DONE:
            break
    assert steps[-1].step is Step.DONE
    assert reindex.current() is None
    assert reindex.step(now=TODAY + 200) is None
    assert found(engine, "угонщик") == 40


def test_a_second_rebuild_is_told_who_runs_it(reindex):
    """Two people at two terminals."""
    reindex.begin(owner="aigerim at server-1", now=TODAY)
    with pytest.raises(EngineRefusedError, match="aigerim at server-1 is rebuilding it"):
        reindex.begin(owner="timur", now=TODAY)


def test_one_step_at_a_time(reindex, redis):
    """A doubled nudge must not do a step twice at once; a dead worker's step is taken over."""
    reindex.begin(owner="tester", now=TODAY)
    upkeep = Upkeep(Scripts(redis, "kuzet:"))
    dead = upkeep.take(now=TODAY, lease_s=STEP_S)
    assert reindex.step(now=TODAY + 1) is None
    assert reindex.step(now=TODAY + STEP_S + 1).step is Step.COPY
    assert not upkeep.keep(dead, dead.facts)


def test_a_refused_rebuild_ends_and_cleans_up(engine, rebuilder, reindex, monkeypatch):
    """The record must not stand in the way of the next try."""
    monkeypatch.setattr(rebuilding, "differences", lambda *_, **__: ["something"])
    reindex.begin(owner="tester", now=TODAY)
    while reindex.current().step is not Step.SWITCH:
        reindex.step(now=TODAY)
    with pytest.raises(EngineRefusedError, match="not the same: something"):
        reindex.step(now=TODAY)
    assert reindex.current() is None
    assert [one.name for one in rebuilder.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_the_next_run_cleans_up_after_one_whose_record_is_lost(engine, rebuilder, reindex):
    """Redis was emptied in the middle of a rebuild, behind the fence."""
    rebuild = until(rebuilder, Step.SWITCH)
    rebuilder.indices.block_writes(rebuild.source)
    assert reindex.begin(owner="tester", now=TODAY).target == rebuild.target
    assert [one.name for one in rebuilder.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"
