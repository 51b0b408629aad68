"""Upkeep: what is done once an hour."""

from __future__ import annotations

import structlog

from worker.app import app
from worker.rebuilds import open_rebuilder

log = structlog.get_logger(__name__)


@app.task(name="kuzet.upkeep")
def upkeep() -> None:
    """Throw away pages and replaced indices that are older than they are kept."""
    runtime = app.runtime
    removed = runtime.pages.prune(runtime.now())
    dropped = open_rebuilder(runtime).drop_old()
    log.info("upkeep", pages_removed=removed, indices_dropped=dropped)
