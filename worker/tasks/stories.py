"""Stories that have changed: their documents, and the articles that were moved from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pipelines.models import ArticleDocument, IndexDocument
from worker.rebuilds.rewriting import Rewriter
from worker.runtime import Runtime
from worker.stories.writing import BATCH, write_stories


def write_changed_stories(runtime: Runtime) -> None:
    """Bring the index in step with what Redis says of stories. Raises EngineUnavailableError; the next call goes on."""
    while write_stories(runtime.state.stories, runtime.story_index, now=runtime.now()):
        if not runtime.state.stories.unwritten(limit=1):
            break
    move_articles(runtime)


def move_articles(runtime: Runtime) -> None:
    """Write into the documents of articles which story they are in now, after a merge or a split."""
    stories, rewriter = runtime.state.stories, Rewriter(runtime.search, runtime.state)
    for article_id, story in stories.moved(limit=BATCH).items():
        if stored := runtime.search.get(article_id):
            rewriter.rewrite([stored], partial(moved_to, story=story, reasons=stories.reasons_of(article_id, story)))
        stories.settle_move(article_id, story)


def moved_to(stored: ArticleDocument, *, story: str, reasons: Sequence[str]) -> IndexDocument | None:
    """Return the document in another story; None when it is in it already."""
    if stored.document.get("story") == story:
        return None
    moved: IndexDocument = {**stored.document, "story": story, "story_reasons": list(reasons)}
    if not reasons:
        del moved["story_reasons"]
    return moved
