"""The weekly check of a source against its sitemap, by a real broker and over a socket."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest
from redis import Redis

from config.settings import Settings
from pipelines.models import Entry, Feed, FeedFormat
from tests.support.hostile_site import HostileSite, Talk
from tests.support.leases import LEASE_S
from worker.health.recall import RECALL_EVERY_S, RecallCheck, due_source
from worker.state import ArticleAddress, State, ToSight
from worker.web import WebClient

NOW = 1_790_000_000.0
HOUR_S = 3600.0
URLSET = '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>'
PAGE = (
    "<url><loc>https://dala.kz/{0}</loc><news:news><news:title>Сводка {0}</news:title>"
    "<news:publication_date>{1}</news:publication_date></news:news></url>"
)


def feed(source: str, *, form: FeedFormat = FeedFormat.FEED, sitemap: str = "") -> Feed:
    url = f"https://{source}.kz/rss"
    return Feed(id=source, url=url, source=source, family=source, format=form, sitemap=sitemap)


@pytest.fixture
def state(redis: Redis) -> State:
    return State(redis, prefix="t:", lease_s=LEASE_S)


def test_each_source_with_a_sitemap_is_checked_once_a_week(state: State):
    """By itself, the one that waits longest first; a source that is watched by its sitemap is no check of itself."""
    dala, ukili = (feed(name, sitemap=f"https://{name}.kz/map.xml") for name in ("dala", "ukili"))
    feeds = [dala, ukili, feed("verst"), feed("zhide", form=FeedFormat.SITEMAP)]
    checked = []
    for hour in range(int(RECALL_EVERY_S / HOUR_S) + 2):
        now = NOW + hour * HOUR_S
        if source := due_source(state, feeds, now=now):
            state.recalls.keep_problem(source, "not fetched", sitemap="", now=now)
            checked.append((hour, source))
    assert checked == [(0, "dala"), (1, "ukili"), (168, "dala"), (169, "ukili")]


def test_a_check_says_what_was_not_seen(state: State):
    """Two of three articles of the day were sighted; yesterday's other one does not count."""
    day = [datetime.fromtimestamp(NOW - hours * HOUR_S, UTC).isoformat() for hours in (2, 5, 8, 40)]
    body = URLSET.format("".join(PAGE.format(number, at) for number, at in enumerate(day))).encode()
    dala = feed("dala")
    seen = [Entry(link=f"https://dala.kz/{number}", title=f"Сводка {number}") for number in (0, 1)]
    state.articles.sight_all([ToSight(each, ArticleAddress.of(each.link)) for each in seen], feed=dala, now=NOW)

    def answer(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n", body)

    with closing(HostileSite(answer)) as site:
        web = WebClient(user_agent="kuzet", allowed_hosts=frozenset({site.endpoint}), clock=lambda: NOW)
        check = RecallCheck(state, web, Settings())
        found = check.run([dala], sitemap=f"http://{site.endpoint}/map.xml", now=NOW)
        lost = check.run([dala], sitemap="http://127.0.0.1:9/map.xml", now=NOW)
    assert (found.listed, found.seen) == (3, 2)
    assert [missed["link"] for missed in found.missed] == ["https://dala.kz/2"]
    assert "not fetched" in lost.problem
