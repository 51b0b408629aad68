"""The watch at one moment, in numbers. Everything is read from the state; no process counts for itself."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import ConfigError
from pipelines.feeds.health import health
from pipelines.models import Feed, Stage
from worker.runtime import Runtime
from worker.state import Totals
from worker.state.workers import QUEUES, messages_waiting, present, slots, ticked_at

if TYPE_CHECKING:
    from worker.search.article_index import EngineHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReading:
    """A stage's row. `late_s`: how long the item that is due for longest has been waiting."""

    waiting: int
    due: int
    late_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """feeds: state in a word → feeds. queues: name → messages. slots: name → tasks at once. free: folder → bytes."""

    totals: Totals
    stages: Mapping[str, StageReading]
    queues: Mapping[str, int]
    slots: Mapping[str, int]
    workers: int
    tick_age_s: float
    feeds: Mapping[str, int]
    held_hosts: int
    outbox_documents: int
    outbox_bytes: int
    quarantined: int
    forgotten: int
    missing: int
    under_way: int
    rebuild_share: float | None
    articles: int
    search_up: bool
    problems: int
    free_bytes: Mapping[str, int]


def read(runtime: Runtime) -> Readings:
    """Read everything. Raises RedisError when the broker is away; a search engine that is away is a reading."""
    now, state, prefix = runtime.now(), runtime.state, runtime.settings.redis_prefix
    workers = present(runtime.redis, prefix, now=now)
    audit = state.outcomes.audit(now=now)
    search = runtime.search.health()
    return Readings(
        totals=state.totals.read(),
        stages={str(stage): _stage(runtime, stage, now=now) for stage in Stage},
        queues={queue: messages_waiting(runtime.redis, prefix, queue) for queue in QUEUES},
        slots={queue: slots(workers, queue) for queue in QUEUES},
        workers=len(workers),
        tick_age_s=max(0.0, now - ticked_at(runtime.redis, prefix)),
        feeds=_feeds(runtime, now=now),
        held_hosts=len(state.hosts.held(now=now)),
        outbox_documents=state.outbox.size,
        outbox_bytes=state.outbox.bytes_used,
        quarantined=state.quarantine.size,
        forgotten=len(state.forgotten.ids()),
        missing=sum(abs(account.missing) for account in audit.accounts),
        under_way=audit.under_way,
        rebuild_share=_rebuild_share(runtime),
        articles=search.articles,
        search_up=_is_up(search),
        problems=len(state.problems.current(now=now)),
        free_bytes=_free(runtime),
    )


def _stage(runtime: Runtime, stage: Stage, *, now: float) -> StageReading:
    due = runtime.state.due
    first = due.next_at(stage)
    late_s = max(0.0, now - first) if first is not None else 0.0
    return StageReading(waiting=due.size(stage), due=due.ready(stage, now=now), late_s=late_s)


def _feeds(runtime: Runtime, *, now: float) -> dict[str, int]:
    states: Counter[str] = Counter()
    watched = _watched(runtime)
    snapshots = runtime.state.feeds.snapshots(feed.id for feed in watched)
    for feed in watched:
        snapshot = snapshots.get(feed.id)
        judged = snapshot.judged(now=now) if snapshot else health((), now=now)
        states[judged.state] += 1
    return dict(states)


def _watched(runtime: Runtime) -> list[Feed]:
    try:
        return [feed for feed in runtime.catalogue if feed.enabled]
    except ConfigError:
        return []  # `kuzet status` and `kuzet doctor` name the file


def _rebuild_share(runtime: Runtime) -> float | None:
    rebuild = runtime.state.rebuilds.current()
    if rebuild is None:
        return None
    done, total = int(rebuild.progress["done"]), int(rebuild.progress["total"])
    return done / total if total else 0.0


def _is_up(search: EngineHealth) -> bool:
    return bool(search.index) and not search.problem


def _free(runtime: Runtime) -> dict[str, int]:
    data = runtime.settings.data
    return {"data": shutil.disk_usage(data).free} if data.is_dir() else {}
