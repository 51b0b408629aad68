"""Reextract: articles are read anew out of their stored pages, and tagged anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

import structlog

from pipelines.errors import PageUnusableError, UnsafeAddressError
from pipelines.models import ArticleDocument, Entry, Extraction, IndexDocument, Page, PublishedFrom
from pipelines.pages import extract_article
from pipelines.reading.texts import text_id
from pipelines.search.documents import build_document
from pipelines.tagging import Tagger
from pipelines.urls import article_id
from worker.files.pages import PageStore
from worker.rebuilds.rebuilder import DONE, Progress
from worker.rebuilds.rewriting import Rewriter
from worker.rebuilds.sweep import Sweep, begin_sweep
from worker.search.engine import SearchEngine

STORY_FIELDS = ("story", "story_score", "story_reasons")

log = structlog.get_logger(__name__)


class Reextract(Sweep[str]):
    """Goes over the page store, day by day, and leaves every page alone that is not of its article's newest revision.

    `sources`, `since` (a day, or empty) select. What only the feed knew is taken from the document: the time of
    publication, the summary, and a text that is much longer than the page's.
    """

    batch = 10

    def __init__(
        self, engine: SearchEngine, pages: PageStore, rewriter: Rewriter, *, tagger: Callable[[], Tagger]
    ) -> None:
        self._engine = engine
        self._pages = pages
        self._rewriter = rewriter
        self._tagger = tagger
        self._sources: frozenset[str] = frozenset()

    def plan(self, options: Mapping[str, Any]) -> Progress:
        since = options.get("since") or ""
        total = sum(1 for _ in self._pages.references(after=since))
        return begin_sweep("extract", total=total, read=0, sources=list(options.get("sources") or ())) | {
            "after": since
        }

    def next_items(self, progress: Progress, *, limit: int) -> Sequence[str]:
        self._sources = frozenset(progress["sources"])
        return list(islice(self._pages.references(after=progress["after"]), limit))

    def key_of(self, item: str) -> str:
        return item

    def handle(self, items: Sequence[str]) -> Mapping[str, int]:
        counts = Counter(read=0, changed=0, failed=0)
        for reference in items:
            try:
                counts.update(self._read_anew(self._pages.get(reference)))
            except PageUnusableError as error:
                log.info("page left out", reference=reference, error=str(error))
                counts["failed"] += 1
        return counts

    def end_of_pass(self, progress: Progress) -> Progress:
        return {**progress, "step": DONE}

    def _read_anew(self, page: Page) -> Mapping[str, int]:
        """Write the page's article if it is another now; return counts of `read` and `changed`.

        The page of a feed has no article, and that of a source that was not chosen is not read.
        """
        stored = self._engine.get(_id_of(page.url))
        if stored is None or (self._sources and stored.document["source"] not in self._sources):
            return {}
        written = self._rewriter.rewrite([stored], lambda found: self._renewed(found, page))
        return {"read": 1, "changed": len(written)}

    def _renewed(self, stored: ArticleDocument, page: Page) -> IndexDocument | None:
        if page.fetched_at < datetime.fromisoformat(stored.document["observed_at"]):
            return None  # the page of an earlier revision
        fresh = renewed(stored.document, page, tagger=self._tagger())
        return None if fresh == stored.document else fresh


def renewed(document: IndexDocument, page: Page, *, tagger: Tagger) -> IndexDocument:
    """The document as today's extraction and rules make it of the page; when it came in does not change."""
    article = extract_article(
        page, entry=entry_of(document), observed_at=datetime.fromisoformat(document["observed_at"])
    )
    fresh = build_document(
        article,
        tagger.tag(article.title, article.body, language=article.language),
        article_id=document["id"],
        source=document["source"],
        family=document["family"],
        feed=document["feed"],
        revision=document["revision"],
        indexed_at=datetime.fromisoformat(document["indexed_at"]),
    )
    if fresh["published_at"] == document["published_at"]:
        fresh["latency_seconds"] = document["latency_seconds"]  # measured once; times are stored in whole milliseconds
    return with_story_of(document, fresh)


def with_story_of(document: IndexDocument, fresh: IndexDocument) -> IndexDocument:
    """Leave an article in the story that it is in: `kuzet restory` finds stories anew."""
    story: Any = {name: document[name] for name in STORY_FIELDS if name in document}  # type: ignore[literal-required]
    return cast("IndexDocument", {**fresh, **story})


def entry_of(document: IndexDocument) -> Entry:
    """What the feed may have said: its entry is not kept, so a whole text is taken for the feed's own."""
    from_feed = document["published_from"] == PublishedFrom.FEED
    return Entry(
        link=document["url"],
        title=document.get("title", ""),
        summary=document.get("summary", ""),
        content=document.get("body", "") if document["extraction"] == Extraction.FULL else "",
        published_at=datetime.fromisoformat(document["published_at"]).astimezone(UTC) if from_feed else None,
        image_url=document.get("image_url", ""),
    )


def _id_of(url: str) -> str:
    try:
        return article_id(url)
    except UnsafeAddressError:
        return text_id(url)  # an imported file
