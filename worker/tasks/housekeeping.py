"""Housekeeping: health for Kibana each minute; once an hour, what is too old is deleted."""

from __future__ import annotations

import structlog

from worker.health.index import write_health
from worker.rebuilds import open_reindexer
from worker.tasks.app import app
from worker.tasks.nudges import call_drain

log = structlog.get_logger(__name__)


@app.task(name="kuzet.housekeeping")
def housekeeping() -> None:
    """Delete pages, poll results and replaced indices that are older than they are kept."""
    runtime = app.runtime
    removed = runtime.pages.prune(runtime.now())  # first: disk has to last while the search engine is away
    runtime.polls.prune(now=runtime.now())
    dropped = open_reindexer(runtime).drop_old()
    log.info("housekeeping done", pages_removed=removed, indices_dropped=dropped)


@app.task(name="kuzet.upkeep")
def upkeep() -> None:
    """Do the housekeeping that a beat of version 0.1 asks for by this name."""
    housekeeping()


@app.task(name="kuzet.record_health")
def record_health() -> None:
    """Write polls, feed states and outcomes into their index; what one run misses the next one writes."""
    runtime = app.runtime
    call_drain(app)  # an engine that was away when the workers started has no index
    write_health(runtime.state, runtime.catalogue, index=runtime.polls, now=runtime.now())
