"""The pages of the desk over a real watch: numbers are those of the commands, marks those that are stored."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import quote, urlencode

import feedparser
import pytest

from pipelines.models import Span
from pipelines.search.marks import marks_of
from pipelines.search.request import SearchRequest
from pipelines.search.stored_tagging import read_tagging
from tests.support.desk_visitor import DeskVisitor
from tests.support.running_watch import Watch
from tests.support.shapes import misfits
from worker.answers.shapes import FellShort, SearchAnswer, ShowAnswer, StoriesAnswer, TraceAnswer
from worker.desk.application import PAGES

QUERIES = ("", "алаяқтық", "мошенники Шымкент", "topic:drugs -кокаин", '"в Алматы"', "қылмыс OR преступление", "зззз")


def looked_at() -> list[str]:
    return [page.path for page in PAGES if not page.change and "{" not in page.path]


@pytest.mark.parametrize("path", looked_at())
def test_each_page_answers_under_the_strict_policy(visitor: DeskVisitor, path: str):
    """A header that one page lacks is the way in."""
    seen = visitor.get(path)
    assert seen.status in {200, 303}, seen.text
    assert "default-src 'none'" in seen.headers["content-security-policy"]
    assert "unsafe" not in seen.headers["content-security-policy"]
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["referrer-policy"] == "same-origin"
    assert b" style=" not in seen.body
    assert b" onclick=" not in seen.body
    assert len(seen.body) < 100_000 or "attachment" in seen.headers.get("content-disposition", "")


@pytest.mark.parametrize("query", QUERIES)
def test_a_search_has_the_numbers_of_the_command(watch: Watch, visitor: DeskVisitor, query: str):
    """One code path: what the page shows is what a script gets."""
    shown = visitor.get(f"/search.json?{urlencode({'q': query, 'sort': 'relevance'})}").json
    printed = json.loads(watch.kuzet("search", query, "--json", "-n", "20").stdout)
    assert shown["total"] == printed["total"]
    assert [hit["id"] for hit in shown["hits"]] == [hit["id"] for hit in printed["hits"]]
    assert shown["facets"] == printed["facets"]
    assert not misfits(shown, SearchAnswer)


def test_a_page_shows_what_its_twin_says(visitor: DeskVisitor):
    """A person and a program see the same articles."""
    links = visitor.get("/search?q=topic:drugs").tree.xpath("//ol[@class='news']//h2/a/@href")
    assert links == [f"/article/{hit['id']}" for hit in visitor.get("/search.json?q=topic:drugs").json["hits"]]
    assert links


def test_facets_narrow_and_widen(visitor: DeskVisitor):
    """Every filter is a link, there and back."""
    counts = {one["value"]: one["count"] for one in visitor.get("/search.json").json["facets"]["topic"]}
    topic, count = next(iter(counts.items()))
    page = visitor.get("/search").tree
    link = next(each for each in page.xpath("//aside//a/@href") if f"topic={topic}" in each)
    narrowed = visitor.get(f"/search{link}")
    assert visitor.get(f"/search.json{link}").json["total"] == count
    assert "?" in narrowed.tree.xpath("//ul[@class='chips']//a/@href")


def test_pages_follow_one_another_without_gap(visitor: DeskVisitor):
    """A list that is longer than a page is read to its end."""
    seen: list[str] = []
    link = "?size=20"
    while link:
        page = visitor.get(f"/search{link}&reprints=1" if "reprints" not in link else f"/search{link}").tree
        seen += page.xpath("//ol[@class='news']//h2/a/@href")
        link = next(iter(page.xpath("//p[@class='pages']/a/@href")), "")
    assert len(seen) == len(set(seen)) == visitor.get("/search.json").json["total"]


def test_each_mark_is_a_stored_reason_and_each_stored_reason_is_marked(watch: Watch, visitor: DeskVisitor):
    """The page must not explain what the tagger did not find, nor hide what it found."""
    looked = 0
    for stored in watch.runtime.search.scan(SearchRequest()):
        page = visitor.get(f"/article/{stored.article_id}").tree
        marks = marks_of(read_tagging(stored.document))
        shown = [mark.get("title") for mark in page.xpath("//article//mark")]
        for mark in marks:
            if mark.rule:
                wanted = f"{mark.span.term}, weight {mark.span.weight:g}, rule {mark.rule}"
                assert any(wanted in each for each in shown), (stored.document["title"], wanted)
        assert sum(letters(page)) == covered(marks, stored.document), stored.document["title"]
        looked += bool(marks)
    assert looked > 20


def letters(page: object) -> list[int]:
    return [len("".join(mark.itertext())) for mark in page.xpath("//article//mark")]  # type: ignore[attr-defined]


def covered(marks: tuple[object, ...], document: dict[str, str]) -> int:
    """Count the letters that any stored span covers, line ends left out."""
    places = {
        (span.field, place)
        for mark in marks
        for span in (mark.span,)  # type: ignore[attr-defined]
        for place in range(span.start, span.end)
        if isinstance(span, Span) and document.get(span.field, "")[place] != "\n"
    }
    return len(places)


def test_an_article_says_why_and_where_it_is_from(watch: Watch, visitor: DeskVisitor):
    """«Why was this tagged?» has its answer on the page."""
    hit = visitor.get("/search.json?severity=high&severity=critical").json["hits"][0]
    seen = visitor.get(f"/article/{hit['id']}")
    assert "Why" in seen.words
    assert " of " in seen.tree.xpath("string(//table[@class='reasons'])")
    link = seen.tree.xpath("//article//a[contains(@rel, 'noopener')]")[0]
    assert link.get("href") == hit["url"]
    assert set(link.get("rel").split()) == {"noopener", "noreferrer", "nofollow"}
    twin = visitor.get(f"/article/{hit['id']}.json").json
    printed = json.loads(watch.kuzet("show", hit["id"], "--json").stdout)
    assert twin == printed
    assert not misfits(twin, ShowAnswer)


def test_an_article_says_what_fell_short(watch: Watch, visitor: DeskVisitor):
    """A topic that is not given has its words and its score, too; the page asks a child, which asks the same rules."""
    tagger = watch.runtime.tagger
    for stored in watch.runtime.search.scan(SearchRequest()):
        document = stored.document
        if found := tagger.tag(document["title"], document["body"], language=document["language"]).misses:
            break
    row = visitor.get(f"/article/{stored.article_id}/short.json").json
    assert not misfits(row, FellShort)
    assert {(one["topic"], one["score"]) for one in row["misses"]} == {(tag.topic, tag.score) for tag in found}
    assert found[0].spans[0].form in visitor.get(f"/article/{stored.article_id}/short").words


def test_pictures_are_loaded_only_when_asked(watch: Watch, visitor: DeskVisitor):
    """A picture from a site lets the site know who reads."""
    for stored in watch.runtime.search.scan(SearchRequest()):
        if stored.document.get("image_url"):
            path = f"/article/{stored.article_id}"
            assert not visitor.get(path).tree.xpath("//img")
            asked = visitor.get(f"{path}?images=1")
            assert asked.tree.xpath("//img/@src") == [stored.document["image_url"]]
            assert "img-src 'self' https: http:" in asked.headers["content-security-policy"]
            return


def test_the_journey_of_an_address_is_found(watch: Watch, visitor: DeskVisitor):
    """«Why is this article missing?»: also for a duplicate, and for what was never seen."""
    hit = visitor.get("/search.json").json["hits"][0]
    seen = visitor.get(f"/trace?article={quote(hit['url'], safe='')}")
    assert "it is in the index" in seen.words
    twin = visitor.get(f"/trace.json?article={hit['id']}").json
    assert not misfits(twin, TraceAnswer)
    missing = visitor.get("/trace?article=https://never.example/1")
    assert missing.status == 404
    assert "was never seen" in missing.words


def test_a_search_is_exported_whole(watch: Watch, visitor: DeskVisitor):
    """What is found goes into a table, a file or another reader."""
    total = visitor.get("/search.json?topic=drugs").json["total"]
    lines = visitor.get("/search.jsonl?topic=drugs").text.splitlines()
    assert {json.loads(line)["id"] for line in lines} == {
        s.article_id for s in watch.runtime.search.scan(SearchRequest(filters={"topic": ("drugs",)}))
    }
    assert len(lines) == total
    assert visitor.get("/search.csv?topic=drugs").text.startswith("\ufeffid,")
    assert len(feedparser.parse(visitor.get("/search.atom?topic=drugs").body).entries) > 0
    assert visitor.get("/search/feed.json?topic=drugs").json["items"]


@pytest.mark.parametrize(
    "query", ["topic=nosuchtopic", "since=tomorrowish", "size=1000", "sort=up", "q=" + "a" * 600, "after=%00"]
)
def test_what_cannot_be_asked_says_why(visitor: DeskVisitor, query: str):
    """A wrong address is a sentence, not a fault."""
    seen = visitor.get(f"/search?{query}")
    assert seen.status == 400, seen.words
    assert visitor.get(f"/search.json?{query}").json["error"]


def test_programs_find_the_description(visitor: DeskVisitor):
    """Every twin is described with its type."""
    described = visitor.get("/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {page.twin.replace(":str", "") for page in PAGES if page.shape is not None}
    assert described["components"]["schemas"]["SearchAnswer"]["required"]
    assert "kuzet_broker_up 1.0" in visitor.get("/metrics").text


def test_new_articles_are_announced(watch: Watch, visitor: DeskVisitor, desk_url: str):
    """A page says how many are new; it does not move by itself."""
    position = visitor.get("/?all=1").tree.xpath("string(//p[@id='new']/@data-from)")
    with urllib.request.urlopen(f"{desk_url}/now/events?all=1&from={position}", timeout=60) as stream:
        watch.newsroom.go_on()
        lines = (line.decode().strip() for line in stream)
        assert next(line for line in lines if line.startswith("event:")) == "event: arrived"
        assert json.loads(next(lines).removeprefix("data: "))["count"] >= 1


def test_stories_are_listed_and_lead_to_their_articles(watch: Watch, visitor: DeskVisitor):
    """An event is read once, and everyone who reported it is named."""
    watch.wait(lambda: not watch.runtime.state.stories.waiting)  # else a story may grow between two pages
    watch.runtime.story_index.refresh()
    listed = visitor.get("/stories.json?since=7d&size=100").json
    assert not misfits(listed, StoriesAnswer)
    largest = max(listed["stories"], key=lambda each: each["articles"])
    seen = visitor.get(f"/story/{largest['id']}")
    assert seen.status == 200
    linked = {link.rpartition("/")[2] for link in seen.tree.xpath("//ol[@class='journey']//a/@href")}
    assert linked == {event["article"] for event in largest["timeline"]}
    assert visitor.get(f"/story/{largest['members'][0]['id']}.json").json["id"] == largest["id"]
    assert "/stories" in visitor.get("/").tree.xpath("//header//nav//a/@href")


def test_an_address_that_was_never_seen_is_answered_in_place(visitor: DeskVisitor, watch: Watch):
    """«Why is this article missing?» must not end with a command of the terminal."""
    site = next(iter(watch.runtime.catalogue)).url.rpartition("/")[0]
    of_a_known_site, of_another = (
        visitor.get(f"/trace?lang=en&article={address}")
        for address in (f"{site}/never-written", "https://no.example/1")
    )
    assert (of_a_known_site.status, of_another.status) == (404, 404)
    assert "never seen" in of_a_known_site.words
    assert of_a_known_site.tree.xpath("//main//li/a[starts-with(@href, '/sources/')]")
    assert "No feed of its site is known" in of_another.words
