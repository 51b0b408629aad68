"""Writing documents anew, each at the version that was read + 1, so that a live revision always wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from pipelines.errors import EngineUnavailableError
from pipelines.models import ArticleDocument, IndexDocument, VersionedDocument
from pipelines.stories.story import FACTS, facts_of
from worker.search.bulk import BulkResult, BulkStatus
from worker.search.engine import SearchEngine
from worker.state import State

MOST_ROUNDS = 5
"""So often a document is read again that others write at the same time; the next pass finds what is left."""

log = structlog.get_logger(__name__)

Renew = Callable[[ArticleDocument], IndexDocument | None]
"""Makes the new document of the one that is there; None when it is right as it is."""


@dataclass(frozen=True, slots=True)
class Rewritten(VersionedDocument[IndexDocument]):
    """A document to be written; `before` is the document that it replaces."""

    before: IndexDocument


class Rewriter:
    """Writes to the index, and keeps the articles' records in step. Says what became of each batch."""

    def __init__(self, engine: SearchEngine, state: State) -> None:
        self._engine = engine
        self._state = state

    def rewrite(self, batch: Sequence[ArticleDocument], renew: Renew) -> list[Rewritten]:
        """Renew what needs it; return what was written.

        What is forgotten, or has a revision on its way, is left alone. Raises EngineUnavailableError when the engine
        takes nothing just now: what was written until then is found as it should be the next time.
        """
        written: list[Rewritten] = []
        for _ in range(MOST_ROUNDS):
            wanted = self._renewed(batch, renew)
            if not wanted:
                break
            results = self._engine.bulk(wanted)
            written += self._written(wanted, results)
            again = [result.article_id for result in results if result.status is BulkStatus.SUPERSEDED]
            batch = [stored for key in again if (stored := self._engine.get(key))]
        return written

    def _renewed(self, batch: Sequence[ArticleDocument], renew: Renew) -> list[Rewritten]:
        renewed = (
            Rewritten(stored.article_id, stored.version + 1, document, stored.document)
            for stored in batch
            if (document := renew(stored)) is not None
        )
        return [one for one in renewed if self._state.rewrites.reserve(one.article_id, one.version)]

    def _written(self, wanted: Sequence[Rewritten], results: Sequence[BulkResult]) -> list[Rewritten]:
        done = []
        for one, result in zip(wanted, results, strict=True):
            match result.status:
                case BulkStatus.WRITTEN | BulkStatus.PRESENT:
                    self._note(one)
                    done.append(one)
                case BulkStatus.RETRY:
                    raise EngineUnavailableError(self._engine.address, result.detail)
                case BulkStatus.REJECTED:
                    log.warning("document left as it was", article=one.article_id, error=result.detail)
        return done

    def _note(self, one: Rewritten) -> None:
        """Bring the record along; a person may have had the article forgotten while we wrote it."""
        self._state.rewrites.note(one.article_id, one.version, content_hash=one.document["content_hash"])
        if story := one.document.get("story"):
            self._state.stories.renew(one.article_id, story, facts_of(one.document), names=FACTS)
        if one.article_id in self._state.forgotten:
            self._engine.delete(one.article_id)
