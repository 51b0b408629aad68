"""Upkeep: what is done once an hour."""

from __future__ import annotations

import structlog

from worker.app import app

log = structlog.get_logger(__name__)


@app.task(name="kuzet.upkeep")
def upkeep() -> None:
    """Throw away pages that are older than they are kept."""
    runtime = app.runtime
    removed = runtime.pages.prune(runtime.now())
    log.info("upkeep", pages_removed=removed)
