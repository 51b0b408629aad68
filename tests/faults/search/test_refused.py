"""The engine answers no: real workers keep the articles, the log and `kuzet status` say why, and repair is not needed.

Each fault is made on the real node where it can be; where it cannot, a canned server answers on its address in the
words of the engine's documentation.
"""

from __future__ import annotations

import json
import shutil
import time
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
from tests.support.canned_server import canned_server, refusal, version
from tests.support.proxies import SwitchedProxy
from tests.support.running_watch import StartWatch, Watch
from worker.cli.console import FAILED, NO_ENGINE
from worker.files.dictionaries import dictionary_name
from worker.rebuilds.generations import Indices
from worker.state import ArticleAddress
from worker.tasks.drain import RETRY_S

pytestmark = pytest.mark.timeout(240)

BULK = 500
DESK = Feed(id="proxied", url="", source="proxied", family="proxied")
NUMBERS = count(1)


@dataclass(frozen=True)
class ProxiedWatch:
    """A watch whose engine is behind a proxy, and a writer who goes on writing."""

    watch: Watch
    proxy: SwitchedProxy
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
def proxied(
    start_watch: StartWatch, search_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProxiedWatch]:
    proxy = SwitchedProxy(search_url)
    proxy.open()
    config = Path(shutil.copytree(HERE, tmp_path_factory.mktemp("config") / "config"))
    with start_watch(search_url=proxy.url, drain_batch=BULK, cpu_processes=1, config=config) as watch:
        watch.settle()
        yield ProxiedWatch(watch, proxy, Writer(watch.runtime), config)
    proxy.close()


# ---------------------------------------------------------------- faults that pass


@contextmanager
def full_disk(proxied: ProxiedWatch) -> Iterator[None]:
    """The block that the flood-stage watermark sets."""
    proxied.set_block(blocked=True)
    yield
    proxied.set_block(blocked=False)


@contextmanager
def answering(proxied: ProxiedWatch, status: int, body: bytes) -> Iterator[None]:
    """Somebody else answers at the engine's address."""
    proxied.proxy.close()
    with canned_server(status, body, port=proxied.proxy.port):
        yield
    proxied.proxy.shut()
    proxied.proxy.open()


def wrong_password(proxied: ProxiedWatch) -> AbstractContextManager[None]:
    reason = "unable to authenticate user [kuzet] for REST request [/]"
    return answering(proxied, 401, refusal(401, "security_exception", reason))


def overloaded(proxied: ProxiedWatch) -> AbstractContextManager[None]:
    reason = "rejected execution of coordinating operation [coordinating_and_primary_bytes=0]"
    return answering(proxied, 429, refusal(429, "es_rejected_execution_exception", reason))


def without_rights(proxied: ProxiedWatch) -> AbstractContextManager[None]:
    reason = "action [indices:data/write/bulk[s]] is unauthorized for user [kuzet]"
    return answering(proxied, 403, refusal(403, "security_exception", reason))


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
def test_articles_wait_and_everybody_is_reported_why(
    proxied: ProxiedWatch, fault: Callable[[ProxiedWatch], AbstractContextManager[None]], sentence: str
) -> None:
    """At night somebody reads one sentence, mends the cause, and goes back to bed."""
    number, seen = next(NUMBERS), len(proxied.log())
    outbox = proxied.watch.runtime.state.outbox
    with fault(proxied):
        proxied.writer.say(number, version=1)
        proxied.watch.wait(lambda: outbox.size > 0 and sentence in proxied.log()[seen:])
        [problem] = proxied.problems()
        assert sentence in problem
        assert problem.endswith("Articles wait in the outbox.")
    proxied.watch.wait(lambda: proxied.is_indexed(number))
    proxied.watch.wait(lambda: not proxied.problems())
    assert outbox.size == 0
    assert proxied.watch.runtime.state.quarantine.size == 0


def test_an_index_that_somebody_closed_is_named_until_it_is_opened(proxied: ProxiedWatch) -> None:
    """Documents that were put off for a moment still wait: `kuzet status` said in between that all is well."""
    outbox, index = proxied.watch.runtime.state.outbox, proxied.engine.index_name()
    proxied.engine.client.indices.put_settings(index=index, settings={"index.blocks.read_only": True})
    number, lift = next(NUMBERS), Indices(proxied.engine).lift_block
    proxied.writer.say(number, version=1)
    proxied.watch.wait(lambda: bool(outbox.problem))
    ends_at = time.monotonic() + 2 * RETRY_S
    while time.monotonic() < ends_at:
        assert "`kuzet reindex` opens it" in outbox.problem
        time.sleep(0.1)
    assert outbox.problem in proxied.problems()[0]
    lift(index)
    proxied.watch.wait(lambda: proxied.is_indexed(number))
    proxied.watch.wait(lambda: not proxied.problems())


@pytest.mark.parametrize(
    ("body", "scheme", "sentence"),
    [
        (version("8.19.0"), "http", "it is Elasticsearch 8.19.0, which is too old"),
        (version("2.19.0", distribution="opensearch"), "http", "it is OpenSearch 2.19.0, which is too old"),
        (b"<html>", "http", "neither Elasticsearch nor OpenSearch"),
        (b"<html>", "https", "it does not speak TLS. Use http://"),
    ],
    ids=["old-elasticsearch", "old-opensearch", "web-server", "no-tls"],
)
def test_status_names_a_server_that_will_not_do(proxied: ProxiedWatch, body: bytes, scheme: str, sentence: str) -> None:
    """A new address in the settings is tried before the workers are restarted with it."""
    with canned_server(200, body) as at:
        answer = proxied.watch.kuzet("status", KUZET_SEARCH_URL=f"{scheme}://{at}")
    assert answer.returncode == NO_ENGINE
    assert sentence in answer.stdout


# ---------------------------------------------------------------- one bad document


def test_one_poisonous_document_in_a_full_bulk_costs_one_document(proxied: ProxiedWatch) -> None:
    """499 neighbours must not wait for it, nor be written twice; it is kept, named, and counted by a word."""
    state = proxied.watch.runtime.state
    token = state.outbox.lock(lease_s=60.0)  # no drain before all of it is there
    while token is None:
        token = state.outbox.lock(lease_s=60.0)
    keys = [put(proxied, number, poison={"colour": "red"} if number == BULK // 2 else {}) for number in range(BULK)]
    state.outbox.unlock(token)
    proxied.watch.wait(lambda: not state.outbox.size)
    outcomes = [state.articles.trace(key).outcome for key in keys]
    assert outcomes.count("indexed") == BULK - 1
    assert outcomes[BULK // 2] == "quarantined:refused_by_index"
    [kept] = state.quarantine.list()
    assert kept.article_id == keys[BULK // 2]
    assert "colour" in kept.error
    assert keys[BULK // 2] in proxied.log()
    assert state.quarantine.drop(kept.article_id)
    proxied.engine.refresh()
    found = {one.article_id for one in proxied.engine.scan(SearchRequest(filters={"source": ("proxied",)}))}
    assert len(found) == BULK - 1


def put(proxied: ProxiedWatch, number: int, *, poison: dict[str, Any]) -> str:
    """Bring an article into the outbox as extraction would; its id."""
    state, now = proxied.watch.runtime.state, datetime.now(UTC)
    entry = Entry(link=f"https://proxied.example/{number}", title=f"Сводка {number}", content=f"Сводка {number}. " * 9)
    address, at = ArticleAddress.of(entry.link), now.timestamp()
    state.articles.sight(entry, address, feed=DESK, now=at, needs_page=False)
    claim = state.articles.claim(address.article_id, stage=Stage.EXTRACT, now=at)
    assert claim
    article = article_from_entry(entry, url=entry.link, observed_at=now)
    names = {"source": "proxied", "family": "proxied", "feed": "proxied", "revision": 1, "indexed_at": now}
    document = build_document(article, Tagging(), article_id=address.article_id, **names)
    state.outbox.put(claim, document | poison, now=at, content_hash=document["content_hash"])
    return address.article_id


# ---------------------------------------------------------------- faults that need a command


def test_other_fields_wait_for_the_reindex_that_is_named(proxied: ProxiedWatch) -> None:
    """The mapping of an index cannot change; its documents come out of the outbox when the command is done."""
    number, seen = next(NUMBERS), len(proxied.log())
    with_other_fields(proxied)
    proxied.writer.say(number, version=1)
    proxied.watch.wait(lambda: "Run `kuzet reindex`." in proxied.log()[seen:])
    assert any("words" in problem and "kuzet reindex" in problem for problem in proxied.problems())
    assert proxied.watch.runtime.state.outbox.size == 1
    done = proxied.watch.kuzet("reindex")
    assert done.returncode == 0, done.stderr
    proxied.watch.wait(lambda: proxied.is_indexed(number))
    assert proxied.problems() == []


def with_other_fields(proxied: ProxiedWatch) -> None:
    """Put an index behind the aliases that somebody made with a field of another type; its documents come along."""
    engine = proxied.engine
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


def test_a_reindex_without_its_dictionary_leaves_all_as_it_was(proxied: ProxiedWatch) -> None:
    """The dictionary is named, with the command that brings it; searching and writing go on in the old index."""
    name, number = proxied.engine.index_name(), next(NUMBERS)
    with (proxied.config / "lexicon" / "core.tsv").open("a", encoding="utf-8") as words:
        words.write("# a word more\n")
    assert any("older dictionary" in problem and "run `kuzet reindex`" in problem for problem in proxied.problems())
    failed = proxied.watch.kuzet("reindex")
    assert failed.returncode == FAILED
    assert f"no dictionary {dictionary_name(proxied.config / 'lexicon')}" in failed.stderr
    assert "kuzet dictionaries build" in failed.stderr
    assert "Everything is as it was before" in failed.stderr
    assert proxied.engine.index_name() == name
    assert "-000004" not in proxied.watch.kuzet("reindex", "--list").stdout
    proxied.writer.say(number, version=1)
    proxied.watch.wait(lambda: proxied.is_indexed(number))
