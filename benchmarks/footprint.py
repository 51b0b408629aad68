"""What an article takes in Redis: on its way, in the outbox, and at rest. `make bench-pipeline` shows it too.

    python -m benchmarks.footprint [ARTICLES]

A real broker, no workers: each article is sighted, claimed, read from a page, put into the outbox and settled, as the
tasks do it. Bytes are the broker's `used_memory` over many articles, and MEMORY USAGE for each kind of key.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.plan import words_of
from config.settings import Settings
from pipelines.models import Entry, Feed, Outcome, Stage
from pipelines.pages import article_from_entry
from pipelines.search.documents import build_document, content_hash
from worker.local.broker import start_broker
from worker.local.report import Silence
from worker.local.supervisor import Supervisor
from worker.runtime import Runtime
from worker.state import RECHECK_AFTER_S, ArticleAddress, ArticleClaim

ARTICLES = 3_000
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
SAMPLED = 200
PAGE = "2026-12-01/0123456789abcdef.zst"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes an article. `keys`: at rest, by kind of key."""

    under_way: float
    in_outbox: float
    at_rest: float
    keys: Mapping[str, float]


def measure(runtime: Runtime, articles: int, *, rechecks: bool) -> Footprint:
    """Take the articles through all stages, stage by stage; `rechecks`: those with a topic are looked at again."""
    begin(runtime, range(-SAMPLED, 0))  # scripts and what there is once
    empty = used(runtime)
    begin(runtime, range(articles))
    under_way = used(runtime)
    documents = hand_over(runtime, articles, rechecks=rechecks)
    in_outbox = used(runtime)
    for key, version in documents.items():
        runtime.state.outbox.settle(key, version, Outcome.INDEXED, now=time.time())
    at_rest = used(runtime)
    sizes = [(size - empty) / articles for size in (under_way, in_outbox, at_rest)]
    return Footprint(*sizes, keys=by_kind(runtime, list(documents)))


def begin(runtime: Runtime, numbers: range) -> None:
    """Sight articles and move them on with their page."""
    articles, now = runtime.state.articles, time.time()
    for number in numbers:
        entry = entry_of(number)
        address = ArticleAddress.of(entry.link)
        articles.sight(entry, address, feed=FEED, now=now)
        claim = articles.claim(address.article_id, stage=Stage.FETCH, now=now)
        if claim:
            articles.advance(claim, to=Stage.EXTRACT, now=now, page=PAGE)


def entry_of(number: int) -> Entry:
    words = words_of(abs(number), 1)
    link = f"http://dala.example/kk/news/2026/12/01/{number}-{'-'.join(['slug'] * 6)}"
    return Entry(link=link, title=words.title, summary=words.paragraphs[0][:300])


def hand_over(runtime: Runtime, articles: int, *, rechecks: bool) -> dict[str, int]:
    """Put every article's document into the outbox; article → version."""
    versions = {}
    for number in range(articles):
        now, key = time.time(), ArticleAddress.of(entry_of(number).link).article_id
        claim = runtime.state.articles.claim(key, stage=Stage.EXTRACT, now=now)
        if claim is None:
            raise RuntimeError(f"{key} is not where it was put")
        versions[key] = put(runtime, claim, number, now=now, rechecks=rechecks)
    return versions


def put(runtime: Runtime, claim: ArticleClaim, number: int, *, now: float, rechecks: bool) -> int:
    """Make the document as the cpu worker does; one with a topic is looked at again later."""
    words, observed_at = words_of(number, 1), datetime.fromtimestamp(now, UTC)
    read = Entry(link=claim.url, title=words.title, content="\n".join((words.lead, *words.paragraphs)))
    article = article_from_entry(read, url=claim.url, observed_at=observed_at)
    runtime.state.articles.claim_aliases(claim, (), now=now, title=article.title)
    tagging = runtime.tagger.tag(article.title, article.body, language=article.language)
    document = build_document(
        article,
        tagging,
        article_id=claim.article_id,
        source=claim.source,
        family=claim.family,
        feed=claim.feed,
        revision=1,
        indexed_at=observed_at,
    )
    recheck = RECHECK_AFTER_S if rechecks and tagging.topics else ()
    hashed = content_hash(article)
    return runtime.state.outbox.put(claim, document, now=now, content_hash=hashed, recheck_after_s=recheck) or 0


def used(runtime: Runtime) -> int:
    return int(runtime.redis.info("memory")["used_memory"])


def by_kind(runtime: Runtime, articles: Sequence[str]) -> dict[str, float]:
    """Return the mean size of the keys of an article, of some of them, and its share of what all have together."""
    redis, prefix, sizes = runtime.redis, runtime.settings.redis_prefix, Counter[str]()
    sampled = articles[:: max(len(articles) // SAMPLED, 1)]
    for key in sampled:
        for name in (f"article:{key}", f"article:{key}:journey", f"alias:{key}"):
            sizes[name.replace(key, "ID")] += (redis.memory_usage(prefix + name) or 0) / len(sampled)
    for name in ("events", "due:fetch"):
        sizes[name] += (redis.memory_usage(prefix + name, samples=0) or 0) / len(articles)
    return dict(sizes)


def fresh(articles: int, *, rechecks: bool) -> Footprint:
    """Measure on a broker of its own."""
    with TemporaryDirectory(prefix="kuzet-footprint-") as folder, Supervisor(Path(folder), report=Silence()) as run:
        url = start_broker(run, Path(folder) / "broker")
        return measure(Runtime(Settings(data=Path(folder), broker_url=url)), articles, rechecks=rechecks)


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    today, later = fresh(articles, rechecks=True), fresh(articles, rechecks=False)
    print(f"bytes in Redis an article, of {articles}; events are kept of the last 10,000 alone")
    print(f"  under way                 {today.under_way:6.0f}")
    print(f"  in the outbox             {today.in_outbox:6.0f}")
    print("                         first day  at rest")
    print(f"  all                       {today.at_rest:6.0f}   {later.at_rest:6.0f}")
    for name in sorted(today.keys, key=lambda name: -today.keys[name]):
        print(f"    {name:23} {today.keys[name]:6.0f}   {later.keys[name]:6.0f}")


if __name__ == "__main__":
    main()
