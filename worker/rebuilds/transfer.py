"""Exported documents back into an index."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from pipelines.models import ArticleDocument
from worker.search.bulk import BulkStatus
from worker.search.engine import SearchEngine
from worker.state import State

RETRY_S = 1.0
_COUNTED_AS = {
    BulkStatus.WRITTEN: "restored",
    BulkStatus.PRESENT: "known already",
    BulkStatus.SUPERSEDED: "known already",
    BulkStatus.REJECTED: "rejected",
}


def restore(batch: Iterable[ArticleDocument], *, engine: SearchEngine, state: State, now: float) -> Counter[str]:
    """Write documents as they were exported, and count what became of them.

    Newer ones stay; forgotten ones stay forgotten. Waits while the engine takes nothing just now.
    """
    adopted, counts = [], Counter[str]()
    for one in batch:
        if state.rewrites.adopt(one.article_id, one.version, one.document, now=now):
            adopted.append(one)
        else:
            counts["forgotten"] += 1
    while adopted:
        results = engine.bulk(adopted)
        counts.update(_COUNTED_AS[result.status] for result in results if result.status in _COUNTED_AS)
        adopted = [one for one, result in zip(adopted, results, strict=True) if result.status is BulkStatus.RETRY]
        if adopted:
            time.sleep(RETRY_S)
        _forget_again([result.article_id for result in results], engine=engine, state=state)
    return counts


def _forget_again(article_ids: Iterable[str], *, engine: SearchEngine, state: State) -> None:
    """Delete what a person had forgotten while it was written."""
    for article_id in state.forgotten.ids().intersection(article_ids):
        engine.delete(article_id)
