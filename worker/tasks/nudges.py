"""Nudges: what is due becomes messages, never more of them than the workers can soon take.

The tick nudges every stage each second. A task that ends nudges the next stage and its own at once, so that the workers
never wait for the tick while something is due. Both are the same act: the next tick makes up for a lost message.
"""

from __future__ import annotations

from typing import Any, Protocol

from pipelines.models import Stage
from worker.runtime import Runtime
from worker.state.workers import messages_waiting, present, slots

NUDGED_PER_SLOT = {"io": 3, "cpu": 8}
"""Enough that a slot has the next message at hand, and soon worked off: a message that waits too long expires."""

NUDGE_LIFE_S = 15.0
BACKLOG_ITEMS = 5_000
BYTES_PER_MB = 1_000_000

TASKS = {
    Stage.POLL: ("kuzet.poll_feed", "io"),
    Stage.PARSE: ("kuzet.parse_feed", "cpu"),
    Stage.FETCH: ("kuzet.fetch_page", "io"),
    Stage.EXTRACT: ("kuzet.extract_article", "cpu"),
}

REBUILD_QUEUES = {"reindex": "upkeep", "retag": "cpu", "reextract": "cpu", "restory": "upkeep", "rollover": "upkeep"}
"""Rebuilds that read texts run where a hard time limit holds."""


class Sender(Protocol):
    """What nudging needs of the Celery app."""

    @property
    def runtime(self) -> Runtime: ...

    def send_task(self, name: str, **options: Any) -> object: ...  # noqa: ANN401  Celery's own options


def nudge(app: Sender, stage: Stage) -> int:
    """Send a message for each due item of the stage, hosts in turn, up to the queue's free capacity; how many."""
    runtime = app.runtime
    if _is_held_back(app, stage):
        return 0
    task, queue = TASKS[stage]
    spacing_s = runtime.settings.host_spacing_s if stage is Stage.FETCH else 0.0
    items = runtime.state.due.take(
        stage, now=runtime.now(), lease_s=NUDGE_LIFE_S, limit=free_capacity(app, queue), spacing_s=spacing_s
    )
    for item in items:
        app.send_task(task, args=[item], queue=queue, expires=NUDGE_LIFE_S)
    return len(items)


def top_up(app: Sender, stage: Stage) -> int:
    """Nudge a stage when its queue runs low; how many. Not at each end of a task, because looking costs time too."""
    queue = TASKS[stage][1]
    return nudge(app, stage) if waiting(app, queue) <= slots_of(app, queue) else 0


def nudge_drain(app: Sender) -> bool:
    """Send for the drain when documents of articles or stories are due, unless it is at work or sent for already.

    After a failure it is sent for in any case: else `kuzet status` would go on with a fault that is over.
    """
    runtime = app.runtime
    outbox, state = runtime.state.outbox, runtime.state
    wanted = state.due.ready(Stage.OUTBOX, now=runtime.now()) or state.stories.waiting or outbox.problem
    if not wanted or outbox.is_locked(lease_s=runtime.drain_lease_s) or waiting(app, "drain"):
        return False
    call_drain(app)
    return True


def call_drain(app: Sender) -> None:
    """Send for the drain, whatever is in the outbox: it also sees to the index."""
    app.send_task("kuzet.drain_outbox", queue="drain", expires=NUDGE_LIFE_S)


def nudge_rebuild(app: Sender) -> bool:
    """Send for the next step of the rebuild under way, unless a worker holds it or was just sent for."""
    rebuilds = app.runtime.state.rebuilds
    rebuild = rebuilds.current()
    if rebuild is None or not rebuild.is_free(now=app.runtime.now()) or not rebuilds.may_nudge():
        return False
    app.send_task("kuzet.rebuild_step", queue=REBUILD_QUEUES[rebuild.kind], expires=NUDGE_LIFE_S)
    return True


def free_capacity(app: Sender, queue: str) -> int:
    """How many more messages the queue's workers can soon take."""
    return max(0, NUDGED_PER_SLOT[queue] * slots_of(app, queue) - waiting(app, queue))


def slots_of(app: Sender, queue: str) -> int:
    """How many tasks of the queue run at once."""
    runtime = app.runtime
    return slots(present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now()), queue)


def waiting(app: Sender, queue: str) -> int:
    """How many messages wait in the queue."""
    return messages_waiting(app.runtime.redis, app.runtime.settings.redis_prefix, queue)


def _is_held_back(app: Sender, stage: Stage) -> bool:
    """A full outbox holds extraction back (pages wait on disk); a long row of pages holds polling back."""
    state = app.runtime.state
    if stage is Stage.EXTRACT:
        return state.outbox.bytes_used > app.runtime.settings.outbox_max_mb * BYTES_PER_MB
    return stage is Stage.POLL and state.due.size(Stage.EXTRACT) > BACKLOG_ITEMS
