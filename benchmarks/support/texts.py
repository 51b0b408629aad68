"""Texts to search: the newsroom, and the development texts where KUZET_SHARED names them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.language.normalise import repair
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.search.documents import build_document
from seeds.newsroom import load_stories

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DEVELOPMENT = ("news_ru_dev", "news_ru_dev2", "news_kk_dev")


@dataclass(frozen=True)
class Text:
    """One text; `version` is that of its document."""

    article_id: str
    title: str
    body: str
    language: str = ""
    version: int = 1

    @cached_property
    def document(self) -> dict[str, Any]:
        article = Article(
            url=f"https://habar.example/{self.article_id}",
            title=repair(self.title).text,
            body=repair(self.body).text,
            summary="",
            language=self.language,
            kazakh_share=0.0,
            extraction=Extraction.FULL,
            published_at=NOW,
            published_from=PublishedFrom.FEED,
            observed_at=NOW,
        )
        names = {"source": "habar", "family": "habar", "feed": "habar", "revision": 1, "indexed_at": NOW}
        return build_document(article, Tagging(), article_id=self.article_id, **names)


def load_texts() -> list[Text]:
    """Everything there is here."""
    shared = os.environ.get("KUZET_SHARED")
    return [*newsroom(), *(development(Path(shared)) if shared else ())]


def newsroom() -> Iterator[Text]:
    """Our own stories in their last version, under their own ids."""
    for story in load_stories():
        newest = story.versions[-1]
        yield Text(story.id, newest.title, "\n".join(newest.paragraphs), story.language)


def development(shared: Path) -> Iterator[Text]:
    """Real news, which are no part of the project."""
    for name in DEVELOPMENT:
        for line in (shared / f"data/{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Text(row["id"], row.get("title", ""), row["text"], "kk" if "_kk_" in name else "ru")
