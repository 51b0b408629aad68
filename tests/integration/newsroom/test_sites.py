"""The newsroom on real sockets: what a feed reader and a browser see, and that it ends when asked to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
import urllib3

from pipelines.feeds import parse_catalogue, parse_feed, parse_sitemap
from pipelines.models import FeedFormat, ParsedFeed
from pipelines.urls import normalise_url
from seeds.newsroom import SITES, Newsroom, Premises, Troubles
from seeds.newsroom.sites import FeedKind, Site

EXPECTED = 69
"""Sightings when all stories are out: revisions and twins count."""

ROOT = Path(__file__).parents[3]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(troubles=Troubles(slow_s=0.2)) as newsroom:
        yield newsroom


@pytest.fixture
def reader() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=10.0) as reader:
        yield reader


def listed(reader: urllib3.PoolManager, url: str) -> list[str]:
    """Titles in a feed, or news titles in a sitemap."""
    response = reader.request("GET", url)
    if "sitemap" in url:
        return re.findall("<news:title>(.*?)</news:title>", response.data.decode())
    return [entry.title for entry in feedparser.parse(response.data, response_headers=dict(response.headers)).entries]


def test_sites_live_on_different_hosts(newsroom):
    """Politeness is by host: seven sites behind one host would be one busy site."""
    hosts = {urlsplit(newsroom.base_url(site.id)).netloc for site in SITES}
    assert len(hosts) == len(SITES) >= 5
    assert set(newsroom.allow_hosts.split(",")) == hosts


def test_the_catalogue_is_one_kuzet_reads(newsroom):
    """It is handed over as KUZET_FEEDS_FILE."""
    feeds = parse_catalogue(newsroom.catalogue(), file="feeds.yaml")
    assert [feed.id for feed in feeds] == [site.id for site in SITES]
    assert [feed.url for feed in feeds] == [newsroom.feed_url(site.id) for site in SITES]
    assert {feed.format for feed in feeds} == {FeedFormat.FEED, FeedFormat.SITEMAP}
    assert len({feed.family for feed in feeds}) < len(feeds)


def test_feeds_hold_exactly_what_is_expected(newsroom, reader):
    """The sums an end-to-end test checks begin here."""
    newsroom.publish_all()
    for site in SITES:
        expected = [each.title for each in newsroom.expectations() if each.source == site.id]
        assert listed(reader, newsroom.feed_url(site.id)) == expected
    assert newsroom.expected_sightings == len(newsroom.expectations()) == EXPECTED
    assert newsroom.waiting == 0


def test_kuzet_reads_every_feed_and_knows_every_link(newsroom, reader):
    """Article ids are made from normalised links: an expectation is found by exactly that link."""
    newsroom.publish_all()
    expected = {each.link: each for each in newsroom.expectations()}
    entries = [entry for site in SITES for entry in read_by_kuzet(reader, newsroom, site).entries]
    assert {normalise_url(entry.link) for entry in entries} == set(expected)
    for entry in entries:
        expectation = expected[normalise_url(entry.link)]
        assert entry.title == expectation.title
        dated = entry.published_at is not None
        assert dated == (expectation.source != "qumgan")
        assert not dated or abs(entry.published_at - expectation.published_at) < timedelta(seconds=2)


def read_by_kuzet(reader: urllib3.PoolManager, newsroom: Newsroom, site: Site) -> ParsedFeed:
    url = newsroom.feed_url(site.id)
    response = reader.request("GET", url)
    headers = {name.lower(): value for name, value in response.headers.items()}
    parse = parse_sitemap if site.kind is FeedKind.SITEMAP else parse_feed
    return parse(response.data, url=url, headers=headers, now=datetime.now(UTC))


def test_a_few_leave_no_feed_empty(newsroom, reader):
    """A reader takes an empty feed for a broken one."""
    newsroom.publish(count=8)
    assert all(listed(reader, newsroom.feed_url(site.id)) for site in SITES)


def test_every_expected_page_is_there_or_refused_as_promised(newsroom, reader):
    """Each expectation can be met: the text is on the page, or the page is shut."""
    newsroom.publish_all()
    retries = urllib3.Retry(3, status_forcelist=[503], redirect=1)
    for each in newsroom.expectations():
        page = reader.request("GET", each.link, redirect=True, retries=retries)
        assert (page.status == 200) == (each.from_page or "/closed/" in each.link), each.link
        if each.from_page and each.source != "verst":
            assert each.title in page.data.decode().replace("&#x27;", "'").replace("&quot;", '"')


def test_a_second_visit_costs_nothing(newsroom, reader):
    """304 for a feed and for a page, and the log shows it."""
    newsroom.publish("qu-weapons-east")
    for url in (newsroom.feed_url("qumgan"), newsroom.base_url("qumgan") + "/post/qu-weapons-east"):
        tag = reader.request("GET", url).headers["etag"]
        again = reader.request("GET", url, headers={"if-none-match": tag})
        assert (again.status, again.data) == (304, b"")
    assert [(line.status, line.conditional) for line in newsroom.requests.lines(site="qumgan")] == [
        (200, False),
        (304, True),
    ] * 2


def test_a_busy_site_asks_to_come_back_once(newsroom, reader):
    """The first refusal must not be the end of an article."""
    newsroom.publish("ve-drugs-abay")
    page = newsroom.base_url("verst") + "/news.php?id=ve-drugs-abay"
    first = reader.request("GET", page)
    assert (first.status, first.headers["retry-after"]) == (503, "1")
    assert reader.request("GET", page).status == 200
    assert [line.status for line in newsroom.requests.lines(path="/news.php")] == [503, 200]


def test_a_revision_counts_as_one_more_sighting(newsroom, reader):
    """`revised` is an outcome of its own."""
    newsroom.publish("po-weapons-west")
    before = listed(reader, newsroom.feed_url("polyn"))
    assert newsroom.revisable == ("po-weapons-west",)
    newsroom.revise("po-weapons-west")
    assert listed(reader, newsroom.feed_url("polyn")) != before
    assert newsroom.expected_sightings == 2
    assert newsroom.revisable == ()


def test_expectations_of_the_special_ones(newsroom):
    """What may be believed of each special case is written down, so that no test has to guess."""
    newsroom.publish_all()
    by_story = {each.story_id: each for each in newsroom.expectations()}
    twins = [each for each in newsroom.expectations() if each.twin]
    assert {twins[0].link, twins[0].twin} == {twins[1].link, twins[1].twin}
    assert all(set(each.outcomes) == {"indexed", "duplicate"} for each in twins)
    assert "rejected:robots" in by_story["po-murder-shymkent"].outcomes
    assert "rejected:http_404" in by_story["tu-bicycle-pavlodar"].outcomes
    assert by_story["po-pyramid-almaty"].outcomes == ("indexed",)
    assert not by_story["po-pyramid-almaty"].from_page
    assert by_story["uk-wanted-shymkent"].link != by_story["uk-wanted-shymkent"].page_url


def test_threads_publish_without_losing_anything(newsroom):
    """A test publishes while the sites are being read."""
    threads = [
        threading.Thread(target=newsroom.publish, kwargs={"count": 3}, daemon=True) for _ in range(EXPECTED // 3 + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert newsroom.waiting == 0
    assert newsroom.expected_sightings == EXPECTED


def test_one_address_serves_all_sites_by_name(reader):
    """In compose the newsroom is one container with seven names."""
    names = tuple(f"{site.id}.newsroom" for site in SITES)
    with Newsroom(premises=Premises(bind="127.0.0.1", names=names)) as newsroom:
        newsroom.publish_all()
        port = urlsplit(newsroom.base_url("ukili")).port
        for site in SITES:
            response = reader.request(
                "GET", f"http://127.0.0.1:{port}{site.feed_path}", headers={"host": f"{site.id}.newsroom:{port}"}
            )
            assert response.status == 200
            assert f"http://{site.id}.newsroom:{port}/".encode() in response.data
        assert reader.request("GET", f"http://127.0.0.1:{port}/").status == 421


def test_leaving_ends_threads_and_open_connections(reader):
    """A demo that leaves a server behind blocks the next one's port."""
    before = threading.active_count()
    with Newsroom() as newsroom:
        port = urlsplit(newsroom.base_url("ukili")).port
        reader.request("GET", newsroom.feed_url("ukili"))
    with Newsroom(premises=Premises(port=port)) as again:
        assert reader.request("GET", again.feed_url("eki")).status == 200
    for thread in threading.enumerate()[before:]:
        thread.join(5)
    assert threading.active_count() == before


def test_the_command_publishes_on_schedule_and_ends_on_sigterm(reader, tmp_path):
    """Compose's demo profile runs exactly this, and stops it with SIGTERM."""
    catalogue = tmp_path / "feeds.yaml"
    command = [sys.executable, "-m", "seeds.newsroom", "--every", "10ms", "--catalogue", str(catalogue)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"KUZET_FEEDS_FILE={catalogue}"
        assert process.stdout.readline().startswith("KUZET_ALLOW_HOSTS=127.0.0.2:")
        feed = parse_catalogue(catalogue.read_text(encoding="utf-8"), file="feeds.yaml")[0]
        waited = threading.Event()
        titles: list[str] = []
        for _ in range(100):
            titles = listed(reader, feed.url)
            if any("алтыға жетті" in title for title in titles):
                break
            waited.wait(0.1)
        assert len(titles) == 10
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
