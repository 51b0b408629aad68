"""Proof on the real node: reindex and retag under fire lose nothing. `make proof` appends the result to proofs.jsonl.

Thousands of articles; a writer at a quarter of the measured bulk rate adds and revises; at each step of a reindex the
worker, the node and the broker are killed in turn, and a drain is stopped across the fence; the same during a retag.
Afterwards every article is there exactly once, in its newest words, with today's tags; no search ever found fewer than
one before it, and none went unanswered for longer than the node was away.

    python -m benchmarks.proof_rebuild [ARTICLES [STEPS]]    e.g. 1000 copy,switch
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.support.rebuilds import Ground, Reader, Sent, Span, Texts, Writer, ground, patiently
from pipelines.models import Tagging
from pipelines.search.request import SearchRequest
from worker.rebuilds import REINDEX, RETAG, open_rebuilder, open_reindexer
from worker.rebuilds.reindex import ReindexStep
from worker.rebuilds.retag import retagged

ARTICLES = 6_000
BATCH = 200
LEAST_RATIO = 0.8
COPIES = 3
VICTIMS = ("worker", "search", "broker")
STOPPED_S = 0.8
PAUSE_S = 5.0
"""So long a search may take while everything starts again on the same cores."""

RESULTS = Path(__file__).with_name("proofs.jsonl")


def seed(ground: Ground, texts: Texts, articles: int) -> float:
    """Fill the index; documents a second."""
    engine, spent_s = ground.runtime.search, 0.0
    for start in range(0, articles, BATCH):
        numbers = range(start, min(start + BATCH, articles))
        old = Tagging(ruleset="old", topics=("weather",))
        documents = [texts.document(texts.entry(number, 0), tagging=old) for number in numbers]
        batch = [Sent(document["id"], int(time.time() * 1000), document) for document in documents]
        began = time.perf_counter()
        results = engine.bulk(batch)
        spent_s += time.perf_counter() - began
        assert {str(result.status) for result in results} == {"written"}
    engine.refresh()
    return articles / spent_s


def copy_rates(ground: Ground, articles: int) -> dict[str, float]:
    """Our copying step and a bare `_reindex`, in turns, nobody writing: documents a second of the median turn."""
    spent_s: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(COPIES):
        spent_s["ours"].append(copy_ours(ground))
        spent_s["bare"].append(copy_bare(ground))
    return {name: articles / median(seconds) for name, seconds in spent_s.items()}


def copy_ours(ground: Ground) -> float:
    reindexer = open_reindexer(ground.runtime)
    rebuild = reindexer.advance(reindexer.plan())
    began = time.perf_counter()
    while rebuild.step is ReindexStep.COPY:
        rebuild = reindexer.advance(rebuild)
        time.sleep(0.05)
    took_s = time.perf_counter() - began
    reindexer.abandon(rebuild)
    return took_s


def copy_bare(ground: Ground) -> float:
    engine, bare = ground.runtime.search, "proof-bare"
    open_reindexer(ground.runtime).indices.create_quiet(bare, ground.runtime.analysis)
    began = time.perf_counter()
    engine.client.options(request_timeout=600).reindex(
        source={"index": engine.read_alias, "size": 500}, dest={"index": bare}, wait_for_completion=True
    )
    took_s = time.perf_counter() - began
    engine.client.indices.delete(index=bare)
    return took_s


# ---------------------------------------------------------------- killing


def step_of(ground: Ground) -> str:
    run = ground.runtime.state.rebuilds.current()
    return str(run.progress["step"]) if run else ""


def begin(ground: Ground, kind: str) -> None:
    ground.wait(lambda: bool(open_rebuilder(ground.runtime).begin(kind, owner="proof")), f"a {kind} begins")


def strike(ground: Ground, victim: str, *, worker: str) -> list[Span]:
    """Kill one; from when to when the node was away because of that."""
    began = time.monotonic()
    if victim == "worker":
        for name in {worker, "index2"} if worker == "index" else {worker}:
            ground.kill(name)
        return []
    ground.kill(victim)
    if victim != "search":
        return []
    ground.wait(lambda: ground.runtime.search.count() > 0, "the node is back")
    return [(began, time.monotonic())]


def end(ground: Ground, kind: str) -> None:
    ground.wait(lambda: ground.runtime.state.rebuilds.current() is None, f"the {kind} ends")
    last = ground.runtime.state.rebuilds.last()
    assert last, "the end is written down"
    if last.problem:
        raise SystemExit(f"the {kind} failed: {last.problem}")


def reindex_under_fire(ground: Ground, steps: tuple[str, ...]) -> tuple[Counter[str], list[Span]]:
    """One reindex for each step and victim; what was struck, and when the node was away."""
    struck, away = Counter[str](), list[Span]()
    for step in steps:
        for victim in VICTIMS:
            begin(ground, REINDEX)
            ground.wait(lambda step=step: step_of(ground) in {step, ""}, f"step {step}")
            caught = step_of(ground) == step
            away += strike(ground, victim, worker="index")
            end(ground, REINDEX)
            struck[f"{victim} at {step}" + ("" if caught else " (late)")] += 1
            print(f"  reindex: killed the {victim} at {step}{'' if caught else ' (just after it)'}", flush=True)
    return struck, away


def stop_a_drain_across_the_fence(ground: Ground) -> str:
    """A worker sleeps with documents in its hands, from before the fence until the aliases have moved; which one."""
    begin(ground, REINDEX)
    ground.wait(lambda: step_of(ground) in {"catch_up", "switch", ""}, "the fence is near")
    name = stop_the_drain(ground)
    end(ground, REINDEX)
    ground.kill(name, signal.SIGCONT)
    print(f"  reindex: stopped the drain of {name} across the fence", flush=True)
    return name


def stop_the_drain(ground: Ground) -> str:
    """Stop index workers in turn until it is the one that drains: nobody prolongs the drain's lock any more."""
    for name in cycle(("index", "index2")):
        ground.kill(name, signal.SIGSTOP)
        before_ms = lock_ms(ground)
        time.sleep(STOPPED_S)
        if 0 < lock_ms(ground) <= before_ms - 900 * STOPPED_S:
            return name
        ground.kill(name, signal.SIGCONT)
        time.sleep(0.2)
    raise AssertionError("a cycle has no end")


def lock_ms(ground: Ground) -> int:
    """How long the drain's lock lasts if nobody prolongs it; not above 0 when there is none."""
    return int(ground.runtime.redis.pttl(f"{ground.runtime.settings.redis_prefix}outbox:lock"))


def retag_under_fire(ground: Ground) -> list[Span]:
    """One retag, all three killed on the way; when the node was away."""
    away = list[Span]()
    begin(ground, RETAG)
    total = ground.runtime.state.rebuilds.current().progress["total"]
    for share, victim in ((0.1, "worker"), (0.4, "search"), (0.7, "broker")):
        ground.wait(lambda share=share: done_of(ground, total) >= share * total, f"{share:.0%} are tagged")
        away += strike(ground, victim, worker="cpu")
        print(f"  retag: killed the {victim} at {share:.0%}", flush=True)
    end(ground, RETAG)
    return away


def done_of(ground: Ground, total: int) -> int:
    run = ground.runtime.state.rebuilds.current()
    return int(run.progress["done"]) if run else total


# ---------------------------------------------------------------- checking


def settle(ground: Ground) -> None:
    """Wait until all that was said has its outcome."""

    def is_settled() -> bool:
        books = ground.runtime.state.outcomes.audit(now=time.time())
        return not books.under_way and not ground.runtime.state.outbox.size

    ground.wait(is_settled, "the books are settled")
    ground.wait(lambda: ground.runtime.search.refresh() is None, "a refresh")


def check(ground: Ground, said: dict[str, str], texts: Texts, articles: int) -> dict[str, int]:
    """What is wrong, by kind; zeros are the proof."""
    expected = {
        (one := texts.document(texts.entry(number, 0)))["id"]: one["content_hash"] for number in range(articles)
    }
    expected |= said
    tagger, wrong, seen = ground.runtime.tagger, Counter[str](), Counter[str]()
    for number, one in enumerate(ground.runtime.search.scan(SearchRequest())):
        seen[one.article_id] += 1
        wrong["old words"] += one.document["content_hash"] != expected.get(one.article_id)
        wrong["old tags"] += one.document["ruleset"] != tagger.ruleset.version
        if number % 20 == 0:
            wrong["wrong tags"] += retagged(tagger, one.document) != one.document
    wrong["missing"] = len(expected.keys() - seen.keys())
    wrong["invented"] = len(seen.keys() - expected.keys())
    wrong["twice"] = sum(times > 1 for times in seen.values())
    wrong["half-made indices"] = sum(
        not one.is_live and not one.replaced_at for one in open_reindexer(ground.runtime).indices.generations()
    )
    return dict(wrong)


def prove(articles: int, steps: tuple[str, ...]) -> dict[str, Any]:
    with ground() as place:
        texts = Texts()
        bulk_rate = seed(place, texts, articles)
        rates = copy_rates(place, articles)
        ratio = rates["ours"] / rates["bare"]
        print(f"  bulk {bulk_rate:.0f}/s; copy {rates['ours']:.0f}/s, {ratio:.2f} of bare", flush=True)
        writer = Writer(place, texts, seeded=articles, per_second=bulk_rate / 4)
        reader = Reader(place.runtime)
        threads = [writer.start(), reader.start()]
        struck, away = reindex_under_fire(place, steps)
        stop_a_drain_across_the_fence(place)
        away += retag_under_fire(place)
        writer.stop()
        threads[0].join()
        settle(place)
        begin(place, RETAG)  # what was said after the first had passed by
        end(place, RETAG)
        patiently(lambda: place.runtime.search.refresh() is None)
        reader.stop()
        threads[1].join()
        return {
            "proof": "rebuild",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "articles": articles,
            "bulk_per_s": round(bulk_rate),
            "copy_of_bare": round(ratio, 2),
            "wished_writes_per_s": round(bulk_rate / 4, 1),
            "writes_per_s": round(writer.rate, 1),
            "writes": writer.written,
            "articles_at_the_end": place.runtime.search.count(),
            "reindexes": sum(struck.values()) + 1,
            "killed_late": sum(times for name, times in struck.items() if name.endswith("(late)")),
            "searches": reader.searches,
            "fewer_found": reader.fewest_lost,
            "node_away_s": round(longest(away), 1),
            "longest_silence_s": round(longest(reader.silences), 1),
            "longest_silence_of_a_node_that_ran_s": round(longest(outside(reader.silences, away)), 1),
            "wrong": check(place, writer.said, texts, articles),
        }


def longest(spans: Sequence[Span]) -> float:
    return max((end - begin for begin, end in spans), default=0.0)


def outside(silences: Sequence[Span], away: Sequence[Span]) -> list[Span]:
    """Those that fell into no absence of the node."""
    return [one for one in silences if not any(one[0] < end and begin < one[1] for begin, end in away)]


def faults(result: dict[str, Any]) -> list[str]:
    """What is not as it must be; nothing is the proof."""
    found = [f"{times} × {name}" for name, times in result["wrong"].items() if times]
    if result["fewer_found"]:
        found.append("a search found fewer than one before it")
    if result["longest_silence_s"] > result["node_away_s"] + PAUSE_S:
        found.append("search was away for longer than the node")
    if result["longest_silence_of_a_node_that_ran_s"] > PAUSE_S:
        found.append("search was away although the node ran")
    if result["copy_of_bare"] < LEAST_RATIO:
        found.append(f"the copy is slower than {LEAST_RATIO} of a bare one")
    return found


def main() -> int:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    steps = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("create", "copy", "catch_up", "switch")
    result = prove(articles, steps)
    print(json.dumps(result, indent=1))
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    found = faults(result)
    print(f"NOT proven: {'; '.join(found)}" if found else "proven")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
