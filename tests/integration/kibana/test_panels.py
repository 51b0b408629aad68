"""Every question Kibana would ask for our dashboards, asked of the real node over the newsroom's articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from config.settings import Settings
from pipelines.kibana.requests import Filled, PanelRequest, Shown
from pipelines.language.analysis import render
from pipelines.models import Article, Extraction, Feed, Poll, PublishedFrom, Validators
from pipelines.search.documents import build_document
from pipelines.stories.joining import Decision
from pipelines.stories.story import build_story, member_of
from pipelines.tagging import Tagger
from seeds.newsroom import SITES, load_stories
from seeds.newsroom.stories import LinkFate, Story
from tests.support.builders import SentDocument
from worker.cli.kibana import commands
from worker.files.rules import RuleFiles
from worker.health.documents import account_documents, feed_documents
from worker.health.index import PollIndex
from worker.kibana.dashboards import BuiltDashboards, ask_panels, build_from
from worker.search.engine import SearchEngine
from worker.state import Account, FeedSnapshot
from worker.stories.index import StoryIndex

pytestmark = pytest.mark.timeout(300)  # the first dictionary of a machine takes its time
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
WEEK = Shown(since=(NOW - timedelta(days=7)).isoformat(), until=NOW.isoformat(), zone="Asia/Almaty")
EXTRACTIONS = {
    LinkFate.MISSING: Extraction.TITLE,
    LinkFate.FORBIDDEN: Extraction.SUMMARY,
    LinkFate.CLOSED: Extraction.SUMMARY,
}


def sent(number: int, story: Story, *, tagger: Tagger) -> SentDocument:
    """One story as the workers would index it: hours apart, each two minutes after its publication."""
    version = story.versions[-1]
    observed_at = NOW - timedelta(hours=2 * number + 1)
    article = Article(
        url=f"https://{story.site}.example/{story.id}",
        title=version.title,
        body="\n".join(version.paragraphs),
        summary=version.lead,
        language=story.language,
        kazakh_share=0.5 if story.language == "kk" else 0.0,
        extraction=EXTRACTIONS.get(story.delivery, Extraction.FULL),
        published_at=observed_at - timedelta(minutes=2),
        published_from=PublishedFrom.FEED if number % 3 else PublishedFrom.PAGE,
        observed_at=observed_at,
    )
    site = next(site for site in SITES if site.id == story.site)
    document = build_document(
        article,
        tagger.tag(article.title, article.body, language=article.language),
        article_id=story.id,
        source=site.id,
        family=site.family,
        feed=site.id,
        revision=len(story.versions),
        indexed_at=observed_at + timedelta(seconds=5 + number),
    )
    return SentDocument(story.id, 1, document)


def pairs(articles: list[SentDocument]) -> Iterator[tuple[SentDocument, SentDocument]]:
    """Put a Kazakh and a Russian article together; what they say does not matter here."""
    by_language = ([one for one in articles if one.document["language"] == language] for language in ("kk", "ru"))
    return zip(*by_language, strict=False)


def events(one: SentDocument, other: SentDocument) -> SentDocument:
    """Return the document of a story of these two articles."""
    decision = Decision(article_id=other.article_id, story=one.article_id)
    members = [member_of(each.document, decision) for each in (one, other)]
    return SentDocument(one.article_id, 1, build_story(one.article_id, members))


def feeds() -> list[Feed]:
    return [
        Feed(id=site.id, url=f"https://{site.id}.example/rss", source=site.id, family=site.family) for site in SITES
    ]


def snapshot(feed: Feed, *, number: int) -> FeedSnapshot:
    """A feed with a history of its own: every third has failed once."""
    now = NOW.timestamp()
    polls = [
        Poll(at=now - 300 * n, status=200, bytes=9000, entries=20, new=n % 3, known=20, took_s=0.4)
        for n in range(1, 20)
    ]
    if number % 3 == 0:
        polls.insert(0, Poll(at=now - 60, took_s=25.0, note="timeout", ok=False))
    return FeedSnapshot(
        feed_id=feed.id,
        url=feed.url,
        state="healthy",
        stage=None,
        next_at=None,
        interval_s=300.0,
        failures=1 if number % 3 == 0 else 0,
        last_ok_at=now - 300,
        last_new_at=now - 600,
        validators=Validators(),
        seen=20,
        polls=tuple(polls),
    )


def account(feed: Feed, *, day: str) -> Account:
    outcomes = {"indexed": 7, "revised": 1, "rejected:http_404": 2, "duplicate": 1}
    return Account(day=day, source=feed.source, sighted=12, outcomes=outcomes, under_way=1)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return RuleFiles(Settings().config, cache=Settings().cache / "rules").tagger()


@pytest.fixture(scope="module")
def engine(
    search_url: str, dictionary: Path, install_dictionary: Callable[[Path], str], tagger: Tagger
) -> Iterator[SearchEngine]:
    """Both indices, with every story of the newsroom and a week of polls."""
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"panels-{uuid4().hex[:8]}"))
    engine.ensure_index(render(install_dictionary(dictionary)))
    articles = [sent(number, story, tagger=tagger) for number, story in enumerate(load_stories())]
    results = engine.bulk(articles)
    assert {str(result.status) for result in results} == {"written"}
    polls = PollIndex.connect(Settings(), engine)
    polls.ensure()
    for number, feed in enumerate(feeds()):
        polls.write(feed_documents(snapshot(feed, number=number), feed, now=NOW.timestamp()))
        polls.write(account_documents(account(feed, day="2026-03-03"), family=feed.family, now=NOW.timestamp()))
    stories = StoryIndex.connect(Settings(), engine)
    stories.write([events(*pair) for pair in pairs(articles)])
    engine.client.indices.refresh(index=f"{engine.read_alias}*")
    yield engine
    engine.client.indices.delete(index=f"{engine.first_index},{polls.index},{stories.index}")
    engine.close()


@pytest.fixture(scope="module")
def built(engine: SearchEngine) -> BuiltDashboards:
    return build_from(Settings(search_index=engine.read_alias))


@pytest.fixture(scope="module")
def answers(engine: SearchEngine, built: BuiltDashboards) -> list[tuple[PanelRequest, Filled]]:
    """Every question with how much of a picture its answer makes; an error of the engine fails the tests."""
    return list(ask_panels(engine, built, shown=WEEK))


def test_every_panel_shows_something(answers):
    """An empty box on a dashboard is a question that was asked wrongly: of the wrong field, or in the wrong way."""
    empty = [f"{one.board}: {one.title} {filled}" for one, filled in answers if filled.is_empty]
    assert not empty


def test_every_panel_was_asked(answers, built):
    """A panel this test does not know how to ask would pass unseen."""
    boards = {one["attributes"]["title"] for one in built.objects if one["type"] == "dashboard"}
    assert boards == {"Security desk", "Stories", "Sources", "Rules"}
    asked = {board: sum(one.board == board and one.kind != "control" for one, _ in answers) for board in boards}
    assert asked == {board.title: sum(len(row.panels) for row in board.rows) for board in built.description.dashboards}
    assert {one.title for one, _ in answers if one.board == "Discover"} == {
        search.title for search in built.description.searches
    }
    controls = {one.title for one, _ in answers if one.kind == "control"}
    assert controls == {f"control {label}" for label in ("Topic", "Severity", "Region", "Source", "Language")}


def test_a_wrong_question_would_be_noticed(engine, built):
    """The test above can fail: a panel over a field that no article has shows nothing."""
    used = r'"sourceField\":\"figures.'
    wrong = built.text.replace(f"{used}detained", f"{used}bribe_cny")
    objects = tuple(json.loads(line) for line in wrong.splitlines())
    empty = [
        one.title for one, filled in ask_panels(engine, replace(built, objects=objects), shown=WEEK) if filled.is_empty
    ]
    assert empty == ["Detained, greatest figure"]


def test_a_time_without_articles_is_empty(engine, built):
    """Panels are bound to the time a person chose, by observed_at and by the time of the poll."""
    before = Shown(since="2020-01-01", until="2020-01-02")
    assert all(filled.documents == 0 for _, filled in ask_panels(engine, built, shown=before))


def test_the_command_asks_as_well(search_url, broker_url, built, engine):
    """The person who changed the description sees at once which panel has nothing to show."""
    places = {"KUZET_SEARCH_URL": search_url, "KUZET_BROKER_URL": broker_url, "KUZET_SEARCH_INDEX": engine.read_alias}
    ran = CliRunner(env=places).invoke(commands, ["kibana", "check", "--ask", "--days", "30"])
    assert ran.exit_code == 0
    assert all(search.title in ran.stdout for search in built.description.searches)
