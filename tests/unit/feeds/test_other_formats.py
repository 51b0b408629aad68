"""Documents that are no RSS: JSON Feed, listing pages, previews of channels, sitemap indexes."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import FeedUnusableError
from pipelines.feeds import (
    declared_freshness_s,
    listed_pages,
    newest_sitemap,
    parse_document,
    parse_feed,
    parse_listing,
)
from pipelines.feeds.hints import declared_ttl_s
from pipelines.models import Feed, FeedFormat, ParsedFeed

NOW = datetime(2025, 9, 3, 9, 0, tzinfo=UTC)
URL = "https://dala.example/feed"
LONG = "Полиция жоғалған баланы екі сағаттан кейін үйінің жанынан тапты. " * 12


def json_feed(*items: Any, **facts: Any) -> ParsedFeed:
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Дала", "items": items, **facts}
    return parse_feed(json.dumps(document).encode(), url=URL, headers={}, now=NOW)


def test_a_json_feed_is_read_by_the_rules_of_any_other():
    """Sites of our days offer it in place of RSS; its entries must not be poorer."""
    item = {
        "id": 7, "url": "/n/7?utm_source=json", "title": "Сел <b>жүрді</b>", "content_html": f"<p>{LONG}</p>",
        "date_published": "2025-09-03T10:00:00+05:00", "image": "/7.jpg", "language": "kk-KZ",
    }  # fmt: skip
    (entry,) = json_feed(item, home_page_url="https://dala.example/").entries
    assert (entry.link, entry.title, entry.guid) == ("https://dala.example/n/7?utm_source=json", "Сел жүрді", "7")
    assert (entry.content, entry.language, entry.image_url) == (LONG.strip(), "kk", "https://dala.example/7.jpg")
    assert entry.published_at == datetime(2025, 9, 3, 5, 0, tzinfo=UTC)


def test_items_of_a_json_feed_that_are_no_entries_are_counted():
    """Broken items spoil no others, and none vanishes without a count."""
    found = json_feed({"id": "https://dala.example/1", "title": "Бір"}, {"id": "a"}, "no item", {"title": "Екі"}, {})
    assert [entry.link for entry in found.entries] == ["https://dala.example/1"]
    assert found.dropped == {"no_words": 3, "no_link": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"items": []}', "json"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "json"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "no_entries"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{}]}', "nothing_usable"),
        (b'{"version": "https://jsonf', "broken"),
        (b'{"a":' * 100_000, "broken"),
    ],
)
def test_other_json_is_refused_by_name(body: bytes, reason: str):
    """An API's answer or a cut file is a failed poll that says why."""
    with pytest.raises(FeedUnusableError) as caught:
        parse_feed(body, url=URL, headers={}, now=NOW)
    assert caught.value.reason == reason


LISTING = """<html><head><title>Жаңалықтар</title></head><body><nav><a href="/news/">Барлық жаңалықтар</a></nav>
<div class="list">
<div class="card"><a href="/news/101"><img src="/i/101.jpg"></a>
<h3><a href="/news/101#top">Көлде қайық аударылды</a></h3>
<span>3 қыркүйек 2025, 12:30</span><p>Екі балықшы құтқарылды.</p><a href="/news/101">Толығырақ</a></div>
<div class="card"><a href="/news/102">Қалада жылу берілді</a>
<time datetime="2025-09-03T11:00:00+05:00">кеше</time></div>
<div class="card"><a href="/news/103"><img src="/i/103.jpg"></a></div>
</div><footer><a href="/about">Біз туралы айтамыз</a></footer></body></html>"""


def listing(page: str, links: str = r"/news/\d+") -> ParsedFeed:
    return parse_listing(page.encode(), url="https://dala.example/", headers={}, now=NOW, links=links)


def test_a_listing_page_gives_titles_dates_and_summaries():
    """A site without a feed is watched by the page that lists its news; nothing but the pattern is said of it."""
    found = listing(LISTING)
    first, second = found.entries
    assert (first.link, first.title) == ("https://dala.example/news/101", "Көлде қайық аударылды")
    assert first.published_at == datetime(2025, 9, 3, 7, 30, tzinfo=UTC)
    assert "Екі балықшы құтқарылды." in first.summary
    assert first.image_url == "https://dala.example/i/101.jpg"
    assert (second.title, second.published_at) == ("Қалада жылу берілді", datetime(2025, 9, 3, 6, 0, tzinfo=UTC))
    assert found.dropped == {"no_words": 1}


def test_the_preview_of_a_channel_is_a_listing_page():
    """Messages have no headline and their link is their time: the words around it are the entry."""
    message = (
        '<div class="message"><div class="text">{text}</div><div class="foot"><span>1.2K views</span>'
        '<a class="date" href="https://t.example/arna/{number}"><time datetime="2025-09-03T08:0{number}:00+00:00">13:0'
        "{number}</time></a></div></div>"
    )
    texts = ("Тасжолда көктайғақ. Жүргізушілер абай болсын.<br>Қозғалыс шектелді.", "Ауылда өрт сөндірілді.")
    page = "".join(message.format(text=text, number=number) for number, text in enumerate(texts, start=1))
    found = listing(
        f"<html><body><a href='https://t.example/arna'>Арна</a><main>{page}</main></body></html>", r"arna/\d"
    )
    assert [entry.title for entry in found.entries] == [
        "Тасжолда көктайғақ. Жүргізушілер абай болсын.", "Ауылда өрт сөндірілді."
    ]  # fmt: skip
    assert "Қозғалыс шектелді." in found.entries[0].summary
    assert found.entries[1].published_at == datetime(2025, 9, 3, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize(("links", "reason"), [("/nothing/", "no_entries"), ("/news/103", "nothing_usable")])
def test_a_listing_without_articles_says_so(links: str, reason: str):
    """A redesign of the site must show as a failing feed and not as silence."""
    with pytest.raises(FeedUnusableError) as caught:
        listing(LISTING, links)
    assert caught.value.reason == reason


@given(st.text(max_size=300))
def test_a_listing_page_raises_nothing_but_named_errors(junk: str):
    """Pages of strangers hold anything."""
    with suppress(FeedUnusableError):
        listing(f"<a href='/news/1'>{junk}</a>{junk}<div><a href='/news/2'>{junk}<time datetime='{junk}'>")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_a_json_feed_raises_nothing_but_named_errors(value: Any):
    """Any value under any key is an item that is no entry, at worst."""
    keys = ("id", "url", "title", "summary", "content_html", "date_published", "image", "language")
    with suppress(FeedUnusableError):
        json_feed(dict.fromkeys(keys, value), value, title=value, home_page_url=value, language=value)


INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>"""


@pytest.mark.parametrize(
    ("children", "newest"),
    [
        ({"pages.xml": "2025-09-03", "news-1.xml": "2025-01-01"}, "news-1.xml"),
        ({"a.xml": "2025-09-01", "b.xml": "2025-09-02T10:00:00+05:00", "c.xml": ""}, "b.xml"),
        ({"sitemap-2025-9.xml": "", "sitemap-2025-10.xml": "", "sitemap-2024-12.xml": ""}, "sitemap-2025-10.xml"),
        ({"a.xml": "", "b.xml": ""}, "b.xml"),
        ({}, ""),
    ],
)
def test_of_a_sitemap_index_the_newest_is_read(children: dict[str, str], newest: str):
    """Indexes list hundreds of sitemaps by month; the news of today are in one of them."""
    listed = "".join(f"<sitemap><loc>/{name}</loc><lastmod>{at}</lastmod></sitemap>" for name, at in children.items())
    found = newest_sitemap(INDEX.format(listed).encode(), url="https://dala.example/s.xml", headers={}, now=NOW)
    assert found == (f"https://dala.example/{newest}" if newest else "")


def test_an_ordinary_sitemap_lists_pages_for_the_recall():
    """It names no news, but every article of a day."""
    body = b"<urlset><url><loc>/a</loc><lastmod>2025-09-02</lastmod></url><url><loc>javascript:x</loc></url></urlset>"
    (page,) = listed_pages(body, url="https://dala.example/s.xml", headers={}, now=NOW)
    assert (page.link, page.published_at) == ("https://dala.example/a", datetime(2025, 9, 2, tzinfo=UTC))


def test_the_catalogue_decides_how_a_document_is_read():
    """One call for polls and for commands: both see the same entries."""
    feed = Feed(id="d", url=URL, source="d", family="d", format=FeedFormat.PAGE, links=r"/news/\d")
    assert len(parse_document(LISTING.encode(), feed, url=URL, headers={}, now=NOW).entries) == 2


@pytest.mark.parametrize(
    ("said", "ttl_s"),
    [
        ({"ttl": "15"}, 900),
        ({"sy_updateperiod": "hourly", "sy_updatefrequency": "4"}, 900),
        ({"sy_updateperiod": " Daily "}, 86_400),
        ({"sy_updateperiod": "hourly", "sy_updatefrequency": "0", "ttl": "90"}, 5400),
        ({"sy_updateperiod": "sometimes", "ttl": "soon"}, 0),
        ({}, 0),
    ],
)
def test_ttl_and_syndication_period_are_hints(said: dict[str, str], ttl_s: float):
    """WordPress writes sy: into each feed, others ttl."""
    assert declared_ttl_s(said) == ttl_s


FRESH = {"expires": "Wed, 03 Sep 2025 09:10:00 GMT", "date": "Wed, 03 Sep 2025 09:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "fresh_s"),
    [
        (FRESH, 600),
        ({"expires": "Wed, 03 Sep 2025 08:00:00 GMT", "date": "Wed, 03 Sep 2025 09:00:00 GMT"}, 0),
        ({"expires": "0", "date": "Wed, 03 Sep 2025 09:00:00 GMT"}, 0),
        ({"expires": "Wed, 03 Sep 2025 09:10:00", "date": "Wed, 03 Sep 2025 09:00:00 GMT"}, 0),
        ({"cache-control": "max-age=30", "expires": "Wed, 03 Sep 2025 09:10:00 GMT"}, 30),
        ({"cache-control": "no-cache", **FRESH}, 0),
    ],
)
def test_expires_counts_from_the_servers_own_date(headers: dict[str, str], fresh_s: float):
    """Servers' clocks are wrong by hours; the difference of two of their dates is not."""
    assert declared_freshness_s(headers) == fresh_s
