"""The tick: watch the catalogue's feeds, and nudge what is due."""

from __future__ import annotations

from dataclasses import dataclass
from socket import gethostname

import structlog

from pipelines.errors import ConfigError
from worker.files.catalogue import Catalogue
from worker.runtime import Runtime
from worker.state.workers import note_tick
from worker.tasks.alerts import nudge_alerts
from worker.tasks.app import app
from worker.tasks.nudges import TASKS, nudge, nudge_drain, nudge_rebuild

SYNC_S = 600.0
"""A catalogue that did not change is compared with the state this often, and when the state has another number of
feeds: a broker that lost its data. 10,000 feeds take this process 350 ms and the broker 120 ms.
"""

CLOCK_PROBLEM_S = 3600.0
"""`kuzet status` shows for this long that the clock went back."""

log = structlog.get_logger(__name__)


@app.task(name="kuzet.tick")
def tick() -> None:
    """Look what is due in every stage, and log it when there was something. Missed or doubled, it does no harm."""
    runtime = app.runtime
    note_tick(runtime.redis, runtime.settings.redis_prefix, now=runtime.now())
    check_clock(runtime)
    runtime.state.pace.note(now=runtime.now())
    watch_feeds(runtime)
    nudged = {str(stage): count for stage in TASKS if (count := nudge(app, stage))}
    nudge_drain(app)
    if nudged:
        log.info("tick", **nudged)
    nudge_rebuild(app)
    nudge_alerts(runtime)


def check_clock(runtime: Runtime) -> None:
    """Make good a clock that went back, and say so."""
    now = runtime.now()
    if said := runtime.state.clock.check(gethostname(), now=now):
        log.warning("clock went back", error=said)
        runtime.state.problems.note("clock", said, now=now, keep_s=CLOCK_PROBLEM_S)


@dataclass(slots=True)
class LastSync:
    """When this process compared the catalogue with the state, which reading of the files that was, how many feeds."""

    reads: int = -1
    at: float = 0.0
    watched: int = -1

    def is_current(self, catalogue: Catalogue, *, watched: int, now: float) -> bool:
        """True if the feeds are the same and were compared within SYNC_S; a clock that went back says no."""
        return (self.reads, self.watched) == (catalogue.reads, watched) and 0 <= now - self.at < SYNC_S


last_sync = LastSync()


def watch_feeds(runtime: Runtime) -> None:
    """Watch what the catalogue lists. One that could never be read leaves the feeds as they are; the rest goes on."""
    now = runtime.now()
    try:
        feeds = list(runtime.catalogue)  # reads the files if they changed
        if not last_sync.is_current(runtime.catalogue, watched=runtime.state.feeds.count(), now=now):
            runtime.state.feeds.sync(feeds, now=now)
            last_sync.reads, last_sync.at = runtime.catalogue.reads, now
            last_sync.watched = runtime.state.feeds.count()
    except ConfigError as error:
        log.warning("feeds left as they are", error=str(error))
