"""The engine answers no: real workers keep the articles, the log and `kuzet status` say why, and nobody has to repair.

Each fault is made on the real node where it can be; where it cannot, a stranger answers on the node's address in the
words of the engine's documentation.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from config.settings import HERE
from pipelines.models import Entry, Feed, Stage, Tagging
from pipelines.pages import article_from_entry
from pipelines.search.documents import build_document
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from tests.support.busy_newsroom import Writer, link
from tests.support.canned_server import refusal, stranger, version
from tests.support.proxies import Door
from tests.support.running_watch import StartWatch, Watch
from worker.cli.console import FAILED, NO_ENGINE
from worker.files.dictionaries import dictionary_name
from worker.state import ArticleAddress

pytestmark = pytest.mark.timeout(240)

BULK = 500
DESK = Feed(id="desk", url="", source="desk", family="desk")
NUMBERS = count(1)


@dataclass(frozen=True)
class Desk:
    """A watch whose engine is behind a door, and a writer who goes on writing."""

    watch: Watch
    door: Door
    writer: Writer
    config: Path

    @property
    def engine(self) -> Any:
        return self.watch.runtime.search

    def problems(self, **environment: str) -> list[str]:
        """What `kuzet status` says is wrong."""
        return list(json.loads(self.watch.kuzet("status", "--json", **environment).stdout)["problems"])

    def log(self) -> str:
        return (self.watch.logs / "index.log").read_text(errors="replace")

    def is_indexed(self, number: int) -> bool:
        trace = self.watch.runtime.state.articles.trace(article_id(link(number)))
        return bool(trace and trace.outcome == "indexed" and not trace.stage)

    def set_block(self, *, blocked: bool) -> None:
        settings = {"index.blocks.read_only_allow_delete": True if blocked else None}
        self.engine.client.indices.put_settings(index=self.engine.index_name(), settings=settings)


@pytest.fixture(scope="module")
def desk(start_watch: StartWatch, search_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    door = Door(search_url)
    door.open()
    config = Path(shutil.copytree(HERE, tmp_path_factory.mktemp("config") / "config"))
    with start_watch(search_url=door.url, drain_batch=BULK, cpu_processes=1, config=config) as watch:
        watch.settle()
        yield Desk(watch, door, Writer(watch.runtime), config)
    door.close()


# ---------------------------------------------------------------- faults that pass


@contextmanager
def full_disk(desk: Desk) -> Iterator[None]:
    """The block that the flood-stage watermark sets."""
    desk.set_block(blocked=True)
    yield
    desk.set_block(blocked=False)


@contextmanager
def answering(desk: Desk, status: int, body: bytes) -> Iterator[None]:
    """Somebody else answers at the engine's address."""
    desk.door.close()
    with stranger(status, body, port=desk.door.port):
        yield
    desk.door.shut()
    desk.door.open()


def wrong_password(desk: Desk) -> AbstractContextManager[None]:
    reason = "unable to authenticate user [kuzet] for REST request [/]"
    return answering(desk, 401, refusal(401, "security_exception", reason))


def overloaded(desk: Desk) -> AbstractContextManager[None]:
    reason = "rejected execution of coordinating operation [coordinating_and_primary_bytes=0]"
    return answering(desk, 429, refusal(429, "es_rejected_execution_exception", reason))


def without_rights(desk: Desk) -> AbstractContextManager[None]:
    reason = "action [indices:data/write/bulk[s]] is unauthorized for user [kuzet]"
    return answering(desk, 403, refusal(403, "security_exception", reason))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (full_disk, "its disk is nearly full, so it has made the index read-only. Free disk space"),
        (wrong_password, "it does not accept the user or the password. Check KUZET_SEARCH_USERNAME"),
        (overloaded, "it is busy or not ready (429 rejected execution"),
        (without_rights, "the user may not do this. Give the user of KUZET_SEARCH_USERNAME the rights."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_articles_wait_and_everybody_is_told_why(
    desk: Desk, fault: Callable[[Desk], AbstractContextManager[None]], sentence: str
) -> None:
    """At night somebody reads one sentence, mends the cause, and goes back to bed."""
    number, seen = next(NUMBERS), len(desk.log())
    outbox = desk.watch.runtime.state.outbox
    with fault(desk):
        desk.writer.say(number, version=1)
        desk.watch.wait(lambda: outbox.size > 0 and sentence in desk.log()[seen:])
        [problem] = desk.problems()
        assert sentence in problem
        assert problem.endswith("Articles wait in the outbox.")
    desk.watch.wait(lambda: desk.is_indexed(number))
    desk.watch.wait(lambda: not desk.problems())
    assert outbox.size == 0
    assert desk.watch.runtime.state.quarantine.size == 0


@pytest.mark.parametrize(
    ("body", "scheme", "sentence"),
    [
        (version("8.19.0"), "http", "it is Elasticsearch 8.19.0, which is too old"),
        (version("2.19.0", distribution="opensearch"), "http", "it is OpenSearch 2.19.0, which is too old"),
        (b"<html>", "http", "neither Elasticsearch nor OpenSearch"),
        (b"<html>", "https", "it speaks plain http, not TLS. Use http://"),
    ],
    ids=["old-elasticsearch", "old-opensearch", "web-server", "no-tls"],
)
def test_status_names_a_server_that_will_not_do(desk: Desk, body: bytes, scheme: str, sentence: str) -> None:
    """A new address in the settings is tried before the workers are restarted with it."""
    with stranger(200, body) as at:
        told = desk.watch.kuzet("status", KUZET_SEARCH_URL=f"{scheme}://{at}")
    assert told.returncode == NO_ENGINE
    assert sentence in told.stdout


# ---------------------------------------------------------------- one bad document


def test_one_poisonous_document_in_a_full_bulk_costs_one_document(desk: Desk) -> None:
    """499 neighbours must not wait for it, nor be written twice; it is kept, named, and counted by a word."""
    state = desk.watch.runtime.state
    token = state.outbox.lock(lease_s=60.0)  # no drain before all of it is there
    while token is None:
        token = state.outbox.lock(lease_s=60.0)
    keys = [put(desk, number, poison={"colour": "red"} if number == BULK // 2 else {}) for number in range(BULK)]
    state.outbox.unlock(token)
    desk.watch.wait(lambda: not state.outbox.size)
    outcomes = [state.articles.trace(key).outcome for key in keys]
    assert outcomes.count("indexed") == BULK - 1
    assert outcomes[BULK // 2] == "quarantined:refused_by_index"
    [kept] = state.quarantine.list()
    assert kept.article_id == keys[BULK // 2]
    assert "colour" in kept.error
    assert keys[BULK // 2] in desk.log()
    assert state.quarantine.drop(kept.article_id)
    desk.engine.refresh()
    found = {one.article_id for one in desk.engine.scan(SearchRequest(filters={"source": ("desk",)}))}
    assert len(found) == BULK - 1


def put(desk: Desk, number: int, *, poison: dict[str, Any]) -> str:
    """Bring an article into the outbox as extraction would; its id."""
    state, now = desk.watch.runtime.state, datetime.now(UTC)
    entry = Entry(link=f"https://desk.example/{number}", title=f"Сводка {number}", content=f"Сводка {number}. " * 9)
    address, at = ArticleAddress.of(entry.link), now.timestamp()
    state.articles.sight(entry, address, feed=DESK, now=at, needs_page=False)
    claim = state.articles.claim(address.article_id, stage=Stage.EXTRACT, now=at)
    assert claim
    article = article_from_entry(entry, url=entry.link, observed_at=now)
    names = {"source": "desk", "family": "desk", "feed": "desk", "revision": 1, "indexed_at": now}
    document = build_document(article, Tagging(), article_id=address.article_id, **names)
    state.outbox.put(claim, document | poison, now=at, content_hash=document["content_hash"])
    return address.article_id


# ---------------------------------------------------------------- faults that need a command


def test_other_fields_wait_for_the_reindex_that_is_named(desk: Desk) -> None:
    """The mapping of an index cannot change; its documents come out of the outbox when the command is done."""
    number, seen = next(NUMBERS), len(desk.log())
    with_other_fields(desk)
    desk.writer.say(number, version=1)
    desk.watch.wait(lambda: "Run `kuzet reindex`." in desk.log()[seen:])
    assert any("words" in problem and "kuzet reindex" in problem for problem in desk.problems())
    assert desk.watch.runtime.state.outbox.size == 1
    done = desk.watch.kuzet("reindex")
    assert done.returncode == 0, done.stderr
    desk.watch.wait(lambda: desk.is_indexed(number))
    assert desk.problems() == []


def with_other_fields(desk: Desk) -> None:
    """Put an index behind the aliases that somebody made with a field of another type; its documents come along."""
    engine = desk.engine
    old, new = engine.index_name(), f"{engine.read_alias}-000002"
    described = engine.client.indices.get(index=old)[old]
    mapping = {**described["mappings"], "_meta": {}}
    mapping["properties"] = {**mapping["properties"], "words": {"type": "keyword"}}
    analysis = described["settings"]["index"]["analysis"]
    engine.client.indices.create(index=new, mappings=mapping, settings={"index": {"analysis": analysis}})
    engine.client.reindex(source={"index": old}, dest={"index": new, "version_type": "external"}, refresh=True)
    moved = [{"remove": {"index": old, "alias": name}} for name in (engine.read_alias, engine.write_alias)]
    moved += [{"add": {"index": new, "alias": name}} for name in (engine.read_alias, engine.write_alias)]
    engine.client.indices.update_aliases(actions=moved)


def test_a_reindex_without_its_dictionary_leaves_all_as_it_was(desk: Desk) -> None:
    """The dictionary is named, with the command that brings it; searching and writing go on in the old index."""
    name, number = desk.engine.index_name(), next(NUMBERS)
    with (desk.config / "lexicon" / "core.tsv").open("a", encoding="utf-8") as words:
        words.write("# a word more\n")
    assert any("older dictionary" in problem and "run `kuzet reindex`" in problem for problem in desk.problems())
    failed = desk.watch.kuzet("reindex")
    assert failed.returncode == FAILED
    assert f"no dictionary {dictionary_name(desk.config / 'lexicon')}" in failed.stderr
    assert "kuzet dictionaries build" in failed.stderr
    assert "Everything is as it was before" in failed.stderr
    assert desk.engine.index_name() == name
    assert "-000004" not in desk.watch.kuzet("reindex", "--list").stdout
    desk.writer.say(number, version=1)
    desk.watch.wait(lambda: desk.is_indexed(number))
