"""Which workers are there, and how many slots each queue has: what the tick needs to know, and `kuzet status` shows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from celery import bootsteps
from redis import Redis
from redis.exceptions import RedisError

BEAT_S = 5.0
GONE_AFTER_S = 20.0
KEY = "workers"
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


def _strings(answer: Any) -> dict[str, str]:
    return dict(answer)


def slots(workers: Iterable[WorkerPresence], queue: str) -> int:
    """How many tasks of the queue run at once, over all workers."""
    return sum(worker.slots for worker in workers if queue in worker.queues)


class Presence(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Reports a Celery worker every BEAT_S seconds while its consumer runs."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        super().__init__(consumer, **kwargs)
        self.timer: Any = None

    def start(self, consumer: Any) -> None:
        self._report(consumer)
        self.timer = consumer.timer.call_repeatedly(BEAT_S, self._report, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self._forget(consumer)

    def _report(self, consumer: Any) -> None:
        runtime = consumer.app.runtime
        worker = WorkerPresence(
            name=consumer.hostname,
            queues=tuple(consumer.app.amqp.queues.consume_from),
            slots=consumer.pool.num_processes,
            pid=os.getpid(),
            seen_at=runtime.now(),
        )
        try:
            announce(runtime.redis, runtime.settings.redis_prefix, worker)
        except RedisError:
            return  # the broker is away; the next beat reports

    def _forget(self, consumer: Any) -> None:
        runtime = consumer.app.runtime
        try:
            runtime.redis.hdel(runtime.settings.redis_prefix + KEY, consumer.hostname)
        except RedisError:
            return  # it is struck off by its age
