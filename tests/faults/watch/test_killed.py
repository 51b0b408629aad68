"""SIGKILL for io worker, extraction, drain, search node and broker while news come in: nothing is lost or doubled."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config.settings import Settings
from pipelines.errors import EngineUnavailableError
from pipelines.models import Stage
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from tests.support.builders import SentDocument
from tests.support.running_watch import Watch, watching
from tests.support.short_analysis import short_analysis
from worker.search.engine import SearchEngine
from worker.state.workers import present

pytestmark = pytest.mark.timeout(240)

LIMITS = {"fetch_deadline_s": 3.0, "cpu_deadline_s": 5.0, "search_timeout_s": 5.0, "cpu_processes": 1}
WAVE = 5
BATCHES, BATCH = 40, 50
GIVE_UP_S = 60.0


class Bulks:
    """Writes to an index of its own while the node is killed, as a drain would: again what was not acknowledged."""

    def __init__(self, watch: Watch) -> None:
        own = Settings(search_url=watch.run.endpoints.search_url, search_index="bulks")
        with closing(SearchEngine.connect(own)) as patient:
            patient.ensure_index(short_analysis())
        self.engine = SearchEngine.connect(own.model_copy(update={"search_timeout_s": 5}))
        self.written, self.interrupted, self.odd = 0, 0, set[str]()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _write(self) -> None:
        for number in range(BATCHES):
            waiting = [SentDocument(f"{number}-{one}", 1, {"content_hash": "f00"}) for one in range(BATCH)]
            while waiting:
                try:
                    results = self.engine.bulk(waiting)
                except EngineUnavailableError:
                    self.interrupted += 1
                    time.sleep(0.1)
                    continue
                self.odd |= {str(result.status) for result in results} - {"written", "present", "retry"}
                waiting = [one for one, result in zip(waiting, results, strict=True) if str(result.status) == "retry"]
            self.written += 1
            time.sleep(0.02)

    def join(self) -> None:
        self._thread.join(GIVE_UP_S)
        assert not self._thread.is_alive()


@dataclass(frozen=True)
class AfterKills:
    """A watch after everything was killed once, and what was caught in the act."""

    watch: Watch
    fetched_by_killed: set[str]
    extracted_by_killed: set[str]
    drained_by_killed: int
    killed_node: int
    bulks: Bulks


@pytest.fixture(scope="module")
def after_kills(tmp_path_factory: pytest.TempPathFactory, dictionary: Path) -> Iterator[AfterKills]:
    """The newsroom publishes, wave by wave; in each wave something is killed. Then all has settled."""
    folder = tmp_path_factory.mktemp("killed")
    with watching(folder, dictionary=dictionary, **LIMITS) as watch:
        watch.run.spawn("second-beat", ("celery", "-A", "worker", "beat", "-s", str(folder / "second"), "--pidfile="))
        watch.wait(lambda: watch.runtime.state.outcomes.audit(now=time.time()).sighted > 0)
        bulks = Bulks(watch)
        fetched = kill_while_claimed(watch, Stage.FETCH, lambda: watch.kill("io"))
        extracted = kill_while_claimed(watch, Stage.EXTRACT, lambda: kill_pool_child(watch))
        drained = kill_while_draining(watch)
        watch.newsroom.publish(count=WAVE)
        node = watch.run.pids()["search"]
        bulks.start()
        watch.wait(lambda: bulks.written > 0, slowest_s=0.02)
        watch.kill("search")
        watch.wait(lambda: watch.runtime.state.outbox.size > 0)
        watch.newsroom.publish(count=WAVE)
        watch.kill("broker")
        watch.newsroom.publish_all()
        watch.settle()
        bulks.join()
        yield AfterKills(watch, fetched, extracted, drained, node, bulks)
        bulks.engine.close()


def kill_while_claimed(watch: Watch, stage: Stage, kill) -> set[str]:
    """Publish and kill as soon as an article of the stage is being worked on; the articles that were left behind."""
    for _ in range(20):
        watch.newsroom.publish(count=2)
        if not (before := caught(watch, stage)):
            continue
        kill()
        time.sleep(0.1)  # what had been sent has arrived
        if left := before & claimed(watch, stage):
            return left
    raise AssertionError(f"never caught at {stage}")


def caught(watch: Watch, stage: Stage, *, patience_s: float = 6.0) -> set[str]:
    """Wait for articles that are being worked on; none when they were so quick that no look saw them."""
    ends_at = time.monotonic() + patience_s
    while time.monotonic() < ends_at:
        if found := claimed(watch, stage):
            return found
        time.sleep(0.005)
    return set()


def claimed(watch: Watch, stage: Stage) -> set[str]:
    """The articles somebody holds a claim on."""
    redis, prefix = watch.runtime.redis, watch.runtime.settings.redis_prefix
    ids = redis.zrange(f"{prefix}due:{stage}", 0, -1)
    return {key for key in ids if redis.hget(f"{prefix}article:{key}", "token")}


def kill_pool_child(watch: Watch) -> None:
    for child in psutil.Process(watch.run.pids()["cpu"]).children():
        child.kill()


def kill_while_draining(watch: Watch) -> int:
    """Kill the index worker while the node has its documents and has not answered; how many they were."""
    outbox = watch.runtime.state.outbox
    watch.kill("search", signal.SIGSTOP)
    watch.newsroom.publish(count=WAVE)
    watch.wait(lambda: outbox.size > 0 and outbox.is_locked(lease_s=60), slowest_s=0.02)
    time.sleep(0.5)  # the bulk is on its way
    watch.kill("index")
    left = outbox.size
    watch.kill("search", signal.SIGCONT)
    return left


def test_something_was_killed_in_the_middle_of_its_work(after_kills: AfterKills) -> None:
    """Else the rest of this file would prove nothing."""
    assert after_kills.fetched_by_killed
    assert after_kills.extracted_by_killed
    assert after_kills.drained_by_killed


def test_every_sighting_has_exactly_one_outcome(after_kills: AfterKills) -> None:
    """The books agree with what was published, whichever process died on the way."""
    watch = after_kills.watch
    books = watch.runtime.state.outcomes.audit(now=time.time())
    assert books.is_balanced
    assert books.sighted == watch.newsroom.expected_sightings
    assert sum(books.outcomes.values()) == books.sighted
    for expectation in watch.newsroom.expectations():
        assert watch.trace(expectation).outcome in expectation.outcomes, expectation.link


def test_every_article_is_in_the_index_exactly_once(after_kills: AfterKills) -> None:
    """What an analyst sees: nothing missing, nothing twice, nothing written a second time as a revision."""
    watch = after_kills.watch
    found = list(watch.runtime.search.scan(SearchRequest()))
    indexed = {
        article_id(each.link) for each in watch.newsroom.expectations() if watch.trace(each).outcome == "indexed"
    }
    assert Counter(stored.article_id for stored in found) == Counter(indexed)
    assert {stored.document["revision"] for stored in found} == {1}


def test_watchers_hear_of_each_article_once(after_kills: AfterKills) -> None:
    """An alert that comes twice is ignored the third time."""
    events = after_kills.watch.runtime.state.events.read("0-0", limit=1000, block_ms=1)
    answer = Counter(event.subject for event in events if event.kind.startswith("article."))
    assert set(answer.values()) == {1}


def test_the_quarantine_is_empty(after_kills: AfterKills) -> None:
    """A worker's death is no fault of the article it had in its hands."""
    assert after_kills.watch.runtime.state.quarantine.size == 0


def test_the_workers_came_back(after_kills: AfterKills) -> None:
    """What was killed was started again, and has been at work since."""
    assert set(after_kills.watch.run.pids()) == {"broker", "search", "io", "cpu", "index", "beat", "second-beat"}
    assert after_kills.watch.run.failed() == ()
    runtime = after_kills.watch.runtime
    workers = present(runtime.redis, runtime.settings.redis_prefix, now=time.time())
    assert [worker.name.partition("@")[0] for worker in workers] == ["cpu", "index", "io"]


def test_a_killed_node_comes_back_where_it_was(after_kills: AfterKills) -> None:
    """Workers know one address: the node must return to it, with its documents."""
    assert after_kills.watch.run.pids()["search"] != after_kills.killed_node
    indexed = after_kills.watch.runtime.state.outcomes.audit(now=time.time()).outcomes["indexed"]
    assert after_kills.watch.runtime.search.count() == indexed


def test_bulks_to_a_node_that_is_killed_lose_and_double_nothing(after_kills: AfterKills) -> None:
    """What was acknowledged stays; what was not is written again and says whether it had been there."""
    bulks = after_kills.bulks
    assert bulks.interrupted
    assert not bulks.odd
    bulks.engine.refresh()
    assert {one.article_id for one in bulks.engine.scan(SearchRequest())} == {
        f"{number}-{one}" for number in range(BATCHES) for one in range(BATCH)
    }
    assert {one.version for one in bulks.engine.scan(SearchRequest())} == {1}
