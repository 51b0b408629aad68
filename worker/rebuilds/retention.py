"""Articles that are kept no longer: deleted from the index a batch at a time, while the watch goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from worker.search.engine import SearchEngine

BATCH = 1_000
MOST_BATCHES = 20
"""An hour's share: the first run on a large archive must not keep the worker from its other work."""


def delete_expired(engine: SearchEngine, *, keep_days: int, now: float, most_batches: int = MOST_BATCHES) -> int:
    """Delete what came in more than `keep_days` days before `now` (epoch seconds); return how many went. 0 keeps all.

    Not while a rebuild is under way: it compares what it copied. Outcomes and records in the state are left alone, so a
    feed that goes on listing an old entry does not bring it back. Raises EngineUnavailableError.
    """
    if not keep_days or not engine.index_name():
        return 0
    before = datetime.fromtimestamp(now, UTC) - timedelta(days=keep_days)
    deleted = 0
    for _ in range(most_batches):
        batch = engine.delete_older(before, limit=BATCH)
        deleted += batch
        if batch < BATCH:
            break
    return deleted
