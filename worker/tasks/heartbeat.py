"""Heartbeats: a worker reports that it is there while it consumes, and beat that its messages reach the broker.

Both also touch `KUZET_ALIVE_FILE`, so that a container's health check reads the age of a file and starts no Python.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import bootsteps, signals
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
        touch(runtime.settings.alive_file)

    def _forget(self, consumer: Any) -> None:
        runtime = consumer.app.runtime
        try:
            runtime.redis.hdel(runtime.settings.redis_prefix + KEY, consumer.hostname)
        except RedisError:
            return  # it is struck off by its age


@signals.beat_init.connect
def _watch_beat(sender: Any, **_: object) -> None:
    """Touch the file after each message of beat that the broker has taken."""
    file = sender.app.runtime.settings.alive_file

    def sent(**_: object) -> None:
        touch(file)

    signals.after_task_publish.connect(sent, weak=False)


def touch(file: Path | None) -> None:
    """Set the file's time to now; nothing without a file. A file that cannot be written is no reason to stop."""
    if file is None:
        return
    try:
        file.touch()
    except OSError:
        return  # the health check says that it is old
