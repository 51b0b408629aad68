"""What a release of kuzet leaves behind: its index and its Redis state, in files that people and later releases read.

Renew it with every release, from its commit:    python -m tests.support.release tests/data/releases/0.2.0

It runs a watch of that release over the newsroom at fixed addresses, stops it with work at every stage, and writes

    release.json     version of kuzet, when it was made, names of index and dictionary
    index.json       settings and mapping of the live index
    documents.jsonl  every document with its version, as `kuzet export` writes them
    state.jsonl      every key of the state: name, type, seconds to live, value
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis import Redis

from config.settings import HERE, Settings
from pipelines.models import Entry, Feed, Outcome, Stage, Tagging
from pipelines.pages import article_from_entry
from pipelines.search.documents import build_document
from pipelines.search.exports import from_row, to_row
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from seeds.newsroom import Newsroom, Premises
from tests.support.running_watch import QUICK, Watch, watching
from worker.files.dictionaries import build_dictionaries
from worker.rebuilds import RETAG, open_rebuilder
from worker.rebuilds.forget import forget
from worker.search.bulk import BulkStatus, write_documents
from worker.search.engine import SearchEngine
from worker.state import ArticleAddress

PREMISES = Premises(host_base="127.0.7.2", port=29_107)
"""Links are identities, so the sites are where they were when the state was written."""

INDEX, PREFIX = "release", "release:"
PUBLISHED = 20
REVISED = "uk-drugs-karagandy"
DESK = Feed(id="desk", url="", source="desk", family="desk")
WAITING = {name: f"https://desk.example/{name}" for name in ("extract", "outbox", "quarantine")}
FETCHED_NOWHERE = f"http://{PREMISES.host_base}:{PREMISES.port}/nowhere"
TEXT = "Полиция Караганды задержала троих наркокурьеров и изъяла 12 кг героина. " * 3
PASSING = ("celery:", "workers", "tick")
"""Messages and signs of life, which say nothing to a later release."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release's own words about what it left."""

    kuzet: str
    made_at: str
    index: str
    dictionary: str
    forgotten: str

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def newsroom(made: datetime) -> Newsroom:
    """The sites as they were: the same addresses, the same dates in their feeds."""
    return Newsroom(premises=PREMISES, troubles=QUICK, clock=lambda: made)


# ---------------------------------------------------------------- writing


def write_release(folder: Path) -> None:
    """Let a watch work, stop it in the middle of things, and write down what it leaves."""
    settings = Settings()
    dictionaries = settings.cache / "dictionaries"
    dictionary = dictionaries / build_dictionaries(dictionaries, lexicons=[HERE / "lexicon"])
    made = datetime.now(UTC).replace(microsecond=0)
    with TemporaryDirectory() as data, newsroom(made) as sites:
        names = {"redis_prefix": PREFIX, "search_index": INDEX}
        with watching(Path(data), dictionary=dictionary, newsroom=sites, **names) as watch:
            forgotten = live_a_little(watch)
            leave_in_the_middle(watch)
            release = Release(
                kuzet=version("kuzet"),
                made_at=made.isoformat(),
                index=watch.runtime.search.index_name(),
                dictionary=dictionary.name,
                forgotten=forgotten,
            )
            write(folder, release, watch)


def live_a_little(watch: Watch) -> str:
    """Publish, revise and forget; the link that is forgotten."""
    watch.newsroom.publish(REVISED, count=PUBLISHED)
    watch.settle()
    watch.newsroom.revise(REVISED)
    watch.settle()
    ended = [each for each in watch.newsroom.expectations() if watch.trace(each).outcome == "indexed"]
    forget(article_id(ended[0].link), engine=watch.runtime.search, state=watch.runtime.state, now=watch.runtime.now())
    watch.runtime.search.refresh()
    return ended[0].link


def leave_in_the_middle(watch: Watch) -> None:
    """Stop the workers, and leave one article at each stage and a retag that no worker has begun."""
    for name in ("beat", "io", "cpu", "index"):
        watch.kill(name, signal.SIGSTOP)
    state, now = watch.runtime.state, watch.runtime.now()
    for link in (*WAITING.values(), FETCHED_NOWHERE):
        entry = Entry(link=link, title="Задержаны наркокурьеры", content=TEXT)
        state.articles.sight(entry, ArticleAddress.of(link), feed=DESK, now=now, needs_page=link == FETCHED_NOWHERE)
    put(watch, WAITING["outbox"])
    quarantined = put(watch, WAITING["quarantine"])
    key = article_id(WAITING["quarantine"])
    state.outbox.settle(key, quarantined, Outcome.QUARANTINED, now=now, reason="the engine refused it")
    open_rebuilder(watch.runtime).begin(RETAG, owner="somebody at the old release")


def put(watch: Watch, link: str) -> int:
    """Put a waiting article's document into the outbox."""
    runtime, now = watch.runtime, watch.runtime.now()
    claim = runtime.state.articles.claim(article_id(link), stage=Stage.EXTRACT, now=now)
    assert claim is not None
    moment = datetime.fromtimestamp(now, UTC)
    article = article_from_entry(claim.entry, url=link, observed_at=moment)
    names = {"source": DESK.source, "family": DESK.family, "feed": DESK.id, "revision": 1, "indexed_at": moment}
    document = build_document(article, Tagging(ruleset="old"), article_id=claim.article_id, **names)
    put_version = runtime.state.outbox.put(claim, document, now=now, content_hash=document["content_hash"])
    assert put_version is not None
    return put_version


def write(folder: Path, release: Release, watch: Watch) -> None:
    engine = watch.runtime.search
    index = engine.client.indices.get(index=release.index).body[release.index]
    own = {
        name: index["settings"]["index"][name]
        for name in ("analysis", "query", "mapping")
        if name in index["settings"]["index"]
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "release.json", asdict(release))
    write_json(folder / "index.json", {"settings": {"index": own}, "mappings": index["mappings"]})
    stored = sorted(engine.scan(SearchRequest()), key=lambda one: one.article_id)
    write_lines(folder / "documents.jsonl", (to_row(one.document, version=one.version) for one in stored))
    write_lines(folder / "state.jsonl", read_state(watch.runtime.redis, PREFIX))


def write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_lines(file: Path, rows: Iterable[object]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read_state(redis: Redis, prefix: str) -> Iterator[dict[str, Any]]:
    """Every key that will matter to a later release."""
    for key in sorted(redis.scan_iter(match=f"{prefix}*")):
        name = key.removeprefix(prefix)
        if not name.startswith(PASSING):
            kind, ttl_s = redis.type(key), redis.ttl(key)
            yield {"key": name, "type": kind, "ttl_s": max(0, ttl_s), "value": read_value(redis, key, kind)}


def read_value(redis: Redis, key: str, kind: str) -> Any:
    match kind:
        case "string":
            return redis.get(key)
        case "hash":
            return redis.hgetall(key)
        case "list":
            return redis.lrange(key, 0, -1)
        case "zset":
            return redis.zrange(key, 0, -1, withscores=True)
        case "set":
            return sorted(redis.smembers(key))
        case "stream":
            return redis.xrange(key)
    raise ValueError(f"{key} is of a type that this does not keep yet: {kind}")


# ---------------------------------------------------------------- reading


def read_release(folder: Path) -> Release:
    return Release(**json.loads((folder / "release.json").read_text(encoding="utf-8")))


def documents(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()]


def restore_index(folder: Path, engine: SearchEngine) -> None:
    """Make the index with its documents as the release had it; its dictionary has to be on the node."""
    release, index = read_release(folder), json.loads((folder / "index.json").read_text(encoding="utf-8"))
    aliases: dict[str, Any] = {engine.read_alias: {}, engine.write_alias: {"is_write_index": True}}
    engine.client.indices.create(index=release.index, aliases=aliases, **index)
    exported = [one for row in documents(folder) if (one := from_row(row))]
    results = write_documents(engine.client, exported, alias=engine.write_alias, address="the release's index")
    assert {result.status for result in results} == {BulkStatus.WRITTEN}
    engine.refresh()


def restore_state(folder: Path, redis: Redis, *, prefix: str) -> None:
    for line in (folder / "state.jsonl").read_text(encoding="utf-8").splitlines():
        kept = json.loads(line)
        write_value(redis, prefix + kept["key"], kept)
        if kept["ttl_s"]:
            redis.expire(prefix + kept["key"], kept["ttl_s"])


def write_value(redis: Redis, key: str, kept: Mapping[str, Any]) -> None:
    value: Any = kept["value"]
    match kept["type"]:
        case "string":
            redis.set(key, value)
        case "hash":
            redis.hset(key, mapping=value)
        case "list":
            redis.rpush(key, *value)
        case "zset":
            redis.zadd(key, dict(value))
        case "set":
            redis.sadd(key, *value)
        case "stream":
            for number, fields in value:
                redis.xadd(key, fields, id=number)


if __name__ == "__main__":
    write_release(Path(sys.argv[1]))
