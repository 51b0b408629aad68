"""Reextract on the real node: stored pages become what today's extraction makes of them, and nothing older wins."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from config.settings import Settings
from pipelines.models import Entry, Page
from pipelines.pages import extract_article
from pipelines.search.documents import build_document
from pipelines.tagging import Tagger
from pipelines.urls import article_id
from tests.support.builders import SentDocument
from tests.support.leases import LEASE_S
from tests.support.short_analysis import short_analysis
from worker.files.pages import PageStore
from worker.rebuilds.rebuilder import Rebuilder
from worker.rebuilds.reextract import Reextract
from worker.rebuilds.rewriting import Rewriter
from worker.search.engine import SearchEngine
from worker.state import State

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANALYSIS = short_analysis()
PARAGRAPHS = [
    f"Полицейские Караганды изъяли {kg} кг героина, задержаны трое наркокурьеров, сообщили в департаменте полиции. "
    "Возбуждено уголовное дело, подозреваемые водворены в изолятор временного содержания."
    for kg in (5, 7, 9)
]


def page(number: int, *, fetched_at: datetime = NOW, paragraphs: list[str] = PARAGRAPHS) -> Page:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = f"<html><head><title>Сводка {number}</title></head><body><article><h1>Сводка {number}</h1>{text}</article>"
    url = f"https://habar.example/{number}"
    return Page(url=url, final_url=url, status=200, headers={}, body=html.encode(), fetched_at=fetched_at)


def document(shown: Page, tagger: Tagger, *, source: str = "habar") -> dict[str, Any]:
    """What extraction makes of the page."""
    observed_at = shown.fetched_at - timedelta(seconds=2)
    entry = Entry(link=shown.url, title="Сводка", published_at=NOW - timedelta(hours=3))
    article = extract_article(shown, entry=entry, observed_at=observed_at)
    tagging = tagger.tag(article.title, article.body, language=article.language)
    names = {"source": source, "family": "habar", "feed": "habar", "revision": 2, "indexed_at": NOW}
    return build_document(article, tagging, article_id=article_id(shown.url), **names)


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"pages-{uuid4().hex[:8]}"))
    engine.ensure_index(ANALYSIS)
    yield engine
    engine.client.indices.delete(index=f"{engine.read_alias}-0*")
    engine.close()


@pytest.fixture
def pages(tmp_path: Path) -> PageStore:
    return PageStore(str(tmp_path / "pages"), min_free_mb=0)


@pytest.fixture
def state(redis: Redis) -> State:
    return State(redis, prefix="r:", lease_s=LEASE_S)


@pytest.fixture
def reextract(engine: SearchEngine, pages: PageStore, state: State, tagger: Tagger):
    """Runs it to its end as the workers would, and gives its last progress."""
    job = Reextract(engine, pages, Rewriter(engine, state), tagger=lambda: tagger)

    def run(**options: Any) -> Mapping[str, Any]:
        rebuilder = Rebuilder(state.rebuilds, {"reextract": job}, now=time.time)
        rebuilder.begin("reextract", owner="tester", **options)
        while state.rebuilds.current():
            rebuilder.step()
        return state.rebuilds.last().progress

    return run


def write(engine: SearchEngine, written: Mapping[str, Any], *, version: int = 100) -> None:
    assert engine.bulk([SentDocument(written["id"], version, written)])[0].status == "written"


def test_an_article_read_badly_is_read_again(engine, pages, tagger, reextract):
    """Yesterday's extraction took a menu for the text; the page is still there."""
    right = document(page(1), tagger)
    write(engine, {**right, "body": "Главная Новости", "content_hash": "0", "ruleset": "old"})
    pages.put(page(1))
    assert reextract()["changed"] == 1
    found = engine.get(right["id"])
    assert (found.document, found.version) == (right, 101)
    assert reextract()["changed"] == 0


def test_the_page_of_an_earlier_revision_does_not_come_back(engine, pages, tagger, reextract):
    """The index has the correction; its first page is stored as well."""
    revised = page(2, fetched_at=NOW + timedelta(hours=1), paragraphs=[*PARAGRAPHS, "Уточнено: задержаны четверо."])
    for shown in (page(2), revised):
        pages.put(shown)
    write(engine, {**document(revised, tagger), "why": "?"})
    assert reextract()["changed"] == 1
    assert engine.get(article_id(revised.url)).document == document(revised, tagger)


def test_only_what_was_chosen_is_read(engine, pages, tagger, reextract):
    """One source's template changed last week."""
    for number, source in ((3, "habar"), (4, "xabar")):
        write(engine, {**document(page(number), tagger, source=source), "why": "?"})
        pages.put(page(number))
    assert reextract(since="2026-03-05")["done"] == 0
    only_one = reextract(sources=["xabar"])
    assert (only_one["read"], only_one["changed"]) == (1, 1)
    assert engine.get(article_id(page(3).url)).document["why"] == "?"
    assert reextract(sources=["nosuch"])["read"] == 0


def test_nothing_is_written_for_a_thousandth_of_a_second(engine, pages, tagger, reextract):
    """Latency was measured once; worked out again from stored times it differs in the last digit."""
    before = document(page(8), tagger)
    write(engine, {**before, "latency_seconds": before["latency_seconds"] + 0.001})
    pages.put(page(8))
    facts = reextract()
    assert (facts["read"], facts["changed"]) == (1, 0)


def test_pages_without_an_article_and_broken_ones_are_passed_over(engine, pages, tagger, reextract, tmp_path):
    """Feeds are stored too, a disk may lose a record, and the forgotten stay so."""
    pages.put(replace(page(5), body=b"<rss/>"))
    broken = tmp_path / "pages" / pages.put(page(6))
    broken.write_bytes(b"?")
    progress = reextract()
    assert (progress["done"], progress["changed"], progress["failed"]) == (2, 0, 1)


def test_a_page_that_cannot_be_read_any_more_costs_nothing(engine, pages, tagger, reextract):
    """Today's extraction calls it a challenge: the text that was once read stays."""
    before = document(page(7), tagger)
    write(engine, before)
    pages.put(replace(page(7), body=b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"))
    reextract()
    assert engine.get(before["id"]).document["body"] == before["body"]
