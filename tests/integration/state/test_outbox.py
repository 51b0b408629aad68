"""The outbox, its lock, and the events it writes, against the real server."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from config.settings import Settings
from pipelines.models import Entry, Feed, Outcome, Stage, VersionedDocument
from tests.support.leases import LEASE_S
from worker.runtime import Runtime
from worker.state import ArticleAddress, State
from worker.state.events import FROM_THE_START
from worker.state.records import to_json
from worker.tasks.nudges import nudge_drain

NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
DOCUMENT = {"title": "Су тасқыны", "body": "б" * 500, "source": "dala", "topics": ["emergency"]}


@pytest.fixture
def state(redis):
    return State(redis, prefix="t:", lease_s=LEASE_S)


def extracted(state, article_id, *, title="бір", at=NOW):
    """A claim whose article is ready for the outbox."""
    entry = Entry(link=f"http://dala.example/{article_id}", title=title)
    address = ArticleAddress(article_id=article_id, url=entry.link, host="dala.example")
    state.articles.sight(entry, address, feed=FEED, now=at, needs_page=False)
    return state.articles.claim(article_id, stage=Stage.EXTRACT, now=at)


def put(state, article_id="a1", *, title="бір", at=NOW, document=DOCUMENT):
    claim = extracted(state, article_id, title=title, at=at)
    return state.outbox.put(claim, document, now=at, content_hash="c1")


@dataclass
class Sent:
    """Takes the place of the Celery app, and keeps the names of the tasks that it was given."""

    runtime: Runtime
    names: list[str] = field(default_factory=list)

    def send_task(self, name: str, **_options: object) -> None:
        self.names.append(name)


def test_a_drain_that_failed_is_sent_for_without_documents(broker_url, redis):
    """Else `kuzet status` names an outage of an engine that has been back for an hour."""
    app = Sent(Runtime(Settings(broker_url=broker_url)))
    assert not nudge_drain(app)
    app.runtime.state.outbox.note_problem("http://localhost:9200: it does not answer")
    assert nudge_drain(app)
    assert app.names == ["kuzet.drain_outbox"]


def stored_bytes(redis):
    return sum(len(value.encode()) for value in redis.hvals("t:outbox:docs"))


def test_a_document_waits_until_it_is_settled(state):
    """Looking changes nothing: a drain that dies after sending leaves everything for the next."""
    version = put(state)
    assert state.outbox.peek(10, now=NOW) == [VersionedDocument("a1", version, DOCUMENT)]
    assert state.outbox.peek(10, now=NOW) != []
    assert state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW)
    assert state.outbox.peek(10, now=NOW) == []
    assert not state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW)
    assert dict(state.outcomes.audit(now=NOW).outcomes) == {"indexed": 1}


def test_a_document_waits_compressed_and_one_of_an_earlier_version_is_read(state, redis):
    """An outage of the engine lasts as long as the outbox has room; an upgrade in the middle of it loses nothing."""
    version = put(state, document=DOCUMENT | {"body": "Полиция задержала подозреваемых. " * 40})
    assert state.outbox.bytes_used < 1000
    redis.hset("t:outbox:docs", "a1", f"{version}\n{to_json(DOCUMENT)}")
    assert state.outbox.peek(10, now=NOW) == [VersionedDocument("a1", version, DOCUMENT)]


def test_the_version_is_the_time_and_always_grows(state):
    """External versions decide which text wins in the index, even when a clock goes back."""
    first = put(state)
    assert first == int(NOW * 1000)
    state.outbox.settle("a1", first, Outcome.INDEXED, now=NOW)
    second = put(state, title="екі", at=NOW - 3600)
    assert second == first + 1


def test_bytes_are_counted_exactly(state, redis):
    """Back-pressure hangs on this number: a leak of bytes would stop extraction for ever."""
    versions = {f"a{n}": put(state, f"a{n}", document={"body": "ә" * n}) for n in range(20)}
    assert state.outbox.size == 20
    assert state.outbox.bytes_used == stored_bytes(redis) > 20 * 13
    for article_id, version in versions.items():
        state.outbox.settle(article_id, version, Outcome.INDEXED, now=NOW)
    assert (state.outbox.size, state.outbox.bytes_used) == (0, 0)


def test_a_batch_is_bounded_by_number_and_bytes(state, redis):
    """One bulk request must fit into the engine's memory; a giant document still goes, alone."""
    for number in range(4):
        put(state, f"a{number}", at=NOW + number)
    assert [each.article_id for each in state.outbox.peek(3, now=NOW + 9)] == ["a0", "a1", "a2"]
    two_and_a_half = stored_bytes(redis) * 5 // 8
    assert [each.article_id for each in state.outbox.peek(9, now=NOW + 9, max_bytes=two_and_a_half)] == ["a0", "a1"]
    assert [each.article_id for each in state.outbox.peek(9, now=NOW + 9, max_bytes=1)] == ["a0"]


def test_a_deferred_document_lets_others_pass(state):
    """One document the engine cannot take just now must not block the queue."""
    version = put(state)
    put(state, "a2", at=NOW + 1)
    assert state.outbox.defer("a1", version, until=NOW + 60)
    assert [each.article_id for each in state.outbox.peek(9, now=NOW + 2)] == ["a2"]
    assert [each.article_id for each in state.outbox.peek(9, now=NOW + 60)] == ["a2", "a1"]
    assert not state.outbox.defer("a1", version - 1, until=NOW + 60)


def test_an_old_version_settles_nothing(state):
    """Two drains overlapped: what one sent must not take out the newer document the other has not seen."""
    first = put(state)
    state.articles.sight(
        Entry(link="x", title="екі"),
        ArticleAddress(article_id="a1", url="x", host=""),
        feed=FEED,
        now=NOW + 1,
        needs_page=False,
    )
    state.outbox.settle("a1", first, Outcome.INDEXED, now=NOW + 2)
    claim = state.articles.claim("a1", stage=Stage.EXTRACT, now=NOW + 2)
    second = state.outbox.put(claim, DOCUMENT, now=NOW + 2, content_hash="c2")
    assert not state.outbox.settle("a1", first, Outcome.INDEXED, now=NOW + 3)
    assert not state.outbox.settle("a1", first, Outcome.QUARANTINED, now=NOW + 3, reason="mapping")
    assert state.outbox.size == 1
    assert state.outbox.settle("a1", second, Outcome.INDEXED, now=NOW + 3)
    audit = state.outcomes.audit(now=NOW)
    assert audit.is_balanced
    assert dict(audit.outcomes) == {"indexed": 1, "revised": 1}


def test_two_drains_settle_once(state):
    """The same batch sent twice is booked once and has one event."""
    versions = {f"a{number}": put(state, f"a{number}") for number in range(20)}
    jobs = [item for item in versions.items() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        settled = list(pool.map(lambda job: state.outbox.settle(*job, Outcome.INDEXED, now=NOW), jobs))
    assert sum(settled) == 20
    assert dict(state.outcomes.audit(now=NOW).outcomes) == {"indexed": 20}
    assert len(state.events.read(FROM_THE_START)) == 20
    assert state.outbox.bytes_used == 0


def test_a_refused_document_is_quarantined_and_replayed_from_its_page(state):
    """One bad document must not hold up the others; after the fix it is extracted anew."""
    version = put(state)
    assert state.outbox.settle("a1", version, Outcome.QUARANTINED, now=NOW, reason="strict_dynamic_mapping: field x")
    assert dict(state.outcomes.audit(now=NOW).outcomes) == {"quarantined:strict_dynamic_mapping": 1}
    (quarantined,) = state.quarantine.list()
    assert (quarantined.stage, quarantined.error) == (Stage.EXTRACT, "strict_dynamic_mapping: field x")
    assert (state.outbox.size, state.due.size(Stage.OUTBOX)) == (0, 0)
    assert state.quarantine.replay("a1", now=NOW)
    assert state.articles.claim("a1", stage=Stage.EXTRACT, now=NOW).revision == 0


def test_a_superseded_document_is_no_revision(state):
    """The index has something newer: the record must not claim our text is there."""
    version = put(state)
    state.outbox.settle("a1", version, Outcome.SUPERSEDED, now=NOW)
    trace = state.articles.trace("a1")
    assert (trace.outcome, trace.revision, trace.version) == ("superseded", 0, 0)


def test_one_drain_at_a_time(state):
    """Two drains would send everything twice; a dead one must not block the next for long."""
    token = state.outbox.lock(lease_s=60)
    assert token
    assert state.outbox.lock(lease_s=60) is None
    assert state.outbox.renew(token, lease_s=60)
    assert not state.outbox.renew("stranger", lease_s=60)
    assert not state.outbox.unlock("stranger")
    assert state.outbox.unlock(token)
    assert not state.outbox.renew(token, lease_s=60)
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: state.outbox.lock(lease_s=60), range(16)))
    assert len([each for each in tokens if each]) == 1


def test_a_lock_runs_out(state):
    """The lease is on the server's clock; a drain that lost it learns so when it renews."""
    token = state.outbox.lock(lease_s=0.05)
    time.sleep(0.1)
    other = state.outbox.lock(lease_s=60)
    assert other
    assert not state.outbox.renew(token, lease_s=60)
    assert not state.outbox.unlock(token)
    assert state.outbox.lock(lease_s=60) is None


def test_watchers_are_reported_in_the_same_moment(state):
    """`kuzet watch` and alerts live on this: what was indexed, with its headline, not its text."""
    start = state.events.last_id()
    version = put(state)
    assert state.events.read(start) == []
    state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW + 1)
    version = put(state, title="екі", at=NOW + 2)
    state.outbox.settle("a1", version, Outcome.INDEXED, now=NOW + 3)
    first, second = state.events.read(start)
    assert (first.kind, first.subject, first.at) == ("article.indexed", "a1", NOW + 1)
    assert first.data == {"source": "dala", "title": "Су тасқыны", "topics": ["emergency"]}
    assert second.kind == "article.revised"
    assert state.events.read(first.id) == [second]
    assert state.events.last_id() == second.id
    assert [*state.events.latest(batch=1)] == [second, first]


def test_a_reader_waits_and_knows_when_it_fell_behind(state, redis):
    """A slow reader must learn that events are gone, instead of believing that nothing happened."""
    assert state.events.read(FROM_THE_START, block_ms=20) == []
    first = state.events.publish("rebuild.started", "kuzet-000002", now=NOW, data={"kind": "reindex"})
    (event,) = state.events.read(FROM_THE_START, block_ms=20)
    assert (event.id, event.kind, event.data) == (first, "rebuild.started", {"kind": "reindex"})
    assert not state.events.missed(first)
    for _ in range(3):
        state.events.publish("rebuild.step", "kuzet-000002", now=NOW, data={})
    redis.xtrim("t:events", maxlen=1, approximate=False)
    assert state.events.missed(first)
    assert not state.events.missed(state.events.last_id())


def test_the_stream_is_capped(state, redis):
    """Events are for watchers, not an archive."""
    for script in range(3):
        pipe = redis.pipeline()
        for _ in range(5000):
            pipe.xadd("t:events", {"kind": "x", "subject": "", "at": 0, "data": "{}"})
        pipe.execute()
        state.events.publish("rebuild.step", str(script), now=NOW, data={})
    assert redis.xlen("t:events") < 10_200
