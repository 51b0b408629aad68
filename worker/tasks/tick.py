"""The tick: watch the catalogue's feeds, and nudge what is due."""

from __future__ import annotations

import structlog

from pipelines.errors import ConfigError
from worker.runtime import Runtime
from worker.state.workers import note_tick
from worker.tasks.app import app
from worker.tasks.nudges import TASKS, nudge, nudge_drain, nudge_rebuild

log = structlog.get_logger(__name__)


@app.task(name="kuzet.tick")
def tick() -> None:
    """Look what is due in every stage. Missed or doubled, it does no harm."""
    runtime = app.runtime
    note_tick(runtime.redis, runtime.settings.redis_prefix, now=runtime.now())
    watch_feeds(runtime)
    for stage in TASKS:
        nudge(app, stage)
    nudge_drain(app)
    nudge_rebuild(app)


def watch_feeds(runtime: Runtime) -> None:
    """Watch what the catalogue lists. One that could never be read leaves the feeds as they are; the rest goes on."""
    try:
        runtime.state.feeds.sync(runtime.catalogue, now=runtime.now())
    except ConfigError as error:
        log.warning("feeds left as they are", error=str(error))
