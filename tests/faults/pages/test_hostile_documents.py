"""Feeds and pages built to take forever: each ends, well inside the worker's time limit of twenty seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from pipelines.errors import FeedUnusableError
from pipelines.feeds import parse_feed
from pipelines.models import Entry, Page
from pipelines.pages import extract_article

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://news.example/a/1"
TITLE = "Полиция задержала подозреваемых в краже скота"
SENTENCE = "Полиция задержала подозреваемого в городе Алматы, сообщает департамент. "
LIMIT_S = 12.0
"""Of this process's own time: the machine may be busy with other things."""

PAGES = {
    "links": "".join("<p>" + '<a href="/x">b</a> ' * 2900 + "</p>" for _ in range(4)),
    "empty blocks": "<div></div>" * 2900 * 4,
    "siblings": "<p>x</p>" * 100_000,
    "deep": ("<div>" * 250 + SENTENCE + "</div>" * 250) * 40,
    "deep tables": ("<table><tr><td>" * 80 + SENTENCE + "</td></tr></table>" * 80) * 40,
    "attributes": "<p " + " ".join(f"a{n}=b" for n in range(200_000)) + ">",
    "open brackets": "<" * 1_000_000,
    "comments": "<!--" * 500_000,
    "dates": "2020-01-01 " * 200_000,
    "json": "<script type='application/ld+json'>" + "[" * 400_000 + "</script>",
    "title": "<title>" + "a | " * 100_000 + "</title>",
}
ITEM = "<item><title>Новость</title><link>/{}</link><description>&lt;p&gt;сөз&lt;/p&gt;</description></item>"
FEEDS = {
    "ten megabytes of items": "<rss><channel>" + "".join(ITEM.format(n) for n in range(70_000)) + "</channel></rss>",
    "ten megabytes, broken": "<rss><channel>" + "".join(ITEM.format(n) for n in range(70_000)) + "</x>",
    "nested": "<rss><channel>" + "<item>" * 100_000,
    "attributes": "<rss " + " ".join(f"a{n}='b'" for n in range(200_000)) + ">",
    "references": "<rss><channel><item><title>" + "&" * 400_000,
    "entities": "<!DOCTYPE r [" + "".join(f"<!ENTITY a{n} 'b'>" for n in range(50_000)) + "]><rss><channel><item/>",
}


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_built_to_take_forever_becomes_an_article_in_time(kind: str):
    """One such page a minute would otherwise stop the whole watch."""
    body = f"<html><body><h1>{TITLE}</h1><article><p>{SENTENCE * 5}</p>{PAGES[kind]}</article></body></html>"
    page = Page(url=URL, final_url=URL, status=200, headers={}, body=body.encode(), fetched_at=NOW)
    entry = Entry(link=URL, title=TITLE, summary=SENTENCE)
    assert seconds(lambda: extract_article(page, entry=entry, observed_at=NOW)) < LIMIT_S


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_built_to_take_forever_is_read_or_refused_in_time(kind: str):
    """The same for feeds, which are read more often."""

    def read() -> None:
        with suppress(FeedUnusableError):
            parse_feed(FEEDS[kind].encode(), url=URL, headers={}, now=NOW)

    assert seconds(read) < LIMIT_S
