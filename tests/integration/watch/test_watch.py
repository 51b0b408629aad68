"""The whole chain on real engines: feeds are polled, pages fetched, articles extracted, tagged and searchable."""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest

from pipelines.models import Stage
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from seeds.newsroom import load_queries
from tests.support.forks import run_program
from tests.support.running_watch import Watch

REVISED = ("uk-drugs-karagandy", "po-weapons-west")


@pytest.fixture(scope="module")
def watch(shared_watch: Watch) -> Watch:
    """Everything was published while the watch ran, two stories were revised, and all has settled."""
    shared_watch.newsroom.publish_all()
    shared_watch.settle()
    for story in REVISED:
        shared_watch.newsroom.revise(story)
    shared_watch.settle()
    return shared_watch


@pytest.fixture(scope="module")
def documents(watch: Watch) -> dict[str, dict]:
    """Every document of the index by its id."""
    return {stored.article_id: dict(stored.document) for stored in watch.runtime.search.scan(SearchRequest())}


def test_every_sighting_ends_in_exactly_one_outcome(watch: Watch) -> None:
    """The promise that nothing was missed: what was published is what was sighted is what ended."""
    books = watch.runtime.state.outcomes.audit(now=watch.runtime.now())
    assert books.is_balanced
    assert books.sighted == watch.newsroom.expected_sightings
    assert sum(books.outcomes.values()) == books.sighted


def test_each_link_ends_as_its_site_deserves(watch: Watch) -> None:
    """A redirect, a 403, a 404, a robots.txt, a twin: each has an ending that was thought about."""
    for expectation in watch.newsroom.expectations():
        trace = watch.trace(expectation)
        allowed = ("revised",) if expectation.revisions else expectation.outcomes
        assert trace.outcome in allowed, (expectation.link, trace)
        assert trace.stage is None


def test_of_two_addresses_of_one_article_one_is_a_duplicate(watch: Watch) -> None:
    """rel=canonical joins the twins, whichever came first."""
    twins = [expectation for expectation in watch.newsroom.expectations() if expectation.twin]
    assert Counter(watch.trace(twin).outcome for twin in twins) == {"indexed": 1, "duplicate": 1}


def test_a_canonical_link_to_the_home_page_is_not_believed(watch: Watch) -> None:
    """A site where every page names its home page would otherwise shrink to one article."""
    tugai = [each for each in watch.newsroom.expectations() if each.source == "tugai" and each.from_page]
    assert len(tugai) > 3
    assert {watch.trace(each).outcome for each in tugai} <= {"indexed", "revised"}


def test_what_is_searchable_is_what_was_published(watch: Watch, documents: dict[str, dict]) -> None:
    """No article twice, none invented, each with its title, language and source."""
    expected = {article_id(each.link): each for each in watch.newsroom.expectations()}
    ended = {key for key, each in expected.items() if watch.trace(each).outcome in {"indexed", "revised"}}
    assert set(documents) == ended
    for key, document in documents.items():
        assert document["source"] == expected[key].source
        assert document["language"] == expected[key].language, document["title"]
        assert document["title"] == expected[key].title


def test_the_text_is_the_articles_and_not_the_pages(watch: Watch, documents: dict[str, dict]) -> None:
    """Every paragraph is there, lead included; menus, cookie banners and comments are not."""
    for expectation in watch.newsroom.expectations():
        document = documents.get(article_id(expectation.link))
        if document is None or not expectation.text:
            continue
        body = " ".join(document["body"].split())
        paragraphs = [" ".join(paragraph.split()) for paragraph in expectation.text.split("\n")]
        assert body.startswith(paragraphs[0]), expectation.link
        assert all(paragraph in body for paragraph in paragraphs), expectation.link
        assert "cookie" not in body.lower()


def test_a_revision_replaces_the_text_and_keeps_the_id(watch: Watch, documents: dict[str, dict]) -> None:
    """Analysts see the newest words, once."""
    revised = [each for each in watch.newsroom.expectations() if each.revisions]
    assert {each.story_id for each in revised} == set(REVISED)
    for each in revised:
        document = documents[article_id(each.link)]
        assert document["revision"] == 2
        assert each.text.split("\n")[0] in document["body"]


def test_a_word_is_found_in_forms_that_no_article_has(watch: Watch) -> None:
    """What no other open tool does in Kazakh: the query's form is in none of the articles it finds."""
    links = {each.story_id: {article_id(each.link), article_id(each.twin) if each.twin else ""}
             for each in watch.newsroom.expectations()}  # fmt: skip
    for query in load_queries():
        result = watch.runtime.search.search(SearchRequest(text=query.word, size=50, collapse=False))
        found = {hit.article_id for hit in result.hits}
        for story in query.finds:
            assert links[story] & found, (query.word, story)


def test_facets_count_what_the_filters_leave(watch: Watch, documents: dict[str, dict]) -> None:
    """Each facet is counted under all other filters, and says what another choice would bring."""
    result = watch.runtime.search.search(SearchRequest(filters={"language": ("kk",)}, size=0))
    languages = {value.value: value.count for value in result.facets["language"]}
    assert languages == Counter(document["language"] for document in documents.values())
    sources = {value.value: value.count for value in result.facets["source"]}
    assert sources == Counter(document["source"] for document in documents.values() if document["language"] == "kk")


def test_a_second_poll_asks_conditionally(watch: Watch) -> None:
    """Politeness: validators are sent back, and an unchanged feed costs its site nothing."""
    later = [line for line in watch.newsroom.requests.lines(site="ukili") if line.status == 304]
    assert later
    assert all(line.conditional for line in later)


def test_nothing_waits_when_all_has_settled(watch: Watch) -> None:
    """No stage keeps an item that no worker will look at."""
    state = watch.runtime.state
    assert [state.due.size(stage) for stage in (Stage.EXTRACT, Stage.OUTBOX)] == [0, 0]
    assert state.outbox.bytes_used == 0
    assert state.quarantine.size == 0


def test_a_robot_stays_out_of_what_robots_txt_closes(watch: Watch) -> None:
    """The closed page is never asked for."""
    assert not [line for line in watch.newsroom.requests.lines(site="polyn") if line.path.startswith("/closed/")]


def test_health_is_written_for_kibana(watch: Watch) -> None:
    """The Sources dashboard shows polls and outcomes; a task writes them each minute, here on demand."""
    env = os.environ | watch.run.environment()
    call = [sys.executable, "-m", "celery", "-A", "worker", "call", "kuzet.record_health", "--queue", "upkeep"]
    assert run_program(call, env).returncode == 0
    watch.wait(lambda: polls_written(watch) > 0)


def polls_written(watch: Watch) -> int:
    client, alias = watch.runtime.search.client, watch.runtime.polls.alias
    if not client.indices.exists_alias(name=alias):
        return 0
    client.indices.refresh(index=alias)
    return client.count(index=alias).body["count"]
