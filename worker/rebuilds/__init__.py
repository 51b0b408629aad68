"""Everything that rewrites the whole index: reindex, retag, reextract, restory, rollover, and documents out and in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.rebuilds.rebuilder import Rebuilder, RebuildKind
from worker.rebuilds.reextract import Reextract
from worker.rebuilds.reindex import Reindex, Reindexer
from worker.rebuilds.restory import Restory
from worker.rebuilds.retag import Retag
from worker.rebuilds.rewriting import Rewriter
from worker.rebuilds.rollover import Rollover

if TYPE_CHECKING:
    from worker.runtime import Runtime

REINDEX, RETAG, REEXTRACT, RESTORY, ROLLOVER = "reindex", "retag", "reextract", "restory", "rollover"


def open_reindexer(runtime: Runtime) -> Reindexer:
    """The steps of a reindex, on this process's engine."""
    forgotten = runtime.state.forgotten
    return Reindexer(runtime.search, runtime.analysis, forgotten=forgotten.ids, now=runtime.now)


def open_rollover(runtime: Runtime) -> Rollover:
    """The steps of a rollover, on this process's engine."""
    limit_gb = runtime.settings.rollover_gb
    return Rollover(runtime.search, lambda: runtime.analysis, limit_gb=limit_gb, now=runtime.now)


def open_rebuilder(runtime: Runtime) -> Rebuilder:
    """All kinds of rebuilds, on this process's services."""
    rewriter = Rewriter(runtime.search, runtime.state)
    kinds: dict[str, RebuildKind] = {
        REINDEX: Reindex(open_reindexer(runtime)),
        RETAG: Retag(runtime.search, rewriter, tagger=lambda: runtime.tagger),
        REEXTRACT: Reextract(runtime.search, runtime.pages, rewriter, tagger=lambda: runtime.tagger),
        RESTORY: Restory(runtime.search, rewriter, stories=runtime.state.stories, files=runtime.story_files),
        ROLLOVER: open_rollover(runtime),
    }
    return Rebuilder(runtime.state.rebuilds, kinds, now=runtime.now)
