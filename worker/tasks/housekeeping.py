"""Housekeeping: health for Kibana each minute, and once an hour what is old is deleted."""

from __future__ import annotations

import socket
from contextlib import suppress

import structlog

from worker.health.index import write_health
from worker.rebuilds import ROLLOVER, open_rebuilder, open_reindexer, open_rollover
from worker.rebuilds.rebuilder import BusyError
from worker.rebuilds.retention import delete_expired
from worker.runtime import Runtime
from worker.tasks.app import app
from worker.tasks.nudges import call_drain, nudge_rebuild
from worker.tasks.recall import nudge_recall

log = structlog.get_logger(__name__)


@app.task(name="kuzet.housekeeping")
def housekeeping() -> None:
    """Delete pages, poll results, articles and replaced indices that are older than they are kept."""
    runtime = app.runtime
    nudge_recall(runtime)
    removed = runtime.pages.prune(runtime.now())  # first: disk has to last while the search engine is away
    runtime.polls.prune(now=runtime.now())
    dropped = open_reindexer(runtime).drop_old()
    log.info(
        "housekeeping done", pages_removed=removed, indices_dropped=dropped, articles_deleted=expire_articles(runtime)
    )
    if roll_over_if_due(runtime):
        nudge_rebuild(app)


@app.task(name="kuzet.upkeep")
def upkeep() -> None:
    """Do the housekeeping that a beat of version 0.1 asks for by this name."""
    housekeeping()


def expire_articles(runtime: Runtime) -> int:
    """Delete the articles that KUZET_KEEP_ARTICLES_DAYS keeps no longer, unless a rebuild compares them just now."""
    if runtime.state.rebuilds.current():
        return 0
    return delete_expired(runtime.search, keep_days=runtime.settings.keep_articles_days, now=runtime.now())


def roll_over_if_due(runtime: Runtime) -> bool:
    """Begin a rollover when the newest index has passed KUZET_ROLLOVER_GB, unless a rebuild is under way."""
    if not runtime.search.index_name() or not open_rollover(runtime).look().is_due:
        return False
    with suppress(BusyError):
        open_rebuilder(runtime).begin(ROLLOVER, owner=f"the housekeeping on {socket.gethostname()}")
        return True
    return False


@app.task(name="kuzet.record_health")
def record_health() -> None:
    """Write polls, feed states and outcomes into their index; what one run misses the next one writes."""
    runtime = app.runtime
    call_drain(app)  # an engine that was away when the workers started has no index
    write_health(runtime.state, runtime.catalogue, index=runtime.polls, now=runtime.now())
