"""Forms that feeds, JSON Feeds and sitemaps have in the wild: one row a form, in the words of a reader's report."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pipelines.feeds import newest_sitemap, parse_feed, parse_sitemap
from pipelines.models import ParsedFeed

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
SITE = "https://news.example"
URL = f"{SITE}/rss/all.xml"
LINK = f"{SITE}/a/1"
TITLE = "<title>Полиция задержала</title>"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "atom": "http://www.w3.org/2005/Atom",
        "prism": "http://prismstandard.org/namespaces/basic/2.0/",
        "turbo": "http://turbo.yandex.ru",
    }.items()
)


def rss(item: str) -> bytes:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>Т</title>{item}</channel></rss>'.encode()


def atom(entry: str, attributes: str = "") -> bytes:
    feed = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Т</title><entry>{TITLE}{entry}</entry></feed>'
    )
    return feed.encode()


def read(body: bytes) -> ParsedFeed:
    return parse_feed(body, url=URL, headers={}, now=NOW)


@pytest.mark.parametrize(
    "written",
    [
        "<link>\u200bhttps://news.example/a/1\ufeff</link>",
        "<link>\u00a0https://news.example/a/1\u00a0</link>",
        "<link>https://news.example/\n    a/1</link>",
        "<link>https:\\\\news.example\\a\\1</link>",
        "<link>https%3A%2F%2Fnews.example%2Fa%2F1</link>",
        "<link>htttps://news.example/a/1</link>",
        "<link>ttps://news.example/a/1</link>",
        '<link>"https://news.example/a/1"</link>',
        "<link>«https://news.example/a/1»</link>",
        "<link>https://news.example/a/1</link><link>https://news.example/a/1?print=1</link>",
        "<link/><link>https://news.example/a/1</link>",
        '<link href="https://news.example/a/1"/>',
        '<link>https://news.example/a/1</link><atom:link rel="self" href="/rss/1"/>',
        '<atom:link rel="self" href="/rss/1"/><guid>https://news.example/a/1</guid>',
        '<enclosure url="/x.mp3" type="audio/mpeg"/><guid>https://news.example/a/1</guid>',
        "<link>mailto:editor@news.example</link><guid>https://news.example/a/1</guid>",
        '<link>#</link><guid isPermaLink="false">https://news.example/a/1</guid>',
        "<link>javascript:void(0)</link><guid>https://news.example/a/1</guid>",
    ],
)
def test_a_link_of_rss_is_read_as_it_is_meant(written: str):
    """A link that is read wrongly is a page that does not exist: the article keeps its teaser for good."""
    assert [entry.link for entry in read(rss(f"<item>{TITLE}{written}</item>")).entries] == [LINK]


@pytest.mark.parametrize(
    ("written", "attributes"),
    [
        ('<link rel="alternate" href="/a/1"/><link rel="alternate" href="/amp/a/1"/>', ""),
        ('<link rel="alternate" hreflang="kk" href="/a/1"/><link rel="alternate" hreflang="ru" href="/ru/1"/>', ""),
        ('<link rel="alternate" type="application/pdf" href="/1.pdf"/><link type="text/html" href="/a/1"/>', ""),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" href="/a/1"/>', ""),
        ('<id>tag:1</id><content type="text/html" src="https://news.example/a/1"/>', ""),
        ('<link rel="self" href="/s"/><link rel="replies" href="/r"/><link href="/a/1"/>', ""),
        ('<link href="a/1"/>', 'xml:base="https://news.example/"'),
        ('<link xml:base="https://news.example/a/" href="1"/>', ""),
        ("<id>https://news.example/a/1</id>", ""),
    ],
)
def test_of_several_links_of_an_atom_entry_the_article_is_taken(written: str, attributes: str):
    """Entries point to print versions, AMP, translations, comments and files as well."""
    assert [entry.link for entry in read(atom(written, attributes)).entries] == [LINK]


@pytest.mark.parametrize(
    "guid",
    ['<guid isPermaLink="false">7</guid>', "<guid>news-1.html</guid>", "<guid>tag:news.example,2026:12</guid>"],
)
def test_no_address_is_made_of_a_guid(guid: str):
    """The text of the feed is the article then."""
    entry = read(rss(f"<item>{TITLE}{guid}<enclosure url='/x.mp3' type='audio/mpeg'/></item>")).entries[0]
    assert (entry.link, bool(entry.identity)) == ("", True)


LONG = "<p>" + "Полиция задержала подозреваемых в краже скота. " * 20 + "</p>"


@pytest.mark.parametrize("name", ["turbo:content", "fulltext", "full-text", "content:encoded", "yandex:full-text"])
def test_the_whole_text_is_found_under_any_of_its_names(name: str):
    entry = read(rss(f"<item>{TITLE}<link>{LINK}</link><{name}><![CDATA[{LONG}]]></{name}></item>")).entries[0]
    assert len(entry.content) > 600


@pytest.mark.parametrize(
    "title",
    [
        "<![CDATA[<![CDATA[Полиция задержала]]]]>",
        "<![CDATA[<![CDATA[Полиция задержала]]>]]>",
        "<![CDATA[Полиция]]> <![CDATA[задержала]]>",
        "&lt;![CDATA[Полиция задержала]]&gt;",
        "<![CDATA[<p>Полиция</p> <b>задержала</b>]]>",
        "Полиция&nbsp;задержала",
    ],
)
def test_a_title_has_its_words_only(title: str):
    """What is left of markup in a title is shown to every reader."""
    item = f"<item><title>{title}</title><link>{LINK}</link></item><item><title>a]]&gt;b</title><link>/2</link></item>"
    assert read(rss(item)).entries[0].title == "Полиция задержала"


def test_a_publication_date_of_prism_is_one():
    item = f"<item>{TITLE}<link>{LINK}</link><prism:publicationDate>2026-09-24T10:00:00Z</prism:publicationDate></item>"
    assert read(rss(item)).entries[0].published_at == datetime(2026, 9, 24, 10, tzinfo=UTC)


TOPICS = ("Полиция задержала вора", "Суд вынес приговор", "В горах сошёл сель")


@pytest.mark.parametrize(
    "rest",
    [
        "<link>https://news.example/</link><guid/>",
        "<link>https://news.example/</link><pubDate>Thu, 24 Sep 2026 10:00:00 GMT</pubDate>",
        "<link>https://news.example/live</link><guid>https://news.example/live</guid>",
        '<guid isPermaLink="false">0</guid><pubDate>Thu, 24 Sep 2026 1{number}:00:00 GMT</pubDate>',
    ],
)
def test_a_guid_or_a_minute_that_all_entries_share_loses_none(rest: str):
    """Programs write the moment of the export, or one guid, into every entry."""
    items = (f"<item><title>{title}</title>{rest.format(number=n)}</item>" for n, title in enumerate(TOPICS))
    parsed = read(rss("".join(items)))
    assert (len({entry.identity for entry in parsed.entries}), parsed.dropped) == (3, {})


ITEM = {"id": "1", "url": LINK, "title": "Полиция задержала", "date_published": "2026-09-24T10:00:00Z"}


def json_feed(item: Mapping[str, object], **rest: object) -> str:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Т", "items": [item], **rest}
    return json.dumps(feed, ensure_ascii=False)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json_feed(ITEM).encode("utf-16"), id="utf-16"),
        pytest.param(b"\xef\xbb\xbf\n" + json_feed(ITEM).encode(), id="mark"),
        pytest.param(json_feed(ITEM).replace("]}", ", ]}").encode(), id="last comma"),
        pytest.param(json_feed(ITEM | {"summary": "a, ]b"}).replace("}]", ",}]").encode(), id="comma in a text"),
        pytest.param(json_feed(ITEM | {"summary": "a#b"}).replace("#", "\n\t").encode(), id="line break in a text"),
        pytest.param(json.dumps({"items": [ITEM]}).encode(), id="no version"),
        pytest.param(json_feed(ITEM, items={"3": ITEM}).encode(), id="items are an object"),
        pytest.param(json_feed(ITEM | {"date_published": 1790244000}).encode(), id="seconds"),
    ],
)
def test_json_that_programs_write_by_hand_is_read(body: bytes):
    entry = read(body).entries[0]
    assert (entry.link, entry.title) == (LINK, "Полиция задержала")
    assert entry.published_at == datetime(2026, 9, 24, 10, tzinfo=UTC)


def test_a_picture_among_the_attachments_is_the_picture():
    attachments = [{"url": f"{SITE}/a.mp3", "mime_type": "audio/mpeg"}, {"url": "/i.jpg", "mime_type": "image/jpeg"}]
    assert read(json_feed(ITEM | {"attachments": attachments}).encode()).entries[0].image_url == f"{SITE}/i.jpg"


NEWS = (
    "<urlset><url><loc>https://news.example/a/1</loc><news:news><news:title>Полиция <b>задержала</b></news:title>"
    "<news:publication_date>2026-09-24T10:00:00Z</news:publication_date></news:news></url></urlset>"
)


@pytest.mark.parametrize(
    "body",
    [
        NEWS,
        f"<br />\n<b>Warning</b>: Undefined variable in <b>map.php</b><br />\n{NEWS}",
        NEWS.replace("urlset", "URLSET").replace("url>", "URL>").replace("loc>", "LOC>"),
        NEWS.replace("<loc>", "<loc><!-- 1 --><![CDATA[").replace("</loc>", "]]></loc>"),
    ],
)
def test_a_sitemap_of_any_program_is_read(body: str):
    for sent in (body.encode(), gzip.compress(gzip.compress(body.encode()))):
        entry = parse_sitemap(sent, url=f"{SITE}/news.xml", headers={}, now=NOW).entries[0]
        assert (entry.link, entry.title) == (LINK, "Полиция задержала")


@pytest.mark.parametrize(
    ("newest", "others"),
    [
        ("post-sitemap2.xml 2026-09-24", "post-sitemap1.xml 2026-09-01, category-sitemap.xml 2026-09-25"),
        ("post-sitemap.xml 2026-09-24", "post_tag-sitemap.xml 2026-09-25, author-sitemap.xml 2026-09-25"),
        ("ru/news.xml 2026-09-24", "kz/news.xml 2026-09-20, images.xml 2026-09-25, articles.xml 2026-09-25"),
        ("sitemap-9-2026.xml", "sitemap-10-2025.xml, sitemap-12-2024.xml"),
        ("sitemap-2026-10.xml.gz", "sitemap-2026-9.xml.gz, sitemap-2025-11.xml.gz"),
        ("sitemap.xml?page=12", "sitemap.xml?page=1, sitemap.xml?page=9"),
    ],
)
def test_of_an_index_the_sitemap_with_the_newest_articles_is_asked(newest: str, others: str):
    """Lists of tags and authors change with every article; the site's own name may have «news» in it."""
    lines = (line.split(" ") for line in (*others.split(", "), newest, others.split(", ", maxsplit=1)[0]))
    listed = "".join(
        f"<sitemap><loc>{SITE}/{name}</loc><lastmod>{''.join(changed)}</lastmod></sitemap>" for name, *changed in lines
    )
    body = f"<sitemapindex>{listed}</sitemapindex>".encode()
    assert newest_sitemap(body, url=f"{SITE}/sitemap.xml", headers={}, now=NOW) == f"{SITE}/{newest.partition(' ')[0]}"
