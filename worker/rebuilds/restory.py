"""Restory: all articles of the index are put into stories anew, in the order of their publication."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.models import ArticleDocument, IndexDocument, VersionedDocument
from worker.files.stories import StoryFiles
from worker.rebuilds.rebuilder import DONE, Progress
from worker.rebuilds.rewriting import Rewriter
from worker.rebuilds.sweep import Sweep, begin_sweep
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors
from worker.state.stories import Stories
from worker.stories.joiner import HOUR_S, MARGIN_HOURS, Joiner, published_at

WINDOW = "restory:window"
STORY_FIELDS = ("story", "story_score", "story_reasons")


class Restory(Sweep[ArticleDocument]):
    """Works on a window of its own, which becomes that of the watch at the end; what a person decided stays.

    Articles that come in meanwhile join as ever, and are looked at again when their turn comes.
    """

    def __init__(self, engine: SearchEngine, rewriter: Rewriter, *, stories: Stories, files: StoryFiles) -> None:
        self._engine = engine
        self._rewriter = rewriter
        self._live = stories
        self._stories = stories.with_window(WINDOW)
        self._files = files
        self._joiner = Joiner(self._stories, files, anew=True)

    def plan(self, options: Mapping[str, Any]) -> Progress:
        del options
        self._stories.clear_window()
        return begin_sweep("join", total=self._engine.count(), written=0)

    def next_items(self, progress: Progress, *, limit: int) -> Sequence[ArticleDocument]:
        after = {"search_after": json.loads(progress["after"])} if progress["after"] else {}
        with engine_errors(self._engine.address):
            hits = self._engine.client.search(
                index=self._engine.read_alias,
                query={"match_all": {}},
                sort=[{"published_at": "asc"}, {"id": "asc"}],
                size=limit,
                version=True,
                **after,
            ).body["hits"]["hits"]
        return [VersionedDocument(hit["_id"], hit["_version"], hit["_source"]) for hit in hits]

    def key_of(self, item: ArticleDocument) -> str:
        return json.dumps([round(published_at(item.document) * 1000), item.document["id"]])

    def handle(self, items: Sequence[ArticleDocument]) -> Mapping[str, int]:
        newest = published_at(items[-1].document)
        keep_from = newest - (self._files.rules.window_hours + MARGIN_HOURS) * HOUR_S
        joined = self._joiner.join(items, now=newest, keep_from=keep_from)
        stories = {one.article_id: one.document for one in joined}

        def renew(stored: ArticleDocument) -> IndexDocument | None:
            return with_story_of(stories[stored.article_id], stored.document)

        written = self._rewriter.rewrite(items, renew)
        return {"written": len(written), "changed": len(written)}

    def end_of_pass(self, progress: Progress) -> Progress:
        self._live.take_window(WINDOW)
        return {**progress, "step": DONE}


def with_story_of(joined: IndexDocument, document: IndexDocument) -> IndexDocument | None:
    """Return a document with the story of another one; None when it names that story already."""
    if document.get("story") == joined.get("story"):
        return None
    fields: Any = {name: joined[name] for name in STORY_FIELDS if name in joined}  # type: ignore[literal-required]
    return {**document, **fields}
