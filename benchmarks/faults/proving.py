"""One run: publish, do what the schedule says, wait until it is quiet, check."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from benchmarks.faults.checker import Verdict, check, is_quiet
from benchmarks.faults.controls import CONTROLS, Control
from benchmarks.faults.faults import Done, Saboteur
from benchmarks.faults.house import House, patiently, running, wait_for
from benchmarks.faults.newsroom import Newsroom
from benchmarks.faults.plan import Shape, plan
from benchmarks.faults.sampling import EVERY_S, Sampler, quantile
from benchmarks.faults.schedule import Fault
from benchmarks.support.looking import looking
from worker.local.environment import environment

PATIENCE_S = 300.0
"""How long after the last fault everything may take to end."""

CAUGHT_S = 60.0
"""How long a broken build may take: it never becomes right."""

AGAIN_S = 2.0
LOOKS, LOOKS_AT_BROKEN = 15, 3
"""Looks at a watch that is at rest and not as it should be: nothing will change any more."""

Start: TypeAlias = Callable[[Path, Newsroom, str], AbstractContextManager[House]]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run showed. `settled_s`: from the end of publishing and faults until all was as it should be."""

    verdict: Verdict
    done: tuple[Done, ...]
    sampler: Sampler
    settled_s: float
    redis_bytes: int
    audit_code: int
    """Exit code of `kuzet audit`, -1 if it was not asked."""


def start_house(folder: Path, newsroom: Newsroom, broken: str) -> AbstractContextManager[House]:
    return running(folder, newsroom, broken=broken)


def run(  # noqa: PLR0913  one argument a fact
    seed: int,
    shape: Shape,
    faults: Sequence[Fault],
    *,
    broken: str = "",
    patience_s: float = PATIENCE_S,
    start: Start = start_house,
    keep: Path | None = None,
    say: Callable[[str], None] = print,
) -> Run:
    """Run one seed in a folder that is gone afterwards, or in `keep`."""
    with TemporaryDirectory(prefix="kuzet-faults-") as temporary:
        folder = keep or Path(temporary)
        with Newsroom(plan(seed, shape), shape, network=seed) as newsroom, start(folder, newsroom, broken) as house:
            before = used_memory(house)
            sampler, saboteur = Sampler(house, newsroom.expected()), Saboteur(house, faults, say=say)
            with looking(sampler.look, every_s=EVERY_S):
                newsroom.begin()
                saboteur.start()
                time.sleep(newsroom.ends_s + 0.5)
                saboteur.join()
                ended_s = newsroom.now_s
                say(f"  {ended_s:7.1f}  everything is out, every fault is over")
                looks = LOOKS_AT_BROKEN if broken else LOOKS
                verdict = settle(house, since_s=ended_s, patience_s=patience_s, looks=looks)
                settled_s = newsroom.now_s - ended_s
            used = max(used_memory(house) - before, 0)
            code = audit_code(house) if start is start_house else -1
            return Run(verdict, tuple(saboteur.done), sampler, settled_s, used, code)


def settle(house: House, *, since_s: float, patience_s: float, looks: int) -> Verdict:
    """Wait until all feeds were read once more and nothing is under way; check until it is right or patience ends.

    What was polled at the last moment may not be read yet: a verdict that is not good is looked at again.
    """
    ends_at, newsroom, seen = time.monotonic() + patience_s, house.newsroom, 0
    while time.monotonic() < ends_at:
        if newsroom.all_served_since(since_s) and patiently(lambda: is_quiet(house.runtime)):
            verdict = patiently(lambda: check(house, newsroom.expected()))
            seen += 1
            if verdict and (verdict.is_good or seen >= looks):
                return verdict
        time.sleep(AGAIN_S if seen else 0.5)
    return check(house, newsroom.expected())


def used_memory(house: House) -> int:
    return int(wait_for(lambda: house.runtime.redis.info("memory"), "the broker answers", patience_s=60)["used_memory"])


def audit_code(house: House) -> int:
    """Run `kuzet audit` as a person would; its exit code."""
    settings = house.runtime.settings
    places = environment(settings, broker_url=settings.broker_url, search_url=settings.search_url)
    command = [sys.executable, "-m", "worker.cli", "audit"]
    return subprocess.run(command, env={**os.environ, **places}, capture_output=True, check=False).returncode


def facts(seed: int, shape: Shape, found: Run) -> dict[str, Any]:
    """Return what is written down about a run."""
    delays, sampler = found.sampler.delays_s(), found.sampler
    recovery = {done.fault.name: round(sampler.recovery_s(done), 1) for done in found.done}
    return {
        "seed": seed,
        "articles": shape.articles,
        "feeds": shape.feeds,
        "sites": shape.sites,
        "span_s": round(shape.span_s),
        "faults": len(found.done),
        "not_done": [f"{done.fault.name}: {done.remark}" for done in found.done if done.remark],
        "outcomes": found.verdict.outcomes,
        "settled_s": round(found.settled_s, 1),
        "delay_p50_s": round(quantile(delays, 0.5), 1),
        "delay_p95_s": round(quantile(delays, 0.95), 1),
        "recovery_s": dict(sorted(recovery.items())),
        "outbox_most": sampler.outbox_most,
        "memory_mb_an_hour": sampler.slopes_mb_an_hour(),
        "redis_bytes_an_article": round(found.redis_bytes / shape.articles),
        "audit_exit_code": found.audit_code,
        "wrong": dict(found.verdict.wrong),
    }


def caught(control: Control, *, seed: int = 1, **how: Any) -> Mapping[str, int]:
    """Run a broken build; what the checker found wrong."""
    found = run(seed, control.shape, control.faults, broken=control.name, patience_s=CAUGHT_S, **how)
    return found.verdict.wrong


def control_named(name: str) -> Control:
    """Return a control. Raises SystemExit with the names there are."""
    if name not in CONTROLS:
        raise SystemExit(f"no such control: {name}. There are: {', '.join(CONTROLS)}")
    return CONTROLS[name]
