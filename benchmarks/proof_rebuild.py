"""Proof on the real node: reindex and retag under fire lose nothing. `make proof` appends the result to proofs.jsonl.

Thousands of articles; a writer at a quarter of the measured bulk rate adds and revises; at each step of a reindex the
worker, the node and the broker are killed in turn, and a drain is stopped across the fence; the same during a retag.
Afterwards every article is there exactly once, in its newest words, with today's tags.

    python benchmarks/proof_rebuild.py [ARTICLES [STEPS]]    e.g. 1000 copy,switch
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ground.rebuilds import ENGINE_TIMEOUT_S, Ground, Reader, Sent, Texts, Writer, ground, patiently
from pipelines.models import Tagging
from pipelines.queries import SearchRequest
from worker.rebuilds import REINDEX, RETAG, open_jobs, open_rebuilder
from worker.rebuilds.retag import retagged
from worker.search.rebuild import Step

ARTICLES = 6_000
BATCH = 200
LEAST_RATIO = 0.8
VICTIMS = ("worker", "search", "broker")
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


def copy_ratio(ground: Ground, articles: int) -> dict[str, float]:
    """Our copying step beside a bare `_reindex`, in turns, nobody writing: documents a second."""
    rebuilder, engine = open_rebuilder(ground.runtime), ground.runtime.search
    spent_s = {"bare": 0.0, "ours": 0.0}
    for _ in range(2):
        rebuild = rebuilder.advance(rebuilder.plan())
        began = time.perf_counter()
        while rebuild.step is Step.COPY:
            rebuild = rebuilder.advance(rebuild)
            time.sleep(0.05)
        spent_s["ours"] += time.perf_counter() - began
        rebuilder.abandon(rebuild)
        bare = "proof-bare"
        rebuilder.indices.create_quiet(bare, ground.runtime.analysis)
        began = time.perf_counter()
        engine.client.options(request_timeout=600).reindex(
            source={"index": engine.read_alias, "size": 500}, dest={"index": bare}, wait_for_completion=True
        )
        spent_s["bare"] += time.perf_counter() - began
        engine.client.indices.delete(index=bare)
    return {name: 2 * articles / seconds for name, seconds in spent_s.items()}


# ---------------------------------------------------------------- killing


def step_of(ground: Ground) -> str:
    run = ground.runtime.state.upkeep.current()
    return str(run.facts["step"]) if run else ""


def begin(ground: Ground, kind: str) -> None:
    ground.wait(lambda: bool(open_jobs(ground.runtime).begin(kind, owner="proof")), f"a {kind} begins")


def strike(ground: Ground, victim: str, *, worker: str) -> float:
    """Kill one; for the node, how many seconds it was away."""
    if victim == "worker":
        for name in {worker, "index2"} if worker == "index" else {worker}:
            ground.kill(name)
        return 0.0
    ground.kill(victim)
    if victim != "search":
        return 0.0
    began = time.monotonic()
    ground.wait(lambda: ground.runtime.search.count() > 0, "the node is back")
    return time.monotonic() - began


def end(ground: Ground, kind: str) -> None:
    ground.wait(lambda: ground.runtime.state.upkeep.current() is None, f"the {kind} ends")
    last = ground.runtime.state.upkeep.last()
    assert last, "the end is written down"
    if last.problem:
        raise SystemExit(f"the {kind} failed: {last.problem}")


def reindex_under_fire(ground: Ground, steps: tuple[str, ...]) -> tuple[Counter[str], float]:
    """One reindex for each step and victim; what was struck, and the longest absence of the node."""
    struck, away_s = Counter[str](), 0.0
    for step in steps:
        for victim in VICTIMS:
            begin(ground, REINDEX)
            ground.wait(lambda step=step: step_of(ground) in {step, ""}, f"step {step}")
            caught = step_of(ground) == step
            away_s = max(away_s, strike(ground, victim, worker="index"))
            end(ground, REINDEX)
            struck[f"{victim} at {step}" + ("" if caught else " (late)")] += 1
            print(f"  reindex: killed the {victim} at {step}{'' if caught else ' (just after it)'}", flush=True)
    return struck, away_s


def stop_a_drain_across_the_fence(ground: Ground) -> None:
    """A worker that drains sleeps from before the fence until the aliases have moved."""
    begin(ground, REINDEX)
    ground.wait(lambda: step_of(ground) in {"catch_up", "switch", ""}, "the fence is near")
    ground.kill("index", signal.SIGSTOP)
    end(ground, REINDEX)
    ground.kill("index", signal.SIGCONT)
    print("  reindex: stopped a drain across the fence", flush=True)


def retag_under_fire(ground: Ground) -> float:
    """One retag, all three killed on the way."""
    away_s = 0.0
    begin(ground, RETAG)
    total = ground.runtime.state.upkeep.current().facts["total"]
    for share, victim in ((0.1, "worker"), (0.4, "search"), (0.7, "broker")):
        ground.wait(lambda share=share: done_of(ground, total) >= share * total, f"{share:.0%} are tagged")
        away_s = max(away_s, strike(ground, victim, worker="cpu"))
        print(f"  retag: killed the {victim} at {share:.0%}", flush=True)
    end(ground, RETAG)
    return away_s


def done_of(ground: Ground, total: int) -> int:
    run = ground.runtime.state.upkeep.current()
    return int(run.facts["done"]) if run else total


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
        not one.is_live and not one.replaced_at for one in open_rebuilder(ground.runtime).indices.generations()
    )
    return dict(wrong)


def prove(articles: int, steps: tuple[str, ...]) -> dict[str, Any]:
    with ground() as place:
        texts = Texts()
        bulk_rate = seed(place, texts, articles)
        speeds = copy_ratio(place, articles)
        ratio = speeds["ours"] / speeds["bare"]
        print(f"  bulk {bulk_rate:.0f}/s; copy {speeds['ours']:.0f}/s, {ratio:.2f} of bare", flush=True)
        writer = Writer(place, texts, seeded=articles, per_second=bulk_rate / 4)
        reader = Reader(place.runtime)
        threads = [writer.start(), reader.start()]
        struck, away_s = reindex_under_fire(place, steps)
        stop_a_drain_across_the_fence(place)
        away_s = max(away_s, retag_under_fire(place))
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
            "written_meanwhile": len(writer.said),
            "bulk_per_s": round(bulk_rate),
            "writer_per_s": round(bulk_rate / 4, 1),
            "copy_of_bare": round(ratio, 2),
            "reindexes": sum(struck.values()) + 1,
            "killed_late": sum(times for name, times in struck.items() if name.endswith("(late)")),
            "searches": reader.searches,
            "fewer_found": reader.fewest_lost,
            "longest_search_gap_s": round(reader.longest_silence_s, 1),
            "node_away_s": round(away_s, 1),
            "wrong": check(place, writer.said, texts, articles),
        }


def main() -> int:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    steps = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("create", "copy", "catch_up", "switch")
    result = prove(articles, steps)
    print(json.dumps(result, indent=1))
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    is_quick = result["longest_search_gap_s"] <= result["node_away_s"] + ENGINE_TIMEOUT_S
    is_proven = not any(result["wrong"].values()) and not result["fewer_found"] and is_quick
    print("proven" if is_proven and result["copy_of_bare"] >= LEAST_RATIO else "NOT proven")
    return int(not is_proven or result["copy_of_bare"] < LEAST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
