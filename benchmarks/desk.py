"""The desk over a large index: time to the first byte, weight of pages, memory after many requests.

    python -m benchmarks.desk [ARTICLES] [REQUESTS]        (100000 and 10000)

The newsroom's articles, tagged by our rules, are indexed again and again under new ids, spread over 90 days. A desk of
its own answers; pages are asked for in turn, two at a time, with words that change.
Ends with 1 when a promise is broken: p95 under 300 ms, no page over 100 KB, memory under 150 MB.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.support.node import search_node
from config.settings import HERE
from pipelines.models import Article, Extraction, PublishedFrom, VersionedDocument
from pipelines.search.documents import build_document
from seeds.newsroom.stories import load_stories
from tests.support.desk_visitor import DeskVisitor
from worker.cli.up import FEW_ARENAS
from worker.files.rules import RuleFiles
from worker.local.broker import start_broker
from worker.local.report import Silence
from worker.local.supervisor import Supervisor
from worker.search.engine import SearchEngine

INDEX = "bench-desk"
P95_MS, WEIGHT_KB, MEMORY_MB = 300, 100, 150
AT_ONCE = 2
WORDS = ("алаяқтық", "мошенники", "задержали", "қылмыс", "Шымкент", "topic:drugs", "оружие -охота", '"в Алматы"')
PAGES = {
    "now": "/?since=30d", "search": "/search?q={word}&since=90d", "article": "/article/{id}", "map": "/map?since=30d",
    "trends": "/trends?since=30d", "sources": "/sources", "watch": "/watch",
}  # fmt: skip


def documents(count: int) -> Iterator[VersionedDocument]:
    """Yield `count` documents: the newsroom's articles under new ids, with a number in each text."""
    tagger, now = RuleFiles(HERE).tagger(), datetime.now(UTC)
    made = []
    for story in load_stories():
        version = story.versions[0]
        article = Article(
            url=f"https://news.example/{story.id}", title=version.title, summary="",
            body=" ".join(version.paragraphs),
            language=story.language, kazakh_share=0.5, extraction=Extraction.FULL, published_at=now,
            published_from=PublishedFrom.FEED, observed_at=now,
        )  # fmt: skip
        made.append((article, tagger.tag(article.title, article.body, language=article.language)))
    for number, (article, tagging) in enumerate(islice(cycle(made), count)):
        at = now - timedelta(minutes=number % 129_600)
        body, url = f"{article.body} {number}", f"{article.url}/{number}"
        own = replace(article, url=url, body=body, published_at=at, observed_at=at)
        facts = {"source": f"source{number % 40}", "family": f"family{number % 20}", "feed": f"feed{number % 60}"}
        document = build_document(own, tagging, article_id=f"{number:032x}", revision=1, indexed_at=at, **facts)
        yield VersionedDocument(f"{number:032x}", number + 1, document)


def fill(engine: SearchEngine, count: int) -> None:
    waiting = documents(count)
    while batch := list(islice(waiting, 500)):
        engine.bulk(batch)
    engine.refresh()


@contextmanager
def desk(folder: Path, search_url: str, broker_url: str) -> Iterator[tuple[DeskVisitor, psutil.Process]]:
    """Run a desk on the engines until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"KUZET_DATA": folder, "KUZET_SEARCH_URL": search_url, "KUZET_BROKER_URL": broker_url}
    environment = {**os.environ, **{name: str(value) for name, value in own.items()}}
    environment |= {"KUZET_SEARCH_INDEX": INDEX, "KUZET_DESK_PORT": str(port), **FEW_ARENAS}
    process = subprocess.Popen([sys.executable, "-m", "worker.desk"], env=environment)
    visitor = DeskVisitor(f"http://127.0.0.1:{port}")
    try:
        for _ in range(600):
            with suppress(OSError):
                if visitor.get("/healthz").status == 200:
                    break
            time.sleep(0.1)
        yield visitor, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def measure(visitor: DeskVisitor, requests: int) -> dict[str, list[tuple[float, int]]]:
    """Ask for each page in turn; the seconds until its answer and its bytes."""
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in PAGES}
    asked = list(islice(cycle(PAGES.items()), requests))

    def ask(numbered: tuple[int, tuple[str, str]]) -> None:
        number, (name, path) = numbered
        began = time.perf_counter()
        seen = visitor.get(path.format(word=WORDS[number % len(WORDS)], id=f"{number % 1000:032x}"))
        assert seen.status == 200, (path, seen.words)
        found[name].append((time.perf_counter() - began, len(seen.body)))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, enumerate(asked)))
    return found


def supervisor(folder: str) -> Supervisor:
    return Supervisor(Path(folder) / "logs", report=Silence())


def main(articles: int = 100_000, requests: int = 10_000) -> int:
    out, kept = Console(), True
    with TemporaryDirectory() as folder, search_node() as node, supervisor(folder) as engines:
        began = time.monotonic()
        fill(node.engine(INDEX), articles)
        out.print(f"{articles} articles indexed in {time.monotonic() - began:.0f} s")
        with desk(Path(folder) / "data", node.url, start_broker(engines, Path(folder) / "broker")) as (
            visitor,
            process,
        ):
            measure(visitor, 40)
            found = measure(visitor, requests)
            memory_mb = process.memory_info().rss / 1e6
    table = Table("page", "p50 ms", "p95 ms", "largest KB", box=None, header_style="bold")
    for name, answers in found.items():
        cuts = quantiles([seconds * 1000 for seconds, _ in answers], n=20)
        weight_kb = max(size for _, size in answers) / 1000
        kept = kept and cuts[18] < P95_MS and weight_kb < WEIGHT_KB
        table.add_row(name, f"{cuts[9]:.0f}", f"{cuts[18]:.0f}", f"{weight_kb:.0f}")
    out.print(table)
    out.print(f"memory after {requests} requests: {memory_mb:.0f} MB; load of the machine {os.getloadavg()[0]:.1f}")
    return int(not (kept and memory_mb < MEMORY_MB))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
