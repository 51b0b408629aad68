"""Writes docs/proofs/faults.md: what the runs of benchmarks/proofs.jsonl showed, and what failed on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from benchmarks.faults.controls import CONTROLS
from benchmarks.faults.schedule import EVERYTHING
from benchmarks.support.proofs import results

PAGE = Path(__file__).parents[2] / "docs" / "proofs" / "faults.md"
MENDED = Path(__file__).with_name("mended.yaml")
WANTED_SEEDS, WANTED_ARTICLES = 20, 10_000

HEAD = """\
# Whatever fails, every article is there once

Written by `python -m benchmarks.faults --report` from `benchmarks/proofs.jsonl`; do not edit it by hand.

`make proof-faults SEEDS="1 2 3"` runs a newsroom of its own on the loopback, and the real watch on it: 1,000 articles
of 12 sites and 40 feeds, or with `ARTICLES=10000 FEEDS=200 SITES=60` the large one. There are revisions, twins,
redirects, pages that answer later or never, unsafe links, floods. Meanwhile a script of faults hits the watch.
`python -m benchmarks.faults --seed 1 --print` shows it; the same seed is the same script.

| fault | what |
|---|---|
{kinds}

Afterwards ids and versions are compared with what was published: every article is in the index once, in its newest
words, or has the one outcome that its fate allows; `kuzet audit` agrees from the state alone; stages, claims, outbox
and quarantine are empty; watchers heard of each article once.

A full disk is a limit of the kernel on the size of files (EFBIG where a disk says ENOSPC). The clock that moves is that
of kuzet's processes; the broker's and the engine's own clocks stay.

Of the {wanted} runs with {size} articles that are the aim, {done} have been done.
"""


def write_report() -> None:
    PAGE.write_text(report(), encoding="utf-8")


def report() -> str:
    """Return the page's text."""
    runs, controls = results("faults"), results("faults-control")
    mended = yaml.safe_load(MENDED.read_text(encoding="utf-8"))
    return "\n".join([*_head(runs), *_runs(runs), *_recovery(runs), *_controls(controls), *_mended(mended), ""])


def is_proven(run: Mapping[str, Any]) -> bool:
    return not run["wrong"] and run["audit_exit_code"] == 0


def _head(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    large = [run for run in runs if run["articles"] >= WANTED_ARTICLES and is_proven(run)]
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, target, _ in EVERYTHING:
        kinds[kind].append(f"`{target}`")
    yield HEAD.format(
        kinds="\n".join(f"| {kind} | {', '.join(targets)} |" for kind, targets in kinds.items()),
        wanted=WANTED_SEEDS,
        size=f"{WANTED_ARTICLES:,}",
        done=len(large),
    )


def _runs(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from (
        "## Runs",
        "",
        "Delay: from publication to the outcome, polls and faults included.",
        "Settled: after the last fault and the last publication. Bytes in Redis are at rest, an article.",
        "Memory: the steepest slope of a process over the later half of its life, in MB an hour.",
        "",
        "| when | seed | articles | faults | delay p50, p95 | settled | Redis | memory | result |",
        "|---|---|---|---|---|---|---|---|---|",
    )
    yield from map(_run, runs)
    yield ""


def _run(run: Mapping[str, Any]) -> str:
    wrong = ", ".join(f"{count} × {kind}" for kind, count in run["wrong"].items())
    steepest = max(run["memory_mb_an_hour"].items(), key=lambda each: each[1], default=("", 0))
    cells = (
        run["at"][:16].replace("T", " "),
        run["seed"],
        f"{run['articles']:,}",
        run["faults"],
        f"{run['delay_p50_s']} s, {run['delay_p95_s']} s",
        f"{run['settled_s']} s",
        f"{run['redis_bytes_an_article']} B",
        f"{steepest[1]} ({steepest[0]})" if steepest[0] else "–",
        "proven" if is_proven(run) else f"**{wrong or 'audit'}**",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _recovery(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how long after a fault's end everything that was out by then had its outcome."""
    times: dict[str, list[float]] = defaultdict(list)
    for run in filter(is_proven, runs):
        for fault, took_s in run["recovery_s"].items():
            times[fault].append(took_s)
    if not times:
        return
    yield from (
        "## Recovery",
        "",
        "Seconds after the end of a fault until each article that was out by then had its outcome, in the proven runs.",
        "Faults that follow are in it: they overlap.",
        "",
        "| fault | median | longest |",
        "|---|---|---|",
    )
    yield from (f"| {fault} | {median(took):.0f} | {max(took):.0f} |" for fault, took in sorted(times.items()))
    yield ""


def _controls(controls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the last run of each broken build."""
    last = {each["control"]: each for each in controls}
    yield from (
        "## Negative controls",
        "",
        "`make proof-faults CONTROLS=1` breaks the workers on purpose. A checker that does not see it proves nothing.",
        "",
        "| broken build | what | caught by |",
        "|---|---|---|",
    )
    for name, control in CONTROLS.items():
        wrong = last.get(name, {}).get("wrong")
        found = ", ".join(f"{count} × {kind}" for kind, count in (wrong or {}).items())
        yield f"| `{name}` | {control.what} | {found or ('**not caught**' if wrong is not None else 'not run yet')} |"
    yield ""


def _mended(mended: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield from ("## What failed on the way", "", "| seen | cause | mended |", "|---|---|---|")
    yield from (f"| {each['seen']} | {each['cause']} | {each['mended']} |" for each in mended)
