"""Sites that break what readers take for granted, through the running watch: nothing is lost, doubled or blind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
import yaml

from pipelines.models import ArticleDocument, Stage
from pipelines.search.request import SearchRequest
from tests.support.hostile_site import HostileSite, Talk
from tests.support.running_watch import StartWatch, Watch

pytestmark = pytest.mark.timeout(240)

CORRECTED = "толықтырылды"
POLLS = 14
"""One more than the 304 answers that a feed may give in a row."""

TITLES = (
    "Балқашта балық аулаушылар құтқарылды",
    "Павлодарда жаңа цех іске қосылды",
    "Жезқазғанда жылу желісі жөнделді",
    "Түркістанда кітапхана ашылды",
    "Семейде көпірден жүк көлігі құлады",
    "Көкшетауда орман өрті сөндірілді",
)
TEXT = (
    "Оқиға туралы облыстық әкімдіктің баспасөз қызметі хабарлап, мән-жайы анықталып жатқанын айтты.",
    "Жергілікті тұрғындардың сөзінше, көмек жарты сағаттың ішінде жеткен, зардап шеккен адам жоқ.",
)
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
XML = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n{}\r\n"
INDEXED = {  # feed → how many articles it has in truth
    "guids": 3,
    "live": 4,
    "script": 4,
    "section": 4,
    "frozen": 6,
    "counter": 3,
    "session": 3,
    "consent": 4,
    "hints": 2,
    "twins": 1,
    "json": 3,
    "page": 3,
    "index": 3,
    "moved": 2,
    "series": 3,
    "torn": 2,
}
REVISED = {"torn"}
"""Its titles change when its pages are down."""

FORMATS = {"page": {"format": "page", "links": r"/page/\d"}, "index": {"format": "sitemap"}}


def item(number: int, *, link: str = "", guid: str = "", words: str = "") -> str:
    parts = {"title": TITLES[number], "link": escape(link), "description": words or f"{TITLES[number]} туралы."}
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in parts.items() if text)}{named}</item>"


def rates(number: int) -> str:
    return f"Валюта бағамдары: {number + 1} қыркүйекке арналған шолу"


def page(number: int, *, head: str = "", title: str = "") -> bytes:
    title = title or TITLES[number]
    text = "".join(f"<p>{title}. {line}</p>" for line in TEXT)
    body = f"<article><h1>{title}</h1>{text}</article>"
    return f"<html lang='kk'><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


CONSENT = (
    "<html><head><title>Келісім</title></head><body><main><h1>Келісім беру</h1><p>Біз және серіктестеріміз cookie "
    "файлдарын пайдаланып, дербес деректеріңізді өңдейміз; құпиялылық саясатын оқып шығыңыз.</p></main></body></html>"
).encode()


def as_json(links: list[str]) -> tuple[bytes, bytes]:
    items = [{"id": link, "url": link, "title": TITLES[number]} for number, link in enumerate(links)]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": items}
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/feed+json\r\n\r\n", json.dumps(document).encode()


def as_page(links: list[str]) -> tuple[bytes, bytes]:
    cards = (f"<li><a href='{link}'>{TITLES[number]}</a></li>" for number, link in enumerate(links))
    return (
        HTML + b"\r\n",
        f"<html><body><a href='/page/all'>Барлығы</a><ul>{''.join(cards)}</ul></body></html>".encode(),
    )


def as_sitemap(links: list[str]) -> tuple[bytes, bytes]:
    pages = (
        f"<url><loc>{link}</loc><news:news><news:title>{TITLES[number]}</news:title></news:news></url>"
        for number, link in enumerate(links)
    )
    return XML.format("").encode(), f"<urlset>{''.join(pages)}</urlset>".encode()


OTHER_FORMATS = {"json": as_json, "page": as_page, "index": as_sitemap}


class OddSite:
    """Answers by the first part of a path; counts the polls of each feed and what is asked for."""

    def __init__(self) -> None:
        self.polls: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()

    def __call__(self, talk: Talk) -> None:
        host = talk.request.partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
        name, _, rest = talk.path.strip("/").partition("/")
        if name == "sitemap.xml":
            at = datetime.now(UTC) - timedelta(hours=2)
            pages = "".join(
                f"<url><loc>http://{host}/json/{number}</loc><lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
                for number in range(4)
            )
            talk.send(XML.format("").encode(), f"<urlset>{pages}</urlset>".encode())
        elif name == "moved.xml" and rest != "here":
            talk.send(b"HTTP/1.1 301 Moved Permanently\r\nLocation: /moved.xml/here\r\nContent-Length: 0\r\n\r\n")
        elif name == "index.xml" and not rest:
            listed = f"<sitemap><loc>http://{host}/index.xml/news-{{}}.xml</loc></sitemap>"
            children = "".join(map(listed.format, (9, 11, 10)))
            talk.send(XML.format("").encode(), f"<sitemapindex>{children}</sitemapindex>".encode())
        elif name == "index.xml" and rest != "news-11.xml":
            talk.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif name.endswith(".xml"):
            self.polls[name[:-4]] += 1
            self.feed(talk, name[:-4], f"http://{host}")
        elif name in INDEXED:
            self.pages[name] += 1
            self.article(talk, name, int(next(filter(str.isdigit, rest))))
        elif name == "agree":
            talk.send(HTML, b"\r\n", CONSENT)
        else:
            talk.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def feed(self, talk: Talk, name: str, base: str) -> None:
        turn = self.polls[name]
        if name == "frozen" and b"If-None-Match" in talk.request:
            talk.send(b'HTTP/1.1 304 Not Modified\r\nETag: "for-ever"\r\n\r\n')
            return
        links = [f"{base}/{name}/{number}" for number in range(6)]
        items = {
            "guids": [item(number, guid=f"g-{number}") for number in range(3)],
            "live": [item(number, link=f"{base}/live/0", guid=f"l-{number}") for number in range(4)],
            "script": [item(number, link=f"{base}/script/view.php?id={number}") for number in range(4)],
            "frozen": [item(number, link=links[number]) for number in range(4 if turn == 1 else 6)],
            "counter": [item(n, link=links[n], words=f"{TITLES[n]}. Қаралды: {turn * 7 + n}") for n in range(3)],
            "session": [item(n, link=f"{links[n]}?s=x{turn}", guid=f"s-{n}") for n in range(3)],
            "hints": [item(number, link=links[number]) for number in range(2)],
            "moved": [item(number, link=links[number]) for number in range(2)],
            "series": [item(number, link=links[number]).replace(TITLES[number], rates(number)) for number in range(3)],
            "twins": [item(0, link=links[0]), item(0, link=f"{links[0]}/")],
            "torn": [item(number, link=links[number]).replace("</title>", self.suffix) for number in range(2)],
        }.get(name, [item(number, link=links[number]) for number in range(4)])
        if name in OTHER_FORMATS:
            talk.send(*OTHER_FORMATS[name](links[: INDEXED[name]]))
            return
        etag = 'ETag: "for-ever"\r\n' if name == "frozen" else ""
        rss = f'<rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'
        talk.send(XML.format(etag).encode(), rss.encode())

    @property
    def suffix(self) -> str:
        """What the feed of `torn` adds to its titles once both pages were read."""
        is_down = self.pages["torn"] >= INDEXED["torn"] and self.polls["torn"] > POLLS // 2
        return f" {CORRECTED}</title>" if is_down else "</title>"

    def article(self, talk: Talk, name: str, number: int) -> None:
        if name == "torn" and self.pages[name] > INDEXED[name]:
            talk.send(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
            return
        if name == "consent":
            talk.redirect("/agree")
            return
        claims = {
            "series": "/lenta/kursy-valyut-segodnya-2025",
            "script": "/script/view.php",
            "section": "/section/2025-news",
        }
        head = f'<link rel="canonical" href="{claims[name]}">' if name in claims else ""
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" if name == "hints" else b""
        talk.send(hints, HTML, b"\r\n", page(number, head=head, title=rates(number) if name == "series" else ""))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, start_watch: StartWatch) -> Iterator[tuple[Watch, OddSite]]:
    """A watch that has polled every odd feed fourteen times, and has ended all it sighted."""
    folder = tmp_path_factory.mktemp("odd")
    answers = OddSite()
    site = HostileSite(answers)
    feeds = [
        {"id": name, "url": f"{site.url}{name}.xml", "source": name, "family": "odd", **FORMATS.get(name, {})}
        for name in INDEXED
    ]
    (folder / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
    with start_watch(folder, allow_hosts=site.endpoint, min_interval_s=0.4, max_interval_s=0.8) as watch:
        watch.wait(lambda: all(answers.polls[name] > POLLS for name in INDEXED), patience_s=200)
        watch.settle()
        yield watch, answers
    site.close()


def outcomes(watch: Watch, source: str) -> Counter[str]:
    books = watch.runtime.state.outcomes.audit(now=watch.runtime.now())
    found: Counter[str] = Counter()
    for account in books.accounts:
        found.update(account.outcomes if account.source == source else {})
    return found


@pytest.mark.parametrize("source", [name for name in INDEXED if name != "twins" and name not in REVISED])
def test_every_article_is_indexed_once(odd: tuple[Watch, OddSite], source: str):
    """Lost, merged or doubled articles while the feed says «ok» are what users of other readers report most."""
    assert outcomes(odd[0], source) == {"indexed": INDEXED[source]}


def torn(watch: Watch) -> list[ArticleDocument]:
    watch.runtime.search.refresh()
    return [one for one in watch.runtime.search.scan(SearchRequest()) if one.document["source"] == "torn"]


def test_no_text_is_lost_while_a_site_is_down(odd: tuple[Watch, OddSite]):
    """A corrected title is worth having at once; the feed's sentence must not take the place of the whole article."""
    watch = odd[0]
    assert outcomes(watch, "torn") == {"indexed": 2, "revised": 2}
    for one in torn(watch):
        assert one.document["title"].endswith(CORRECTED)
        assert TEXT[1] in one.document["body"]
        assert (one.document["extraction"], one.document["revision"]) == ("full", 2)


def test_a_look_at_a_page_that_is_down_changes_nothing(odd: tuple[Watch, OddSite]):
    """The look an hour later came in an outage: each article with a topic had the feed's sentence afterwards."""
    watch, before = odd[0], torn(odd[0])
    state, now = watch.runtime.state, watch.runtime.now()
    for one in before:
        key = f"{watch.runtime.settings.redis_prefix}article:{one.article_id}"
        watch.runtime.redis.hset(key, "rechecks", f"{now:.3f} {now + 9_000:.3f}")
        state.due.schedule(Stage.FETCH, one.article_id, at=now)
    watch.wait(lambda: outcomes(watch, "torn")["unchanged"] == len(before))
    assert torn(watch) == before
    assert all(state.due.at(Stage.FETCH, one.article_id) == pytest.approx(now + 9_000, abs=1) for one in before)


def test_of_twins_one_is_indexed(odd: tuple[Watch, OddSite]):
    """The same page with and without a last slash is one article."""
    assert outcomes(odd[0], "twins") == {"indexed": 1, "duplicate": 1}


@pytest.mark.parametrize(("source", "pages"), [("counter", 3), ("session", 3), ("guids", 0), ("live", 0)])
def test_pages_are_not_asked_for_again(odd: tuple[Watch, OddSite], source: str, pages: int):
    """A counter or a session must cost the site nothing, and what has no page of its own is not fetched."""
    assert odd[1].pages[source] == pages


def test_what_a_feed_was_caught_at_is_known(odd: tuple[Watch, OddSite]):
    """An operator reads in one word why a feed is treated otherwise."""
    found = {name: odd[0].runtime.state.feeds.snapshot(name).habits for name in ("frozen", "counter", "session")}
    assert found == {"frozen": {"false 304"}, "counter": {"counters"}, "session": {"moving links"}}


def test_the_text_of_a_consent_form_is_nobodys(odd: tuple[Watch, OddSite]):
    """All articles led to one form: each keeps the feed's text under its own title."""
    documents = (found.document for found in odd[0].runtime.search.scan(SearchRequest()))
    stored = [document for document in documents if document["source"] == "consent"]
    assert sorted(document["title"] for document in stored) == sorted(TITLES[:4])
    assert {document["extraction"] for document in stored} == {"summary"}


def test_an_address_that_moved_for_good_or_lists_others_is_not_asked_again(odd: tuple[Watch, OddSite]):
    """Each poll would cost the site two requests; and the person reads that the address is another one now."""
    feeds = odd[0].runtime.state.feeds
    asked = {name: feeds.snapshot(name) for name in ("moved", "index")}
    assert {name: each.asked.rpartition("/")[2] for name, each in asked.items()} == {
        "moved": "here", "index": "news-11.xml"
    }  # fmt: skip
    assert {each.ask_why for each in asked.values()} == {"moved for good", "newest of a sitemap index"}
    events = {event.subject: event.data for event in odd[0].runtime.state.events.latest() if event.kind == "feed.moved"}
    assert events["moved"]["reason"] == "moved for good"


def test_every_item_that_was_read_has_its_place_in_the_books(odd: tuple[Watch, OddSite]):
    """Items read = sighted + known + dropped, by source: nothing vanishes between the document and the sightings."""
    books = odd[0].runtime.state.outcomes.audit(now=odd[0].runtime.now())
    assert books.is_balanced
    read = {account.source: account for account in books.accounts if account.read}
    assert read.keys() >= INDEXED.keys()
    assert all(each.vanished == 0 for each in read.values())
    once = {source: count for source, count in INDEXED.items() if source != "twins" and source not in REVISED}
    assert {source: read[source].from_feeds for source in once} == once


def test_a_feed_is_shown_with_its_rhythm_and_its_polls(odd: tuple[Watch, OddSite]):
    """What an operator reads before asking a site's owner."""
    shown = odd[0].kuzet("feeds", "show", "counter")
    assert ("counters" in shown.stdout, "articles a day" in shown.stdout) == (True, True)
    answer = json.loads(odd[0].kuzet("feeds", "show", "counter", "--json").stdout)
    newest = answer["feed"]["polls"][0]
    assert newest["read"] == newest["new"] + newest["changed"] + newest["known"] + sum(newest["dropped"].values())
    assert answer["feed"]["state"] == "healthy"


def test_a_source_is_compared_with_its_sitemap(odd: tuple[Watch, OddSite]):
    """The feed says «ok» and the books agree; only what the site itself lists shows what the feed leaves out."""
    feed = odd[0].runtime.state.feeds.snapshot("json").url
    sitemap = f"{feed.rpartition('/')[0]}/sitemap.xml"
    answer = odd[0].kuzet("feeds", "recall", "json", "--sitemap", sitemap, "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["seen"], found["listed"]) == (1, 3, 4)
    assert [(each["link"].rpartition("/")[2], each["seen"]) for each in found["missed"]] == [("3", False)]
    assert json.loads(odd[0].kuzet("feeds", "show", "json", "--json").stdout)["recall"]["listed"] == 4
