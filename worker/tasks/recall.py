"""The weekly check of each source against its sitemap."""

from __future__ import annotations

import structlog

from worker.health.recall import RecallCheck, due_source, sitemap_of
from worker.runtime import Runtime
from worker.tasks.app import app
from worker.tasks.nudges import NUDGE_LIFE_S

log = structlog.get_logger(__name__)


@app.task(name="kuzet.check_recall")
def check_recall(source: str) -> None:
    """Compare what a source's sitemap lists of the last day with what was sighted."""
    runtime = app.runtime
    feeds = [feed for feed in runtime.catalogue if feed.enabled and feed.source == source]
    sitemap = sitemap_of(runtime.state, feeds, now=runtime.now())
    if not sitemap:
        return
    check = RecallCheck(runtime.state, runtime.web, runtime.settings)
    found = check.run(feeds, sitemap=sitemap, now=runtime.now())
    log.info("recall checked", source=source, listed=found.listed, seen=found.seen, problem=found.problem)


def nudge_recall(runtime: Runtime) -> None:
    """Send for the check of the source that waits for it longest: one an hour, each once a week."""
    feeds = [feed for feed in runtime.catalogue if feed.enabled]
    if source := due_source(runtime.state, feeds, now=runtime.now()):
        app.send_task("kuzet.check_recall", args=[source], queue="io", expires=NUDGE_LIFE_S)
