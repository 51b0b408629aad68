"""Which workers are there, and how many slots each queue has: what the tick needs to know, and `kuzet status` shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis

GONE_AFTER_S = 20.0
KEY = "workers"
TICK_KEY = "tick"
STILL_AFTER_S = 30.0
QUEUES = ("io", "cpu", "tick", "drain", "upkeep")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPresence:
    """A worker that reported lately. `slots` is how many tasks it runs at once."""

    name: str
    queues: tuple[str, ...]
    slots: int
    pid: int
    seen_at: float


def announce(redis: Redis, prefix: str, worker: WorkerPresence) -> None:
    """Write that the worker is there; it is believed for GONE_AFTER_S."""
    record = {"queues": worker.queues, "slots": worker.slots, "pid": worker.pid, "seen_at": worker.seen_at}
    redis.hset(prefix + KEY, worker.name, json.dumps(record))


def present(redis: Redis, prefix: str, *, now: float) -> list[WorkerPresence]:
    """The workers that reported within GONE_AFTER_S; those long gone are struck off."""
    found = []
    for name, text in _strings(redis.hgetall(prefix + KEY)).items():
        record = json.loads(text)
        record["queues"] = tuple(record["queues"])
        worker = WorkerPresence(name=name, **record)
        if now - worker.seen_at < GONE_AFTER_S:
            found.append(worker)
        elif now - worker.seen_at > 100 * GONE_AFTER_S:
            redis.hdel(prefix + KEY, name)
    return sorted(found, key=lambda worker: worker.name)


def note_tick(redis: Redis, prefix: str, *, now: float) -> None:
    """Write that a tick has run: the clock beats and a worker listens."""
    redis.set(f"{prefix}{TICK_KEY}", f"{now:.3f}")


def ticked_at(redis: Redis, prefix: str) -> float:
    """When a tick ran last; 0 if none ever did."""
    written: Any = redis.get(f"{prefix}{TICK_KEY}")
    return float(written or 0)


def _strings(answer: Any) -> dict[str, str]:  # noqa: ANN401  redis types it as bytes or str
    return dict(answer)


def messages_waiting(redis: Redis, prefix: str, queue: str) -> int:
    """How many messages wait in the queue."""
    messages: Any = redis.llen(f"{prefix}celery:{queue}")
    return int(messages)


def unserved(workers: Iterable[WorkerPresence]) -> list[str]:
    """Return the queues that none of these workers serves."""
    served = {queue for worker in workers for queue in worker.queues}
    return [queue for queue in QUEUES if queue not in served]


def slots(workers: Iterable[WorkerPresence], queue: str) -> int:
    """How many tasks of the queue run at once, over all workers."""
    return sum(worker.slots for worker in workers if queue in worker.queues)
