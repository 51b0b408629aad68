"""Texts of the benchmarks as documents of the index, tagged by today's rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.stories.corpus import Report
from config.settings import Settings
from pipelines.models import Article, Extraction, IndexDocument, PublishedFrom
from pipelines.search.documents import build_document
from pipelines.stories.features import Features, features_of, site_of
from pipelines.stories.frequencies import FREQUENCIES_FILE, Frequencies, parse_frequencies
from pipelines.stories.rule import STORIES_FILE, StoryRules, parse_story_rules
from pipelines.tagging import Tagger
from worker.runtime import Runtime

UNDATED = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, and whether people call them one event."""

    id: str
    first: Features
    second: Features
    same: bool


@cache
def frequencies() -> Frequencies:
    return parse_frequencies((Settings().config / FREQUENCIES_FILE).read_text(encoding="utf-8"))


@cache
def story_rules() -> StoryRules:
    return parse_story_rules((Settings().config / STORIES_FILE).read_text(encoding="utf-8"))


@cache
def tagger() -> Tagger:
    return Runtime(Settings()).tagger


def document_of(  # noqa: PLR0913  what a document is made of
    title: str, body: str, *, name: str, site: str, language: str, at: datetime = UNDATED
) -> IndexDocument:
    """Return the document that the watch would make of a text."""
    article = Article(
        url=f"https://{site}.example/{name}", title=title, summary="", body=body, language=language, kazakh_share=0.0,
        extraction=Extraction.FULL, published_at=at, published_from=PublishedFrom.FEED, observed_at=at,
    )  # fmt: skip
    tagging = tagger().tag(title, body, language=language)
    return build_document(
        article, tagging, article_id=name, source=site, family=site, feed=site, revision=1, indexed_at=at
    )


def features(document: IndexDocument) -> Features:
    return features_of(document, frequencies(), story_rules().reactions)


def report_document(report: Report) -> IndexDocument:
    return document_of(
        report.title, report.body, name=report.id, site=report.site, language=report.language, at=report.published_at
    )


def real_pairs(file: Path) -> Iterator[Pair]:
    """Yield the labelled pairs of real news."""
    for line in file.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        yield Pair(pair["id"], _of(pair["first"], "1"), _of(pair["second"], "2"), pair["same"])


def _of(article: Mapping[str, Any], name: str) -> Features:
    document = document_of(article["title"], article["text"], name=name, site=site_of(article["url"]), language="ru")
    return features(document)
