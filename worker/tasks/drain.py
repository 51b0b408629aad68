"""The drain: documents go from the outbox to the index, one drain at a time."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from pipelines.errors import ConfigError, EngineRefusedError, EngineUnavailableError
from pipelines.models import ArticleDocument, Outcome
from worker.runtime import Runtime
from worker.search.bulk import BulkResult, BulkStatus
from worker.tasks.app import app
from worker.tasks.nudges import nudge_drain
from worker.tasks.stories import write_changed_stories

DRAIN_S = 20.0
RETRY_S = 5.0
REFUSED = "refused_by_index"
"""By this word a quarantined document is counted."""

log = structlog.get_logger(__name__)


@app.task(name="kuzet.drain_outbox")
def drain_outbox() -> None:
    """See to the index, and send what is in the outbox until it is empty or DRAIN_S are over; then look once more."""
    runtime = app.runtime
    token = runtime.state.outbox.lock(lease_s=runtime.drain_lease_s)
    if token is None:
        return
    try:
        waits = drain(runtime, token)
    except (EngineUnavailableError, EngineRefusedError) as error:
        note(runtime, str(error))
        runtime.state.outbox.renew(token, lease_s=RETRY_S)  # no drain tries before that
        return
    if waits or not runtime.state.outbox.size:  # what was put off is not due, and still waits
        note(runtime, waits)
    runtime.state.outbox.unlock(token)
    nudge_drain(app)


def drain(runtime: Runtime, token: str) -> str:
    """Send batch after batch; a sentence that says why some of it waits, or nothing."""
    outbox, ends_at = runtime.state.outbox, runtime.now() + DRAIN_S
    runtime.ensure_index()
    waits = ""
    while runtime.now() < ends_at and outbox.renew(token, lease_s=runtime.drain_lease_s):
        batch = outbox.peek(runtime.settings.drain_batch, now=runtime.now())
        if not batch:
            break
        results = runtime.search.bulk(with_stories(runtime, batch))
        if refused := [result.detail for result in results if result.status is BulkStatus.RETRY]:
            waits = f"{runtime.search.address}: {refused[-1]}"
        else:
            outbox.note_problem("")  # an outage is over when a batch was taken, not when all is written
        for result in results:
            if not settle(runtime, result) and result.article_id in runtime.state.forgotten:
                runtime.search.delete(result.article_id)  # forgotten while it was being sent
        write_changed_stories(runtime)
    write_changed_stories(runtime)
    return waits


def with_stories(runtime: Runtime, batch: Sequence[ArticleDocument]) -> Sequence[ArticleDocument]:
    """Give each document its story. With a broken config/stories.yaml they go on without one: articles come first."""
    try:
        return runtime.joiner.join(batch, now=runtime.now())
    except ConfigError as error:
        log.warning("articles get no stories", error=str(error))
        return batch


def note(runtime: Runtime, problem: str) -> None:
    """Write into the log and for `kuzet status` why documents wait."""
    if problem:
        log.warning("documents wait in the outbox", error=problem)
    runtime.state.outbox.note_problem(problem)


def settle(runtime: Runtime, result: BulkResult) -> bool:
    """Book how one document ended, unless the outbox has another by now; what could not be taken just now stays."""
    outbox, now = runtime.state.outbox, runtime.now()
    key, version = result.article_id, result.version
    match result.status:
        case BulkStatus.WRITTEN | BulkStatus.PRESENT:
            return outbox.settle(key, version, Outcome.INDEXED, now=now)
        case BulkStatus.SUPERSEDED:
            return outbox.settle(key, version, Outcome.SUPERSEDED, now=now)
        case BulkStatus.REJECTED:
            log.warning("document refused", article=key, error=result.detail)
            return outbox.settle(key, version, Outcome.QUARANTINED, now=now, reason=f"{REFUSED}: {result.detail}")
        case BulkStatus.RETRY:
            return outbox.defer(key, version, until=now + RETRY_S)
