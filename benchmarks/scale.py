"""What an article costs, to plan machines by: CPU time of each step; bytes in the index, the broker and the page store.

    KUZET_SHARED=… python -m benchmarks.scale

CPU time is counted and not time on the clock, so that a busy machine changes it little. Pages and texts are real news.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from redis import Redis

from benchmarks.support.node import Node, search_node
from benchmarks.support.texts import Text, load_texts
from config.settings import Settings
from pipelines.models import Entry, Feed, Outcome, Page, Stage, VersionedDocument
from pipelines.pages import extract_article
from worker.files.pages import PageStore
from worker.local.broker import start_broker
from worker.local.report import Silence
from worker.local.supervisor import Supervisor
from worker.runtime import Runtime
from worker.state import ArticleAddress, State

NOW = datetime(2026, 11, 25, tzinfo=UTC)
FEED = Feed(id="news", url="https://news.example.kz/rss", source="news", family="news")
LEASES = dict.fromkeys(Stage, 60.0)
BATCH = 200
COPIES = 5
"""How often each text is indexed, so that what an empty index weighs does not count."""


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    value: str


def rows(shared: Path) -> Iterator[Row]:
    pages, texts = real_pages(shared), load_texts()
    yield Row("real pages, real texts", f"{len(pages)}, {len(texts)}")
    yield from reading(pages, texts)
    with TemporaryDirectory() as folder:
        yield page_bytes(pages, Path(folder))
    yield from broker_bytes(texts)
    with search_node() as node:
        yield from indexing(node, texts)


def real_pages(shared: Path) -> list[Page]:
    folder = shared / "data" / "pages"
    golds = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Page(url=gold["url"], final_url=gold["url"], status=200, headers={}, body=body, fetched_at=NOW)
        for gold in golds
        if (body := (folder / gold["file"]).read_bytes())
    ]


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def reading(pages: Sequence[Page], texts: Sequence[Text]) -> Iterator[Row]:
    """Extraction and tagging, each with its models loaded."""
    tagger = Runtime(Settings()).tagger
    for page in pages[:2]:
        extract_article(page, entry=None, observed_at=NOW)
    extracted = [cpu_s(lambda page=page: extract_article(page, entry=None, observed_at=NOW)) for page in pages]
    tagged = [cpu_s(lambda text=text: tagger.tag(text.title, text.body, language=text.language)) for text in texts]
    for what, took in {"extract a page": extracted, "tag a text": tagged}.items():
        mean = sum(took) / len(took)
        yield Row(f"{what}: CPU ms, mean / median", f"{mean * 1000:.0f} / {median(took) * 1000:.0f}")
    both = sum(extracted) / len(extracted) + sum(tagged) / len(tagged)
    yield Row("articles a core and second (cpu worker)", f"{1 / both:.0f}")


def page_bytes(pages: Sequence[Page], folder: Path) -> Row:
    store = PageStore(str(folder), min_free_mb=0)
    references = [store.put(page) for page in pages]
    stored = sum((folder / reference).stat().st_size for reference in references)
    raw = sum(len(page.body) for page in pages)
    return Row("a page: KB fetched, KB stored", f"{raw / len(pages) / 1000:.0f}, {stored / len(pages) / 1000:.0f}")


@contextmanager
def broker() -> Iterator[Redis]:
    with TemporaryDirectory() as folder, Supervisor(Path(folder) / "logs", report=Silence()) as supervisor:
        yield Redis.from_url(start_broker(supervisor, Path(folder) / "broker"), decode_responses=True)


def broker_bytes(texts: Sequence[Text]) -> Iterator[Row]:
    """Memory of an article under way, of its document in the outbox, and of what is kept for 90 days."""
    with broker() as redis:
        state, now = State(redis, prefix="bench:", lease_s=LEASES), NOW.timestamp()
        for _ in pass_through(state, texts[:1], now=now):
            pass  # loads the scripts
        used = [memory(redis)]
        used += [memory(redis) for _ in pass_through(state, texts[1:], now=now)]
        capped = redis.memory_usage("bench:events") or 0  # the stream has a bound of its own
    names = ("an article under way: KB of the broker", "its document in the outbox: KB more", "kept for 90 days: KB")
    sizes = (used[1] - used[0], used[2] - used[1], used[3] - used[0] - capped)
    yield from (Row(name, f"{size / (len(texts) - 1) / 1000:.2f}") for name, size in zip(names, sizes, strict=True))


def pass_through(state: State, texts: Sequence[Text], *, now: float) -> Iterator[str]:
    """Take texts from their sighting to their outcome; yields after each step, when all of them have done it."""
    for text in texts:
        entry = Entry(link=f"https://news.example.kz/{text.article_id}", title=text.title, summary=text.body[:300])
        state.articles.sight(entry, ArticleAddress.of(entry.link), feed=FEED, now=now, needs_page=False)
    yield "under way"
    for text in texts:
        address = ArticleAddress.of(f"https://news.example.kz/{text.article_id}")
        if claim := state.articles.claim(address.article_id, stage=Stage.EXTRACT, now=now):
            state.outbox.put(claim, text.document, now=now, content_hash="c" * 32)
    yield "in the outbox"
    while batch := state.outbox.peek(BATCH, now=now + 1):
        for document in batch:
            state.outbox.settle(document.article_id, document.version, Outcome.INDEXED, now=now)
    yield "indexed"


def memory(redis: Redis) -> int:
    return int(redis.info("memory")["used_memory"])


def indexing(node: Node, texts: Sequence[Text]) -> Iterator[Row]:
    """CPU time of the node and bytes on its disk for an article."""
    engine = node.engine("scale")
    documents = [
        VersionedDocument(f"{copy}-{text.article_id}", 1, {**text.document, "id": f"{copy}-{text.article_id}"})
        for copy in range(COPIES)
        for text in texts
    ]
    half = len(documents) // 2
    send(engine, documents[:half])  # the Java runtime compiles what it does often
    before = node_cpu_s(node)
    send(engine, documents[half:])
    took = node_cpu_s(node) - before
    engine.client.indices.forcemerge(index=engine.first_index, max_num_segments=1)
    engine.client.indices.flush(index=engine.first_index)  # segments that were merged are deleted now
    engine.refresh()
    stats = engine.client.indices.stats(index=engine.first_index).body["_all"]["primaries"]
    yield Row("index an article: CPU ms of the search node", f"{took / (len(documents) - half) * 1000:.1f}")
    yield Row("an article in the index: KB on disk", f"{stats['store']['size_in_bytes'] / len(documents) / 1000:.1f}")
    engine.close()


def send(engine, documents: Sequence[VersionedDocument]) -> None:  # noqa: ANN001
    for start in range(0, len(documents), BATCH):
        engine.bulk(documents[start : start + BATCH])
    engine.refresh()


def node_cpu_s(node: Node) -> float:
    times = psutil.Process(node.pid).cpu_times()
    return times.user + times.system


def main() -> None:
    shared = os.environ.get("KUZET_SHARED")
    if not shared:
        sys.exit("KUZET_SHARED does not name the development data: nothing measured")
    for row in rows(Path(shared)):
        print(f"{row.what:55} {row.value:>20}", flush=True)


if __name__ == "__main__":
    main()
