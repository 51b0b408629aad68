"""Broker, search engine and workers: whether they answer, and are set up so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pipelines.models import Stage
from worker.doctor.findings import Find, ok, problem, warning
from worker.runtime import Runtime
from worker.setup.expiry import ending_soon
from worker.state.refusals import refuses
from worker.state.workers import STILL_AFTER_S, present, ticked_at, unserved

OLDEST_BROKER = (6, 2)
CLOCK_S = 2.0
FULL = 0.8
"""Share of its memory."""

LATE_S = 600.0


def broker(runtime: Runtime) -> Iterator[Find]:
    """Version, what it does when memory is full, whether it keeps its data, and how full it is."""
    facts: Any = runtime.redis.info()
    version = str(facts["redis_version"])
    name = facts.get("server_name", "redis").capitalize()
    if tuple(map(int, version.split(".")[:2])) < OLDEST_BROKER:
        yield problem(f"{name} {version} is too old", "Use Redis or Valkey of 6.2 or newer.")
    else:
        yield ok(f"{name} {version} answers")
    policy = str(facts.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        yield problem(f"It throws keys away when memory is full ({policy})", "Set maxmemory-policy noeviction.")
    if not facts.get("aof_enabled"):
        yield warning("It does not keep its data as it writes", "Set appendonly yes, or a restart loses the state.")
    most, used = int(facts.get("maxmemory", 0)), int(facts["used_memory"])
    if refusal := refuses(runtime.settings.broker_url, facts):
        yield problem(refusal.problem.capitalize(), refusal.remedy)
    elif most and used > FULL * most:
        yield warning(f"Its memory is {used / most:.0%} full", "Raise maxmemory, or shorten what is kept.")


def search(runtime: Runtime) -> Iterator[Find]:
    """The engine, its index, and whether index and rules of analysis are today's."""
    health = runtime.search.health()
    if health.problem:
        yield problem(health.problem, "" if health.index else "`kuzet up`, or the service index, makes it.")
        return
    yield ok(f"{health.server} has {health.articles} articles in {health.index}")
    for reason in runtime.search.outdated(runtime.analysis):
        yield warning(reason, "Run `kuzet reindex`; people can search meanwhile.")
    if waits := runtime.state.outbox.problem:
        yield problem(f"Documents wait: {waits}", "They are written as soon as the engine takes them.")


def certificates(runtime: Runtime) -> Iterator[Find]:
    """Those of the engines that end within a month."""
    found = list(ending_soon(runtime.settings, now=datetime.fromtimestamp(runtime.now(), UTC)))
    for sentence in found:
        yield warning(sentence, "`kuzet setup secrets` renews them.")
    if not found:
        yield ok("none ends within a month")


def clock(runtime: Runtime) -> Iterator[Find]:
    """This machine's clock next to the broker's: due times and leases are compared over machines."""
    seconds, microseconds = runtime.redis.time()
    apart_s = abs(runtime.now() - (int(seconds) + int(microseconds) / 1e6))
    if apart_s > CLOCK_S:
        yield warning(f"It is {apart_s:.0f} s apart from the broker's", "Let both machines keep time (NTP).")
    else:
        yield ok("it agrees with the broker's")


def workers(runtime: Runtime) -> Iterator[Find]:
    """Whether each queue is served, the clock beats, and no stage is far behind."""
    now, prefix = runtime.now(), runtime.settings.redis_prefix
    if half := runtime.state.restoring.problem:
        yield problem(half, "Until then workers do nothing.")
    there = present(runtime.redis, prefix, now=now)
    missing = unserved(there)
    for queue in missing:
        yield problem(f"No worker serves the queue {queue}", "Start `kuzet up`, or the service of that name.")
    if "tick" not in missing and now - ticked_at(runtime.redis, prefix) > STILL_AFTER_S:
        yield problem("No process looks for due work", "Start `kuzet up`, or the service beat.")
    if not missing:
        yield ok(", ".join(f"{worker.name} with {worker.slots} slots" for worker in there))
    yield from _late(runtime, now=now)


def _late(runtime: Runtime, *, now: float) -> Iterator[Find]:
    for stage in Stage:
        first = runtime.state.due.next_at(stage)
        if first is not None and now - first > LATE_S:
            waits = f"{runtime.state.due.ready(stage, now=now)} items of the stage {stage} wait, the first for "
            yield warning(
                f"{waits}{(now - first) / 60:.0f} min", "`kuzet status` says why; more workers help a backlog."
            )
