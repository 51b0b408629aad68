"""Retag: every document gets what today's rules say about its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipelines.models import ArticleDocument, IndexDocument, VersionedDocument
from pipelines.search.body import build_selection
from pipelines.search.documents import retag_document
from pipelines.search.request import SearchRequest
from pipelines.tagging import Tagger
from worker.rebuilds.rebuilder import DONE, Progress
from worker.rebuilds.rewriting import Rewriter
from worker.rebuilds.sweep import BATCH, Sweep, begin_sweep
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors

MOST_PASSES = 5


@dataclass(frozen=True, slots=True)
class OldTags:
    """The documents of an index that other rules than today's have tagged, in the order of their ids.

    topics: only those that have one of them now. since: only those published then or later.
    """

    engine: SearchEngine
    ruleset: str
    topics: Sequence[str] = ()
    sources: Sequence[str] = ()
    since: datetime | None = None

    def count(self) -> int:
        with engine_errors(self.engine.address):
            return int(self.engine.client.count(index=self.engine.read_alias, query=self._query("")).body["count"])

    def after(self, article_id: str, *, limit: int) -> list[ArticleDocument]:
        """The next ones, as the index has made them searchable."""
        with engine_errors(self.engine.address):
            hits = self.engine.client.search(
                index=self.engine.read_alias,
                query=self._query(article_id),
                sort=[{"id": "asc"}],
                size=limit,
                version=True,
            ).body["hits"]["hits"]
        return [VersionedDocument(hit["_id"], hit["_version"], hit["_source"]) for hit in hits]

    def __iter__(self) -> Iterator[ArticleDocument]:
        last = ""
        while batch := self.after(last, limit=BATCH):
            yield from batch
            last = batch[-1].article_id

    def _query(self, article_id: str) -> dict[str, Any]:
        filters = {"topic": tuple(self.topics), "source": tuple(self.sources)}
        request = SearchRequest(filters={name: values for name, values in filters.items() if values}, since=self.since)
        selected = build_selection(request, now=datetime.now(UTC))["query"]
        later = {"range": {"id": {"gt": article_id}}}
        return {"bool": {"filter": [selected, later], "must_not": [{"term": {"ruleset": self.ruleset}}]}}


def retagged(tagger: Tagger, document: IndexDocument) -> IndexDocument:
    """The document as today's rules tag its text."""
    tagging = tagger.tag(document.get("title", ""), document.get("body", ""), language=document.get("language", ""))
    return retag_document(document, tagging)


class Retag(Sweep[ArticleDocument]):
    """`topics`, `sources`, `since` (ISO, or empty) select what is looked at; `fresh`: written in this pass.

    Rules that change meanwhile are the newest at every step; it ends when none but today's are left.
    """

    def __init__(self, engine: SearchEngine, rewriter: Rewriter, *, tagger: Callable[[], Tagger]) -> None:
        self._engine = engine
        self._rewriter = rewriter
        self._tagger = tagger

    def plan(self, options: Mapping[str, Any]) -> Progress:
        chosen: dict[str, Any] = {name: list(options.get(name) or ()) for name in ("topics", "sources")}
        chosen["since"] = options.get("since") or ""
        return begin_sweep("tag", total=self._old(chosen).count(), written=0, fresh=0, passes=0, **chosen)

    def next_items(self, progress: Progress, *, limit: int) -> Sequence[ArticleDocument]:
        return self._old(progress).after(progress["after"], limit=limit)

    def key_of(self, item: ArticleDocument) -> str:
        return item.article_id

    def handle(self, items: Sequence[ArticleDocument]) -> Mapping[str, int]:
        tagger = self._tagger()

        def renew(stored: ArticleDocument) -> IndexDocument | None:
            is_current = stored.document.get("ruleset") == tagger.ruleset.version
            return None if is_current else retagged(tagger, stored.document)

        written = self._rewriter.rewrite(items, renew)
        changed = sum(one.document.get("topics") != one.before.get("topics") for one in written)
        return {"written": len(written), "fresh": len(written), "changed": changed}

    def end_of_pass(self, progress: Progress) -> Progress:
        """Begin again while documents with older tags come up and can be helped."""
        self._engine.refresh()
        left = self._old(progress).count()
        passes = progress["passes"] + 1
        if left and progress["fresh"] and passes < MOST_PASSES:
            return {**progress, "after": "", "passes": passes, "fresh": 0, "total": progress["done"] + left}
        return {**progress, "step": DONE, "passes": passes, "failed": left}

    def _old(self, progress: Progress) -> OldTags:
        since = datetime.fromisoformat(progress["since"]) if progress["since"] else None
        ruleset = self._tagger().ruleset.version
        return OldTags(self._engine, ruleset, topics=progress["topics"], sources=progress["sources"], since=since)


@dataclass(slots=True)
class Changes:
    """What a retag would change: topic → how many articles gain it, lose it, keep it."""

    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    changed: int = 0

    def note(self, before: IndexDocument, after: IndexDocument) -> None:
        old, new = (set(document.get("topics", ())) for document in (before, after))
        self.gained.update(new - old)
        self.lost.update(old - new)
        self.kept.update(old & new)
        self.articles += 1
        self.changed += old != new

    @property
    def topics(self) -> list[str]:
        return sorted(self.gained.keys() | self.lost.keys() | self.kept.keys())
