"""The search engine is down from the start, and again later: articles wait, nothing is lost, and status says so."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from subprocess import CompletedProcess

import pytest

from pipelines.models import Entry, Feed, Stage
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from tests.support.proxies import SwitchedProxy
from tests.support.running_watch import StartWatch, Watch
from worker.cli.console import NO_ENGINE, OK
from worker.state import ArticleAddress
from worker.tasks.nudges import BYTES_PER_MB, NUDGED_PER_SLOT

pytestmark = pytest.mark.timeout(240)

LONG = 16
LINK = "https://long.example.kz/{}"
LONG_BYTES = 250_000


@dataclass(frozen=True)
class Outage:
    """A watch that lived through it, and what was seen on the way."""

    watch: Watch
    waiting: int
    status: CompletedProcess[str]
    most_bytes: int
    held_back: int
    recovered: CompletedProcess[str]


@pytest.fixture(scope="module")
def outage(search_url: str, start_watch: StartWatch) -> Iterator[Outage]:
    """Down from the start; up when the outbox had been full for a while; down and up once more."""
    proxy = SwitchedProxy(search_url)
    settings = {"search_url": proxy.url, "outbox_max_mb": 1, "cpu_processes": 1}
    with start_watch(**settings) as watch:
        outbox, due = watch.runtime.state.outbox, watch.runtime.state.due
        watch.wait(lambda: sighted(watch) == watch.newsroom.expected_sightings and under_way(watch) == outbox.size)
        waiting, status = outbox.size, watch.kuzet("status", "--json")
        sight_long_articles(watch)
        watch.wait(lambda: outbox.bytes_used > BYTES_PER_MB)
        time.sleep(3.0)  # what had been nudged before is done
        most_bytes, held_back = outbox.bytes_used, due.size(Stage.EXTRACT)
        proxy.open()
        watch.wait(lambda: not under_way(watch))
        proxy.shut()
        watch.newsroom.publish_all()
        watch.wait(lambda: outbox.size > 0)
        proxy.open()
        watch.wait(lambda: not under_way(watch) and len(ended(watch)) == len(watch.newsroom.expectations()))
        watch.runtime.search.refresh()
        yield Outage(watch, waiting, status, most_bytes, held_back, watch.kuzet("status", "--json"))
    proxy.close()


def sighted(watch: Watch) -> int:
    return watch.runtime.state.outcomes.audit(now=time.time()).sighted


def under_way(watch: Watch) -> int:
    return watch.runtime.state.outcomes.audit(now=time.time()).under_way


def ended(watch: Watch) -> list[str]:
    """The outcomes of what the newsroom has published."""
    articles = watch.runtime.state.articles
    traces = [articles.trace(article_id(each.link)) for each in watch.newsroom.expectations()]
    return [trace.outcome for trace in traces if trace and trace.outcome]


def sight_long_articles(watch: Watch) -> None:
    """Articles whose feed has their whole text, together several times what the outbox may hold."""
    feed = Feed(id="long", url="https://long.example.kz/rss", source="long", family="long")
    for number in range(LONG):
        link = LINK.format(number)
        entry = Entry(link=link, title=f"Ремонт дороги, часть {number}", content=f"{number} {long_text()}")
        address = ArticleAddress.of(link)
        watch.runtime.state.articles.sight(entry, address, feed=feed, now=time.time(), needs_page=False)


def long_text() -> str:
    """A text that hardly gets shorter when it is compressed."""
    return " ".join(token_hex(4) for _ in range(LONG_BYTES // 9))


def test_articles_wait_in_the_outbox(outage: Outage) -> None:
    """Polling, fetching and reading go on; only the last step waits."""
    assert outage.waiting > 0


def test_status_says_it_in_a_sentence(outage: Outage) -> None:
    """The person who is called at night reads what is wrong, that nothing is lost, and gets an exit code."""
    assert outage.status.returncode == NO_ENGINE
    answer = json.loads(outage.status.stdout)
    assert answer["outbox"]["documents"] == outage.waiting
    [problem] = answer["problems"]
    assert outage.watch.run.endpoints.search_url in problem
    assert "Articles wait in the outbox." in problem


def test_a_full_outbox_holds_extraction_back(outage: Outage) -> None:
    """Days of outage must not fill the broker's memory: pages wait on disk, which is larger."""
    under_way = (NUDGED_PER_SLOT["cpu"] + 1) * 2 * LONG_BYTES  # sent before it was full
    assert outage.held_back > 0
    assert outage.most_bytes < BYTES_PER_MB + under_way


def test_everything_is_indexed_when_the_engine_is_back(outage: Outage) -> None:
    """No one has to repair anything."""
    watch = outage.watch
    books = watch.runtime.state.outcomes.audit(now=time.time())
    assert books.is_balanced
    assert books.sighted == LONG + watch.newsroom.expected_sightings
    found = {stored.article_id for stored in watch.runtime.search.scan(SearchRequest())}
    assert {article_id(LINK.format(number)) for number in range(LONG)} <= found
    assert len(found) == books.outcomes["indexed"]
    assert watch.runtime.state.outbox.bytes_used == 0
    assert watch.runtime.state.quarantine.size == 0


def test_status_is_content_again(outage: Outage) -> None:
    """An alarm that stays on is no alarm."""
    assert outage.recovered.returncode == OK
    assert json.loads(outage.recovered.stdout)["problems"] == []
