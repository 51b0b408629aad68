"""Feed documents, good and bad, become entries or one sentence."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import FeedUnusableError
from pipelines.feeds import parse_feed, parse_sitemap
from pipelines.feeds.document import MAX_ITEMS, OVER_LIMIT
from pipelines.models import ParsedFeed

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://news.example/rss/all.xml"


def parse(body: str | bytes, **headers: str) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, url=URL, headers={name.replace("_", "-"): text for name, text in headers.items()}, now=NOW)


def rss(items: str, *, head: str = "", encoding: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    return (
        f'{declaration}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Вести</title>{head}{items}</channel></rss>"
    )


def item(title: str = "Алматыда өрт шықты", *, link: str = "https://news.example/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def refused(body: str | bytes, **headers: str) -> str:
    with pytest.raises(FeedUnusableError) as caught:
        parse(body, **headers)
    assert URL in str(caught.value)
    return caught.value.reason


def test_an_ordinary_item_becomes_an_entry_with_everything_it_says():
    """The plain case: all fields arrive, as plain text, with the feed's language and an aware UTC date."""
    described = (
        "<description><![CDATA[<p>Бүгін <b>таңертең</b> болды.</p>]]></description><guid isPermaLink='false'>a-1</guid>"
        "<pubDate>Fri, 25 Sep 2026 10:00:00 +0500</pubDate><enclosure url='/i/1.jpg' type='image/jpeg'/>"
    )
    feed = parse(rss(item(more=described), head="<language>kk-KZ</language><ttl>15</ttl>"))
    (entry,) = feed.entries
    assert (feed.title, feed.format, feed.ttl_s) == ("Вести", "rss20", 900.0)
    assert (entry.link, entry.guid, entry.language) == ("https://news.example/1", "a-1", "kk")
    assert (entry.title, entry.summary) == ("Алматыда өрт шықты", "Бүгін таңертең болды.")
    assert entry.published_at == datetime(2026, 9, 25, 5, 0, tzinfo=UTC)
    assert entry.image_url == "https://news.example/i/1.jpg"


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "application/rss+xml"),
        ("windows-1251", "windows-1251", "text/xml"),
        ("windows-1251", "", "text/xml; charset=windows-1251"),
        ("windows-1251", "", "text/xml"),
        ("windows-1251", "utf-8", "text/xml; charset=utf-8"),
        ("windows-1251", "", "text/xml; charset=ISO-8859-1"),
        ("koi8-r", "", ""),
        ("utf-8", "iso-8859-1", "application/xml; charset=iso-8859-1"),
        ("utf-8", "windows-1251", "text/xml; charset=windows-1251"),
        ("utf-16", "utf-16", "application/xml"),
    ],
)
def test_the_letters_are_right_whatever_was_declared(encoding: str, declared: str, content_type: str):
    """Servers and documents lie about encodings; mojibake would make an article unfindable for good."""
    title = "Полиция задержала подозреваемых в краже скота в Туркестанской области"
    body = rss(item(title) + item("Суд вынес приговор", link="/2"), encoding=declared)
    feed = parse(body.encode(encoding), content_type=content_type)
    assert [entry.title for entry in feed.entries] == [title, "Суд вынес приговор"]


def test_a_document_cut_in_the_middle_of_a_letter_is_still_utf8():
    """A response that ends early must not turn all of its Cyrillic into another alphabet."""
    body = rss(item("Өртенген үй" * 30)).encode()
    broken = body.replace("й</title>".encode(), "й".encode()[:1] + b"</title>")
    assert parse(broken).entries[0].title.startswith("Өртенген үй")


def test_slow_or_strange_codecs_are_never_used():
    """Python decodes punycode in quadratic time and calls hex an encoding; a feed must not choose them."""
    assert parse(rss(item("Хабар"), encoding="punycode")).encoding == "utf-8"
    assert parse(rss(item("News"), encoding="hex"), content_type="text/xml; charset=idna").entries[0].title == "News"


def test_whitespace_and_control_characters_do_not_spoil_a_feed():
    """Both make a strict XML parser refuse the whole document."""
    feed = parse("\n\n  \ufeff" + rss(item("Құқық\x0b қорғау"), encoding="utf-8"))
    assert feed.entries[0].title == "Құқық қорғау"
    assert not feed.note


def test_html_written_twice_is_read_twice():
    """Half of the feeds escape their HTML once more; no reader wants &laquo; in a title."""
    feed = parse(rss(item("&amp;laquo;Барыс&amp;raquo; жеңді &amp;amp; кетті")))
    assert feed.entries[0].title == "«Барыс» жеңді & кетті"


def test_relative_links_are_resolved_and_other_schemes_are_no_links():
    """An entry's link is its identity: it has to be a whole web address or nothing."""
    feed = parse(rss(item(link="/a/1") + item("Екінші", link="javascript:alert(1)", more="<guid>g2</guid>")))
    assert [entry.link for entry in feed.entries] == ["https://news.example/a/1", ""]


def test_a_guid_that_is_no_permalink_does_not_become_a_link():
    """Otherwise kuzet would fetch addresses that were never published."""
    one = "<item><title>Бір</title><guid isPermaLink='false'>https://news.example/x</guid></item>"
    two = "<item><title>Екі</title><guid isPermaLink='true'>https://news.example/y</guid></item>"
    assert [entry.link for entry in parse(rss(one + two)).entries] == ["", "https://news.example/y"]


def test_redirects_of_google_are_unwrapped():
    """Alerts link to google.com; the article's own address is in the query."""
    link = "https://www.google.com/url?rct=j&amp;url=https://a.example/news/1&amp;ct=ga"
    assert parse(rss(item(link=link))).entries[0].link == "https://a.example/news/1"


@pytest.mark.parametrize("service", ["feedburner", "pheedo"])
def test_the_sites_own_link_comes_before_that_of_a_service_that_counts_clicks(service: str):
    """The service's address is a redirect more, and ends with the service."""
    own = f'<x:origLink xmlns:x="http://rssnamespace.org/{service}/ext/1.0">https://news.example/7</x:origLink>'
    own = own.replace("x:", f"{service}:").replace("xmlns:x", f"xmlns:{service}")
    counted = item(link="http://feedproxy.example/~r/news/~3/abc/", more=own)
    assert parse(rss(counted)).entries[0].link == "https://news.example/7"


def test_unusable_items_are_counted_by_reason_and_spoil_nothing():
    """One bad item must never cost the others, and its reason must be known."""
    feed = parse(rss("<item/>" + item() + "<item><title>Сілтемесіз</title></item>"))
    assert len(feed.entries) == 1
    assert feed.dropped == {"no_words": 1, "no_link": 1}


def test_a_broken_document_gives_what_can_be_read():
    """A bare ampersand or a missing end is everyday life."""
    feed = parse("<rss><channel>" + item("Fish & Chips") + item("Екінші", link="/2"))
    assert [entry.title for entry in feed.entries] == ["Fish & Chips", "Екінші"]
    assert feed.note.startswith("not well-formed")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-09-25 10:00:00", datetime(2026, 9, 25, 5, 0, tzinfo=UTC)),
        ("Fri, 25 Sep 2026 10:00:00 GMT", datetime(2026, 9, 25, 10, 0, tzinfo=UTC)),
        ("Fri, 25 Sep 2026 10:00:00", datetime(2026, 9, 25, 5, 0, tzinfo=UTC)),
        ("Fri, 25 Sep 2026 17:04:00 +0500", NOW),
        ("Fri, 25 Sep 2026 18:00:00 +0500", None),
        ("2046-01-01T00:00:00Z", None),
        ("Seg, 24 Set 2018", None),
        ("0000-00-00 00:00:00", None),
        ("", None),
    ],
)
def test_dates_are_kazakhstans_where_no_zone_is_given_and_never_in_the_future(written: str, expected: datetime | None):
    """A wrong zone shifts every latency; a date in the future would pin an article to the top of every list."""
    (entry,) = parse(rss(item(more=f"<pubDate>{written}</pubDate>"))).entries
    assert entry.published_at == expected


def test_rdf_without_dates_is_read():
    """RSS 0.90 and 1.0 are still served; identity comes from the link, time from the poll."""
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<item><title>Жаңалық</title><link>http://a.example/1</link></item></rdf:RDF>"
    )
    (entry,) = parse(rdf).entries
    assert (entry.link, entry.published_at) == ("http://a.example/1", None)


def test_the_whole_article_in_a_feed_is_content_and_a_teaser_is_summary():
    """Content replaces a page that cannot be fetched; a teaser in its place would look like the whole article."""
    whole = "<content:encoded><![CDATA[" + "<p>Полиция сообщила о задержании.</p>" * 40 + "]]></content:encoded>"
    teaser = whole.replace("]]>", "<p>Читать далее</p>]]>")
    first, second = parse(rss(item(more=whole) + item(link="/2", more=teaser))).entries
    assert len(first.content) > 1000
    assert (second.content, second.summary[:7]) == ("", "Полиция")


def test_the_first_picture_is_found_where_feeds_put_it():
    """Media RSS, enclosures and pictures inside the description are all in use."""
    media = "<media:content url='https://i.example/m.jpg' medium='image'/>"
    inside = "<description>&lt;img alt='' src='/d.png'&gt; сөз</description>"
    audio = "<enclosure url='https://i.example/a.mp3' type='audio/mpeg'/>"
    feed = parse(rss(item(more=media) + item(link="/2", more=inside) + item(link="/3", more=audio)))
    found = [entry.image_url for entry in feed.entries]
    assert found == ["https://i.example/m.jpg", "https://news.example/d.png", ""]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "empty", id="no bytes"),
        pytest.param(b" \n\t ", "empty", id="blank"),
        pytest.param(
            "<!doctype html><html><head><link rel=alternate type=application/rss+xml></head></html>", "html", id="html"
        ),
        pytest.param('[{"title": "an API"}]', "json", id="json"),
        pytest.param(
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
            "sitemap",
            id="sitemap",
        ),
        pytest.param("<rss version='2.0'><channel></channel></rss>", "no_entries", id="empty channel"),
        pytest.param("<rss><channel><item/></channel></rss>", "nothing_usable", id="empty item"),
        pytest.param("just words", "broken", id="words"),
        pytest.param(
            "<rss><item " + " ".join(f"a{n}='b'" for n in range(5000)) + "/></rss>", "bomb", id="5000 attributes"
        ),
        pytest.param("<rss><channel><item>" + "<a>" * 250_000, "bomb", id="250000 levels"),
        pytest.param(b"x" * 20_000_001, "too_large", id="20 MB"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_stable_reason(body: str | bytes, reason: str):
    """Counters and the status page group by these words, and a person reads the sentence."""
    assert refused(body) == reason


def test_entities_do_not_explode():
    """The billion laughs: a kilobyte that asks for gigabytes."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>' + rss(item("&l9;"))
    try:
        text = str(parse(bomb).entries)
    except FeedUnusableError:
        text = ""
    assert len(text) < 10_000


def test_a_huge_feed_is_read_up_to_the_limit_and_says_so():
    """Ten megabytes of items must neither take minutes nor be refused: the newest stand first."""
    feed = parse(rss("".join(item(f"Хабар {number}", link=f"/{number}") for number in range(MAX_ITEMS + 500))))
    assert len(feed.entries) == MAX_ITEMS
    assert feed.entries[0].title == "Хабар 0"
    assert feed.dropped == {OVER_LIMIT: 500}
    assert not feed.note


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_arbitrary_bytes_never_raise_anything_unexpected(noise: bytes):
    """A feed is whatever a stranger's server sends: the only surprise allowed is FeedUnusableError."""
    for parser in (parse_feed, parse_sitemap):
        for body in (noise, b"<rss><channel><item><title>" + noise, b"<urlset><url><loc>" + noise):
            try:
                parser(body, url=URL, headers={"content-type": "text/xml"}, now=NOW)
            except FeedUnusableError as error:
                assert error.reason  # noqa: PT017 - both ends are right


PIECES = ("<item>", "</item>", "<title>", "&", "&lt;", "]]>", "<![CDATA[", "<link>", "</rss>", "http://[", "\x00")


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=100, deadline=None)
def test_shuffled_markup_never_raises_anything_unexpected(parts: list[str]):
    """Nearly-right documents reach deeper into the parsers than noise does."""
    try:
        feed = parse("<rss version='2.0'><channel>" + "".join(parts))
    except FeedUnusableError:
        return
    assert all(entry.link.startswith("http") or entry.guid for entry in feed.entries)


def sitemap(urls: str) -> ParsedFeed:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        f'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">{urls}</urlset>'
    )
    return parse_sitemap(body.encode(), url=URL, headers={}, now=NOW)


NEWS = """
<url><loc>https://news.example/s/1</loc><lastmod>2026-09-25</lastmod>
<news:news><news:publication><news:name>Х</news:name><news:language>kk</news:language></news:publication>
<news:publication_date>2026-09-25T08:00:00+05:00</news:publication_date>
<news:title>Шымкентте сот &amp; үкім</news:title>
</news:news><image:image><image:loc>/i.jpg</image:loc></image:image></url>
"""


def test_a_news_sitemap_gives_entries():
    """Some sites have no feed but a sitemap for news search, with title and time."""
    (entry,) = sitemap(NEWS).entries
    assert (entry.title, entry.link, entry.language) == ("Шымкентте сот & үкім", "https://news.example/s/1", "kk")
    assert entry.published_at == NOW - timedelta(hours=9)
    assert entry.image_url == "https://news.example/i.jpg"


def test_pages_of_an_ordinary_sitemap_are_no_news():
    """A sitemap of the whole site would flood the watch; its lastmod is often today for every page."""
    feed = sitemap(NEWS + "<url><loc>https://news.example/about</loc><lastmod>2026-09-25</lastmod></url>")
    assert len(feed.entries) == 1
    assert feed.dropped == {"no_words": 1}


def test_a_sitemap_may_not_read_files_or_expand_entities():
    """The XML parser is hardened: an external entity would read this machine's files."""
    body = b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
    with pytest.raises(FeedUnusableError) as caught:
        parse_sitemap(body, url=URL, headers={}, now=NOW)
    assert (caught.value.reason, caught.value.dropped) == ("nothing_usable", {"no_words": 1})


def test_a_sitemap_index_is_refused_by_name():
    """Following it would be a crawl; the catalogue names the news sitemap itself."""
    with pytest.raises(FeedUnusableError) as caught:
        parse_sitemap(b"<sitemapindex><sitemap/></sitemapindex>", url=URL, headers={}, now=NOW)
    assert caught.value.reason == "sitemap_index"


@pytest.mark.parametrize(
    ("item_text", "link", "guid"),
    [
        ("<title>A</title><guid>48211</guid>", "", "48211"),
        (
            "<title>A</title><guid isPermaLink='true'>https://news.example/7</guid>",
            "https://news.example/7",
            "https://news.example/7",
        ),
        ("<title>A</title><guid>/news/7</guid>", "https://news.example/news/7", "/news/7"),
        ("<guid>7</guid><title>A</title><link>https://news.example/rss/7</link>", "https://news.example/rss/7", "7"),
        ("<title>A</title><guid isPermaLink='false'>https://news.example/?p=7</guid>", "", "https://news.example/?p=7"),
        (
            "<title>A &amp; B</title><link>https://news.example/n?id=7&copy=1&reg=2</link>",
            "https://news.example/n?id=7&copy=1&reg=2",
            "",
        ),
        (
            "<title>A & B</title><link><![CDATA[https://news.example/n?id=7&copy=1]]></link>",
            "https://news.example/n?id=7&copy=1",
            "",
        ),
    ],
)
def test_a_guid_is_a_link_only_when_it_is_written_like_one(item_text: str, link: str, guid: str):
    """A number taken for an address is fetched for ever as a 404; `&copy=` made «©» of half an address."""
    entry = parse(rss(f"<item>{item_text}</item>")).entries[0]
    assert (entry.link, entry.guid) == (link, guid)


def test_rdf_items_are_linked_by_what_they_are_about():
    """RDF names an item by its address; without a `link` element all of a document was lost."""
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="https://news.example/7"><title>A</title></item></rdf:RDF>'
    )
    assert parse(body).entries[0].link == "https://news.example/7"


def test_an_atom_entry_is_linked_within_its_base():
    """`xml:base` is what Atom says about relative links, wherever the feed lies."""
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://alatau.example/kk/"><entry><title>A</title>'
        '<id>tag:1</id><link href="7.html"/></entry></feed>'
    )
    assert parse(body).entries[0].link == "https://alatau.example/kk/7.html"


def test_comments_and_doubled_sections_are_read_past():
    """Exporters write their name in long comments, and CDATA around CDATA."""
    comment = "<!-- <html> exporter -->" * 200
    feed = parse(comment + rss(item("<![CDATA[<![CDATA[Қойма өртенді]]>]]>")))
    assert feed.entries[0].title == "Қойма өртенді"


@pytest.mark.parametrize(
    ("title", "loc"),
    [
        ("&laquo;Қойма&raquo;&nbsp;өртенді", "https://news.example/n?id=1&section=2"),
        ("«Қойма» өртенді", "https://news.example/n?id=1&amp;section=2"),
    ],
)
@pytest.mark.parametrize("prefix", ["", ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'])
def test_sitemaps_are_read_with_their_usual_faults(title: str, loc: str, prefix: str):
    """An undeclared prefix, names of HTML and raw ampersands: written by hand, read by search engines."""
    body = (
        f"<urlset{prefix}><url><loc>{loc}</loc><news:news><news:title>{title}</news:title></news:news></url></urlset>"
    )
    (entry,) = parse_sitemap(gzip.compress(body.encode()), url=URL, headers={}, now=NOW).entries
    assert (entry.title, entry.link) == ("«Қойма» өртенді", "https://news.example/n?id=1&section=2")
