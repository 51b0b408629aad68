"""Retag, forget, export and import on the real node and broker: documents written anew, and what must never be lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from config.settings import Settings
from pipelines.models import Article, ArticleDocument, Entry, Extraction, Feed, Outcome, PublishedFrom, Stage, Tagging
from pipelines.search.documents import build_document
from pipelines.search.exports import from_row, to_row
from pipelines.search.request import SearchRequest
from pipelines.tagging import Tagger
from tests.support.leases import LEASE_S
from tests.support.short_analysis import short_analysis
from worker.rebuilds.forget import forget
from worker.rebuilds.rebuilder import Rebuilder
from worker.rebuilds.reindex import Reindexer, ReindexStep
from worker.rebuilds.retag import Changes, OldTags, Retag, retagged
from worker.rebuilds.rewriting import Rewriter
from worker.rebuilds.transfer import restore
from worker.runtime import Runtime
from worker.search.engine import SearchEngine
from worker.state import ArticleAddress, State
from worker.tasks.drain import drain

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
VERSION = 1_000_000
ANALYSIS = short_analysis()
DRUGS = "В Караганде полицейские изъяли 12 кг героина, задержаны трое наркокурьеров."
WEATHER = "На выходных в Алматы ожидается солнечная погода без осадков."


@dataclass(frozen=True)
class Sent:
    article_id: str
    version: int
    document: Mapping[str, Any]


def old_document(number: int, *, text: str = "", tagging: Tagging | None = None) -> dict[str, Any]:
    """What an older ruleset found in the text: nothing."""
    body = text or (DRUGS, WEATHER)[number % 2]
    article = Article(
        url=f"https://habar.example/{number}", title=f"Новость {number}", body=body, summary="", language="ru",
        kazakh_share=0.0, extraction=Extraction.FULL, published_at=NOW - timedelta(days=number % 5),
        published_from=PublishedFrom.FEED, observed_at=NOW,
    )  # fmt: skip
    names = {"source": ("habar", "xabar")[number % 3 == 0], "family": "habar", "feed": "habar"}
    tagging = tagging or Tagging(ruleset="old", topics=("weather",))
    return build_document(article, tagging, article_id=key(number), revision=1, indexed_at=NOW, **names)


def key(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def state(redis: Redis) -> State:
    return State(redis, prefix="r:", lease_s=LEASE_S)


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    """An index with twelve articles tagged by older rules."""
    engine = new_engine(search_url)
    engine.bulk([Sent(key(number), VERSION, old_document(number)) for number in range(12)])
    engine.refresh()
    yield engine
    drop(engine)


def new_engine(search_url: str) -> SearchEngine:
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"anew-{uuid4().hex[:8]}"))
    engine.ensure_index(ANALYSIS)
    return engine


def drop(engine: SearchEngine) -> None:
    engine.client.indices.delete(index=f"{engine.read_alias}-0*")
    engine.close()


@pytest.fixture
def job(engine: SearchEngine, state: State, tagger: Tagger) -> Retag:
    return Retag(engine, Rewriter(engine, state), tagger=lambda: tagger)


def retag(job: Retag, state: State, **options: Any) -> Mapping[str, Any]:
    """Run it to its end as the workers would; its last progress."""
    rebuilder = Rebuilder(state.rebuilds, {"retag": job}, now=time.time)
    rebuilder.begin("retag", owner="tester", **options)
    while state.rebuilds.current():
        rebuilder.step()
    return state.rebuilds.last().progress


def stored(engine: SearchEngine) -> dict[str, ArticleDocument]:
    engine.refresh()
    return {one.article_id: one for one in engine.scan(SearchRequest())}


def in_flight(state: State, number: int, *, now: float):
    """An article that was indexed under VERSION and is being extracted again."""
    feed = Feed(id="habar", url="", source="habar", family="habar")
    entry = Entry(link=f"https://habar.example/{number}", title="Новость", content=f"{DRUGS} {now}")
    address = ArticleAddress(article_id=key(number), url=entry.link, host="habar.example")
    state.articles.sight(entry, address, feed=feed, now=now, needs_page=False)
    return state.articles.claim(key(number), stage=Stage.EXTRACT, now=now)


# ---------------------------------------------------------------- retag


def test_every_article_gets_todays_tags(engine, job, state, tagger):
    """As if each had come in today; all else stays, and the version goes up by one."""
    progress = retag(job, state)
    assert (progress["done"], progress["written"], progress["changed"], progress["failed"]) == (12, 12, 12, 0)
    for number in range(12):
        one = stored(engine)[key(number)]
        text = old_document(number)
        fresh = tagger.tag(text["title"], text["body"], language="ru")
        assert one.document == old_document(number, tagging=fresh)
        assert one.version == VERSION + 1
    assert retag(job, state)["done"] == 0


def test_only_what_was_chosen_is_tagged(engine, job, state):
    """A rule of one topic was changed, a source was misread, last week matters most."""
    assert retag(job, state, sources=["xabar"], since=(NOW - timedelta(days=2)).isoformat())["written"] == 2
    assert retag(job, state, topics=["drugs"])["written"] == 0
    assert retag(job, state, topics=["weather"])["written"] == 10


def test_a_revision_that_comes_meanwhile_wins(engine, job, state, tagger, monkeypatch):
    """It was written between our reading and our writing: its words stay, with today's tags."""
    newer = Sent(key(3), VERSION + 50_000, old_document(3, text=f"{DRUGS} Уточнено."))
    bulk = engine.bulk

    def meddle(documents):
        monkeypatch.setattr(engine, "bulk", bulk)
        bulk([newer])
        return bulk(documents)

    monkeypatch.setattr(engine, "bulk", meddle)
    retag(job, state)
    one = stored(engine)[key(3)]
    assert one.document["body"].endswith("Уточнено.")
    assert one.version == newer.version + 1
    assert one.document["ruleset"] == tagger.ruleset.version


def test_the_next_revision_is_above_the_retag_even_if_the_clock_went_back(engine, job, state):
    """Else a correction would be refused by the index as older than our tags."""
    claim = in_flight(state, 0, now=VERSION / 1000)
    assert state.outbox.put(claim, old_document(0), now=VERSION / 1000, content_hash="0") == VERSION
    state.outbox.settle(key(0), VERSION, Outcome.INDEXED, now=VERSION / 1000)
    claim = in_flight(state, 0, now=VERSION / 1000 + 1)
    retag(job, state)
    version = state.outbox.put(claim, old_document(0), now=VERSION / 1000 - 5, content_hash="1")
    assert version == VERSION + 2
    assert str(engine.bulk([Sent(key(0), version, old_document(0))])[0].status) == "written"


def test_an_article_with_a_revision_in_the_outbox_is_left_to_it(engine, job, state):
    """Its version is given already; ours could be above it and keep it out."""
    claim = in_flight(state, 0, now=VERSION / 1000)
    state.outbox.put(claim, old_document(0), now=VERSION / 1000, content_hash="0")
    progress = retag(job, state)
    assert progress["failed"] == 1
    assert stored(engine)[key(0)].version == VERSION


def test_a_recheck_of_the_same_words_stays_unchanged(state):
    """The record follows what was written, and not what was not."""
    claim = in_flight(state, 0, now=1_000.0)
    state.outbox.put(claim, old_document(0), now=1_000.0, content_hash="a")
    state.outbox.settle(key(0), VERSION, Outcome.INDEXED, now=1_000.0)
    assert not state.rewrites.note(key(0), VERSION + 1, content_hash="b")
    assert state.rewrites.reserve(key(0), VERSION + 1)
    assert state.rewrites.note(key(0), VERSION + 1, content_hash="b")
    assert state.articles.trace(key(0)).content_hash == "b"


def test_what_ends_its_workers_is_left_out(job, engine):
    """One text that no worker survives must not keep the others from their tags."""
    held = []
    progress = job.advance(job.plan({}), attempts=3, checkpoint=held.append)
    assert held[0]["failed"] == 1
    assert held[0]["after"] == key(0)
    assert [one["done"] for one in held] == list(range(1, 13))
    assert progress["passes"] == 1
    assert (progress["after"], progress["total"]) == ("", 13)


def test_a_dry_run_counts_per_topic_and_writes_nothing(engine, tagger):
    """Before a rule is let loose on the archive, one sees what it does."""
    changes = Changes()
    for one in OldTags(engine, tagger.ruleset.version):
        changes.note(one.document, retagged(tagger, one.document))
    assert (changes.articles, changes.lost["weather"], changes.gained["drugs"]) == (12, 12, 6)
    assert {one.version for one in stored(engine).values()} == {VERSION}


# ---------------------------------------------------------------- forget


def test_the_forgotten_are_gone_everywhere_and_for_good(engine, state, job):
    """From the live index, from the one that is kept for going back, from feeds, imports and retags."""
    reindexer = Reindexer(engine, ANALYSIS, forgotten=state.forgotten.ids, now=time.time)
    rebuild = reindexer.plan()
    while rebuild.step is not ReindexStep.DONE:
        rebuild = reindexer.advance(rebuild)
    row = to_row(stored(engine)[key(4)].document, version=VERSION)
    assert forget(key(4), engine=engine, state=state, now=1.0)
    assert not engine.client.exists(index=rebuild.source, id=key(4))
    assert in_flight(state, 4, now=2.0) is None
    assert restore([from_row(row)], engine=engine, state=state, now=3.0) == {"forgotten": 1}
    retag(job, state)
    assert len(stored(engine)) == 11
    assert not forget(key(4), engine=engine, state=state, now=4.0)


def test_what_is_forgotten_while_it_is_tagged_does_not_come_back(engine, state, job, monkeypatch):
    """Our write comes after the person's deletion: it is taken back."""
    bulk = engine.bulk

    def meddle(documents):
        forget(key(5), engine=engine, state=state, now=1.0)
        engine.client.indices.refresh(index=engine.write_alias)
        return bulk([Sent(one.article_id, one.version + 10, one.document) for one in documents])

    monkeypatch.setattr(engine, "bulk", meddle)
    retag(job, state)
    assert key(5) not in stored(engine)
    assert len(stored(engine)) == 11


def test_what_is_forgotten_while_it_is_sent_does_not_stay(engine, state, broker_url, monkeypatch):
    """The drain had it in its hands when the person asked."""
    settings = Settings(broker_url=broker_url, redis_prefix="r:", search_index=engine.read_alias)
    runtime = Runtime(settings)
    monkeypatch.setattr(runtime, "search", engine, raising=False)
    monkeypatch.setattr(runtime, "ensure_index", lambda: None)
    now = time.time()
    state.outbox.put(in_flight(state, 0, now=now), old_document(0), now=now, content_hash="0")
    bulk = engine.bulk

    def meddle(documents):
        forget(key(0), engine=engine, state=state, now=now)
        return bulk(documents)

    monkeypatch.setattr(engine, "bulk", meddle)
    drain(runtime, state.outbox.lock(lease_s=10.0))
    assert key(0) not in stored(engine)
    assert state.outcomes.audit(now=now).is_balanced


# ---------------------------------------------------------------- export and import


def test_an_export_restores_equal_documents(engine, state, search_url):
    """A new server begins where the old one ended: the same documents, once, however often they are imported."""
    rows = [to_row(one.document, version=one.version) for one in engine.scan(SearchRequest())]
    other = new_engine(search_url)
    try:
        exported = [from_row(row) for row in rows]
        assert restore(exported, engine=other, state=state, now=1.0) == {"restored": 12}
        assert restore(exported, engine=other, state=state, now=2.0) == {"known already": 12}
        before, after = stored(engine), stored(other)
        assert {name: (one.version, one.document) for name, one in before.items()} == {
            name: (one.version, one.document) for name, one in after.items()
        }
        trace = state.articles.trace(key(1))
        assert (trace.outcome, trace.version, trace.revision) == ("indexed", VERSION, 1)
    finally:
        drop(other)


def test_a_restored_article_goes_on_as_a_revision(engine, state):
    """Its feed lists it again: the words it has are known, other words are its second revision."""
    exported = from_row(to_row(old_document(0), version=VERSION))
    restore([exported], engine=engine, state=state, now=1.0)
    claim = in_flight(state, 0, now=2.0)
    assert (claim.content_hash, claim.revision, claim.version) == (exported.document["content_hash"], 1, VERSION)


def test_rows_of_other_kinds_are_no_exports():
    """`kuzet import` takes texts as well, and tells them apart line by line."""
    assert from_row({"text": "…", "id": "x"}) is None
    assert from_row({"_version": "1", "id": "x", "content_hash": "y"}) is None
