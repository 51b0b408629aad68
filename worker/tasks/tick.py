"""The tick: watch the catalogue's feeds, and nudge what is due."""

from __future__ import annotations

from worker.app import app
from worker.nudges import TASKS, nudge, nudge_drain


@app.task(name="kuzet.tick")
def tick() -> None:
    """Look what is due in every stage. Missed or doubled, it does no harm."""
    runtime = app.runtime
    runtime.state.feeds.sync(runtime.catalogue, now=runtime.now())
    for stage in TASKS:
        nudge(app, stage)
    nudge_drain(app)
