"""Reindex on the real node: no write lost, no reader disturbed, no trace of one that failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest

from config.settings import HERE, Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.search.documents import build_document
from pipelines.search.request import SearchRequest
from tests.support.builders import SentDocument
from tests.support.short_analysis import short_analysis
from worker.rebuilds import reindex as rebuilding
from worker.rebuilds.rebuilder import LEASE_S, MAX_ATTEMPTS, BusyError, Rebuilder
from worker.rebuilds.reindex import Reindex, Reindexer, ReindexProgress, ReindexStep
from worker.search.engine import SearchEngine
from worker.state.rebuilds import Rebuilds
from worker.state.scripts import Scripts

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TODAY = NOW.timestamp()


OLD, NEW = short_analysis("english"), short_analysis("russian")


def sent(number: int, *, version: int = 1) -> SentDocument:
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
    return SentDocument(f"id-{number}", version, document)


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
def reindexer(engine: SearchEngine, forgotten: set[str]) -> Reindexer:
    return Reindexer(engine, NEW, forgotten=lambda: forgotten, now=lambda: TODAY)


def until(
    reindexer: Reindexer, step: ReindexStep, *, between: Callable[[ReindexProgress], None] = lambda _: None
) -> ReindexProgress:
    """Go on until that step is the next one."""
    rebuild = reindexer.plan()
    while rebuild.step is not step:
        rebuild = reindexer.advance(ReindexProgress.from_json(rebuild.to_json()))
        between(rebuild)
    return rebuild


def found(engine: SearchEngine, text: str = "") -> int:
    engine.refresh()
    return engine.search(SearchRequest(text=text, collapse=False, size=0), now=NOW).total


def versions(engine: SearchEngine) -> dict[str, int]:
    engine.refresh()
    return {one.article_id: one.version for one in engine.scan(SearchRequest(), now=NOW)}


def test_texts_are_analysed_anew(engine, reindexer):
    """What a new dictionary is for: old articles are found in forms they were not found in."""
    assert found(engine, "угонщик") == 0
    assert not engine.is_current(NEW)
    until(reindexer, ReindexStep.DONE)
    assert engine.index_name().endswith("-000002")
    assert found(engine, "угонщик") == 40
    assert engine.is_current(NEW)


def test_no_write_is_lost_and_no_reader_sees_less(engine, reindexer):
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

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        until(reindexer, ReindexStep.DONE)
        for number in range(3):
            assert engine.bulk([sent(1000 + number)])[0].status == "written"
            written[f"id-{1000 + number}"] = 1
    finally:
        stop.set()
        writer.join()
    assert versions(engine) == written
    assert len(written) > 43
    assert fewest[0] >= 40


def test_what_comes_between_the_passes_is_copied(engine, reindexer):
    """Late articles, revisions and what a person wanted forgotten, between any two steps."""
    numbers = count(100)

    def meddle(_: ReindexProgress) -> None:
        if engine.index_name().endswith("-000001"):
            number = next(numbers)
            engine.bulk([sent(number), sent(number % 40, version=number)])

    until(reindexer, ReindexStep.DONE, between=meddle)
    assert versions(engine)["id-100"] == 1
    assert versions(engine)["id-20"] == 100


def test_the_forgotten_stay_forgotten(engine, reindexer, forgotten):
    """The copy was made before the person asked; the article must not come back with it."""

    def forget(rebuild: ReindexProgress) -> None:
        if rebuild.step is ReindexStep.CATCH_UP and not forgotten:
            forgotten.add("id-7")
            engine.client.delete(index=engine.write_alias, id="id-7")

    until(reindexer, ReindexStep.DONE, between=forget)
    assert "id-7" not in versions(engine)
    assert len(versions(engine)) == 39


@pytest.mark.parametrize("step", [ReindexStep.CREATE, ReindexStep.COPY, ReindexStep.CATCH_UP, ReindexStep.SWITCH])
def test_an_abandoned_rebuild_leaves_no_trace(engine, reindexer, step):
    """Readers and writers as before, the half-made index gone."""
    rebuild = until(reindexer, step)
    reindexer.abandon(rebuild)
    assert [one.name for one in reindexer.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"
    assert found(engine) == 40


def test_a_switch_that_fails_opens_the_index_again(engine, reindexer, monkeypatch):
    """A new index that is not the same must never be shown, and the fence must fall."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    engine.client.delete(index=rebuild.target, id="id-3", refresh=True)
    with pytest.raises(EngineRefusedError, match=r"xabar on 2026-03-01: \d+ articles became \d+"):
        reindexer.advance(rebuild)
    assert engine.index_name() == rebuild.source
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_a_changed_document_is_noticed(engine, reindexer):
    """Counts alone would not see it."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    engine.client.update(index=rebuild.target, id="id-3", doc={"content_hash": "0"}, refresh=True)
    with pytest.raises(EngineRefusedError, match="id-3 is not the same"):
        reindexer.advance(rebuild)


def test_a_crash_behind_the_fence_is_made_good(engine, reindexer):
    """The worker died with the old index closed: the step is done again and writes go on."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    reindexer.indices.block_writes(rebuild.source)
    assert engine.bulk([sent(1, version=9)])[0].status == "retry"
    assert reindexer.advance(rebuild).step is ReindexStep.DONE
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_a_crash_after_the_switch_is_noticed(engine, reindexer):
    """The aliases had moved and that was not written down: doing the step again changes nothing."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    reindexer.advance(rebuild)
    engine.bulk([sent(50)])
    assert reindexer.advance(rebuild).step is ReindexStep.DONE
    reindexer.abandon(rebuild)
    assert found(engine) == 41


def test_an_index_that_a_dead_worker_still_made_is_made_again(engine, reindexer, monkeypatch):
    """Its request was on the way when it died, and is done between our deleting and our making."""
    rebuild, drop = reindexer.plan(), reindexer.indices.drop

    def drop_too_early(name: str) -> None:
        drop(name)
        reindexer.indices.create_quiet(name, OLD)

    monkeypatch.setattr(reindexer.indices, "drop", drop_too_early)
    with pytest.raises(EngineUnavailableError, match="by a worker that died"):
        reindexer.advance(rebuild)
    monkeypatch.undo()
    reindexer.advance(rebuild)
    assert engine.made_for(rebuild.target)["words"] == engine.schema(NEW).words_hash


def test_a_copy_that_nobody_knows_of_is_stopped(engine, reindexer, monkeypatch):
    """Its worker died before it could write the task down; it must not fill, nor make, an index that is deleted."""
    rebuild = until(reindexer, ReindexStep.COPY)
    slow = {"source": {"index": rebuild.source, "size": 1}, "dest": {"index": rebuild.target}}
    monkeypatch.setattr(reindexer, "_copy", lambda _: {**slow, "requests_per_second": 1})
    unknown = reindexer._start_pass(rebuild).task
    reindexer.abandon(rebuild)
    assert task_is_over(engine, unknown)
    assert [one.name for one in reindexer.indices.generations()] == [rebuild.source]


def task_is_over(engine: SearchEngine, task: str) -> bool:
    found = engine.client.perform_request("GET", f"/_tasks/{task}", headers={"accept": "application/json"}).body
    return bool(found["completed"])


def test_a_lost_task_is_started_again(engine, reindexer):
    """The node was restarted during the copy and knows nothing of it."""
    rebuild = reindexer.advance(reindexer.advance(reindexer.plan()))
    lost = ReindexProgress.from_json(rebuild.to_json() | {"task": "AAAAAAAAAAAAAAAAAAAAAA:1"})
    again = reindexer.advance(lost)
    assert (again.task, again.step) == ("", ReindexStep.COPY)
    while again.step is not ReindexStep.DONE:
        again = reindexer.advance(again)
    assert found(engine) == 40


@pytest.mark.parametrize("step", [ReindexStep.CATCH_UP, ReindexStep.SWITCH])
def test_an_index_that_somebody_deleted_is_not_switched_to(engine, reindexer, step):
    """The engine makes the target of a copy again, with guessed fields: no word would be found in its forms."""
    rebuild = until(reindexer, step)
    engine.client.indices.delete(index=rebuild.target)
    engine.client.index(index=rebuild.target, id="id-1", document=dict(sent(1).document), refresh=True)
    with pytest.raises(EngineRefusedError, match="was deleted while"):
        reindexer.advance(rebuild)
    assert engine.index_name() == rebuild.source
    assert engine.bulk([sent(1, version=9)])[0].status == "written"
    reindexer.abandon(rebuild)
    assert [one.name for one in reindexer.indices.generations()] == [engine.first_index]


def test_rolling_back_takes_along_what_is_newer(engine, reindexer):
    """The new analysis was a mistake: back to the old index, with everything written since."""
    until(reindexer, ReindexStep.DONE)
    engine.bulk([sent(60), sent(1, version=9)])
    rebuild = reindexer.plan_rollback()
    while rebuild.step is not ReindexStep.DONE:
        rebuild = reindexer.advance(rebuild)
    assert engine.index_name() == engine.first_index
    assert len(versions(engine)) == 41
    assert versions(engine)["id-1"] == 9
    assert engine.bulk([sent(61)])[0].status == "written"


def test_old_generations_are_kept_for_a_while(engine, forgotten, reindexer):
    """A week in which one may roll back; the live index is never dropped."""
    until(reindexer, ReindexStep.DONE)
    assert reindexer.drop_old() == []
    later = Reindexer(engine, NEW, forgotten=lambda: forgotten, now=lambda: TODAY + 8 * 86_400)
    assert later.drop_old() == [engine.first_index]
    assert found(engine) == 40
    with pytest.raises(ValueError, match="in use"):
        later.indices.drop(engine.index_name())


# ---------------------------------------------------------------- written down in Redis


class Clock:
    """A clock that tests move on."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rebuilds(redis) -> Rebuilds:
    return Rebuilds(Scripts(redis, "kuzet:"))


@pytest.fixture
def rebuilder(reindexer: Reindexer, rebuilds: Rebuilds, clock: Clock) -> Rebuilder:
    return Rebuilder(rebuilds, {"reindex": Reindex(reindexer)}, now=clock)


def test_a_rebuild_goes_on_from_what_is_written_down(engine, reindexer, rebuilds, clock, rebuilder):
    """Each step may be done by another worker, which knows only the record."""
    rebuilder.begin("reindex", owner="tester")
    for _ in range(200):
        Rebuilder(rebuilds, {"reindex": Reindex(reindexer)}, now=clock).step()
        if rebuilds.current() is None:
            break
    assert rebuilds.last().progress["step"] == "done"
    assert not rebuilds.last().problem
    assert not rebuilder.step()
    assert found(engine, "угонщик") == 40


def test_a_second_rebuild_is_told_who_runs_it(rebuilder):
    """Two people at two terminals."""
    rebuilder.begin("reindex", owner="aigerim at server-1")
    with pytest.raises(BusyError, match=r"aigerim at server-1 is running a reindex \(create, 0 of 40 articles\)"):
        rebuilder.begin("reindex", owner="timur")


def test_one_step_at_a_time(rebuilder, rebuilds, clock):
    """A doubled nudge must not do a step twice at once; a dead worker's step is taken over, and it learns of that."""
    rebuilder.begin("reindex", owner="tester")
    dead = rebuilds.take(now=clock(), lease_s=LEASE_S)
    rebuilder.step()
    assert rebuilds.current().progress["step"] == "create"
    clock.now += LEASE_S + 1
    rebuilder.step()
    assert rebuilds.current().progress["step"] == "copy"
    assert not rebuilds.release(dead, dead.progress)
    assert not rebuilds.renew(dead, dead.progress, now=clock(), lease_s=LEASE_S)


def test_who_lost_the_switch_does_not_touch_the_fence(engine, reindexer):
    """A stopped worker wakes up when another is behind the fence: it must neither switch nor open the index."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    holds = count()

    def hold() -> None:
        if next(holds) > 1:
            raise EngineUnavailableError("reindex", "another worker has taken this step over")

    with pytest.raises(EngineUnavailableError, match="taken this step over"):
        reindexer.advance(rebuild, still_ours=hold)
    assert engine.index_name() == rebuild.source
    assert engine.bulk([sent(1, version=9)])[0].status == "retry"
    assert reindexer.advance(rebuild).step is ReindexStep.DONE


def test_the_forgotten_do_not_keep_the_fence_up(engine, reindexer, forgotten):
    """What has to be deleted from the old index cannot be while it is closed: a step done again opens it first."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    reindexer.indices.block_writes(rebuild.source)
    forgotten.add("id-7")
    assert reindexer.advance(rebuild).step is ReindexStep.DONE
    assert "id-7" not in versions(engine)


def test_a_refused_rebuild_ends_and_cleans_up(engine, reindexer, rebuilder, rebuilds, monkeypatch):
    """The record must not be in the way of the next try, and says to those who follow it what was wrong."""
    monkeypatch.setattr(rebuilding, "differences", lambda *_, **__: ["something"])
    rebuilder.begin("reindex", owner="tester")
    while rebuilds.current().progress["step"] != "switch":
        rebuilder.step()
    with pytest.raises(EngineRefusedError, match="not the same: something"):
        rebuilder.step()
    assert rebuilds.current() is None
    assert "not the same: something" in rebuilds.last().problem
    assert [one.name for one in reindexer.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_a_step_that_ends_its_workers_is_given_up(rebuilder, rebuilds, clock, reindexer, engine):
    """Else a step that ends every worker would be begun for ever, and no other rebuild could be."""
    rebuilder.begin("reindex", owner="tester")
    for _ in range(MAX_ATTEMPTS):
        assert rebuilds.take(now=clock(), lease_s=LEASE_S)
        clock.now += LEASE_S + 1
    with pytest.raises(EngineRefusedError, match=f"ended {MAX_ATTEMPTS} workers"):
        rebuilder.step()
    assert rebuilds.current() is None
    assert [one.name for one in reindexer.indices.generations()] == [engine.first_index]


def test_the_next_run_cleans_up_after_one_whose_record_is_lost(engine, reindexer, rebuilder):
    """Redis was emptied in the middle of a rebuild, behind the fence."""
    rebuild = until(reindexer, ReindexStep.SWITCH)
    reindexer.indices.block_writes(rebuild.source)
    assert rebuilder.begin("reindex", owner="tester").progress["target"] == rebuild.target
    assert [one.name for one in reindexer.indices.generations()] == [engine.first_index]
    assert engine.bulk([sent(1, version=9)])[0].status == "written"


def test_fields_that_are_gone_are_left_behind(engine, tmp_path):
    """A new version may drop a field; a strict index would refuse every document that still has it."""
    for file in ("mapping.json", "settings.json"):
        text = (HERE / "search" / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace('"words": {"type": "integer"},', ""), encoding="utf-8")
    newer = SearchEngine(engine._address, index=engine.read_alias, schema_folder=tmp_path)
    until(Reindexer(newer, NEW, forgotten=set, now=lambda: TODAY), ReindexStep.DONE)
    assert found(engine) == 40
    assert "words" not in engine.get("id-3").document


def test_a_changed_field_is_named(engine, tmp_path):
    """The drain waits for a reindex then, and `kuzet status` has to say why; a field more is no reason."""
    assert engine.outdated(OLD) == []
    text = (HERE / "search" / "mapping.json").read_text(encoding="utf-8")
    text = text.replace('"words": {"type": "integer"}', '"words": {"type": "keyword"}, "pages": {"type": "integer"}')
    (tmp_path / "mapping.json").write_text(text, encoding="utf-8")
    (tmp_path / "settings.json").write_text((HERE / "search" / "settings.json").read_text(encoding="utf-8"))
    newer = SearchEngine(engine._address, index=engine.read_alias, schema_folder=tmp_path)
    assert newer.outdated(OLD) == ["The fields words are other than config/search asks for"]
    with pytest.raises(EngineRefusedError, match="kuzet reindex"):
        newer.ensure_index(OLD)


def test_an_index_with_older_analyzers_goes_on(engine, tmp_path):
    """A new version that reads queries in another way must not stop the watch until the archive is copied."""
    text = (HERE / "search" / "mapping.json").read_text(encoding="utf-8")
    other = text.replace('"properties": {', '"properties": {"pages": {"type": "integer"},', 1)
    (tmp_path / "mapping.json").write_text(
        other.replace('"analyzer": "words"', '"analyzer": "newer"'), encoding="utf-8"
    )
    (tmp_path / "settings.json").write_text((HERE / "search" / "settings.json").read_text(encoding="utf-8"))
    newer = SearchEngine(engine._address, index=engine.read_alias, schema_folder=tmp_path)
    assert newer.ensure_index(NEW) == engine.index_name()
    document = {**sent(7).document, "pages": 3}
    assert str(newer.bulk([SentDocument("paged", 1, document)])[0].status) == "written"
    assert any("title" in reason for reason in newer.outdated(NEW))
    assert newer.ensure_index(NEW) == engine.index_name()
    newer.close()
