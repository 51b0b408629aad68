"""Everything that rewrites the whole index: reindex, retag, reextract, and bringing documents out and in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.rebuilds.jobs import Job, Jobs
from worker.rebuilds.reextract import ReextractJob
from worker.rebuilds.reindex import Rebuilder
from worker.rebuilds.reindex_job import ReindexJob
from worker.rebuilds.retag import RetagJob
from worker.rebuilds.rewriting import Rewriter

if TYPE_CHECKING:
    from worker.runtime import Runtime

REINDEX, RETAG, REEXTRACT = "reindex", "retag", "reextract"


def open_rebuilder(runtime: Runtime) -> Rebuilder:
    """The steps of a reindex, on this process's engine."""
    forgotten = runtime.state.forgotten
    return Rebuilder(runtime.search, runtime.analysis, forgotten=forgotten.ids, now=runtime.now)


def open_jobs(runtime: Runtime) -> Jobs:
    """All kinds of jobs, on this process's services."""
    rewriter = Rewriter(runtime.search, runtime.state)
    jobs: dict[str, Job] = {
        REINDEX: ReindexJob(open_rebuilder(runtime)),
        RETAG: RetagJob(runtime.search, rewriter, tagger=lambda: runtime.tagger),
        REEXTRACT: ReextractJob(runtime.search, runtime.pages, rewriter, tagger=lambda: runtime.tagger),
    }
    return Jobs(runtime.state.upkeep, jobs, now=runtime.now)
