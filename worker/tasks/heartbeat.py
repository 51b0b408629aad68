"""A Celery worker's heartbeat: it reports that it is there while it consumes."""

from __future__ import annotations

import os
from typing import Any

from celery import bootsteps
from redis.exceptions import RedisError

from worker.state.workers import KEY, WorkerPresence, announce

BEAT_S = 5.0


class Heartbeat(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
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
