"""An attacker at the desk: strings in every field, addresses that lead elsewhere, headers, files, a flood."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from pipelines.models import VersionedDocument
from pipelines.search.request import SearchRequest
from tests.support.desk_visitor import DeskVisitor, Seen
from tests.support.running_watch import Watch

ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{4321*1234}}\u202egnp.exe"
EVIL = "javascript:alert(document.cookie)//"
ID = "e" * 32
PAGES = (
    "/?all=1&since=7d", "/search?q=attacked", f"/article/{ID}", f"/article/{ID}?images=1", f"/search?like={ID}",
    "/map?all=1", "/trends", "/sources", "/watch", "/alerts", "/stories?since=7d",
)  # fmt: skip


@pytest.fixture(scope="module")
def attacked(watch: Watch) -> Iterator[None]:
    """An article whose every field is an attack."""
    base = next(iter(watch.runtime.search.scan(SearchRequest(filters={"topic": ("drugs",)})))).document
    span = {"field": "body", "start": 0, "end": 30, "form": ATTACK, "term": ATTACK, "weight": 4.0}
    document = {
        **base,
        "id": ID, "url": EVIL, "image_url": EVIL, "source": ATTACK, "family": ATTACK, "feed": ATTACK,
        "same_text": "attack", "summary": ATTACK, "why": f"{ATTACK}: {ATTACK}; x",
        "title": f"attacked {ATTACK}", "body": f"{ATTACK} attacked\n\n{ATTACK}",
        "topics": [ATTACK], "contexts": [ATTACK], "rules": [ATTACK], "regions": [ATTACK], "places": [ATTACK],
        "persons": [ATTACK], "organisations": [ATTACK], "language": "ru", "ruleset": ATTACK,
        "tags": {
            "topics": [{"topic": ATTACK, "rule": ATTACK, "score": 4, "threshold": 4, "spans": [span]}],
            "contexts": [{"context": ATTACK, "topic": ATTACK, "spans": [span]}],
            "figures": [
                {"kind": ATTACK, "value": 1, "unit": ATTACK, "qualifier": ATTACK, "role": ATTACK, "span": span}
            ],
            "severity_reason": ATTACK,
        },
    }  # fmt: skip
    watch.runtime.search.bulk([VersionedDocument(ID, time.time_ns() // 1000, document)])
    watch.runtime.search.refresh()
    yield
    watch.runtime.search.delete(ID)
    watch.runtime.search.refresh()


def assert_harmless(seen: Seen, path: str) -> None:
    """Nothing of the attack became a tag, an attribute or a link."""
    tree = seen.tree
    assert [script.get("src") for script in tree.xpath("//script")] == tree.xpath("//head/script/@src"), path
    assert not tree.xpath("//script[not(@src)] | //img[@src='x'] | //style | //iframe | //base | //object"), path
    assert not tree.xpath("//@*[starts-with(name(), 'on')]"), path
    links = tree.xpath("//@href | //@src | //@action")
    assert not [link for link in links if re.match(r"(?i)\s*(javascript|data|vbscript):", link)], path
    assert not [link for link in links if link.startswith("//")], path
    assert "\u202e" not in seen.text, path
    assert "5332114" not in seen.text, path


@pytest.mark.parametrize("path", PAGES)
def test_strings_of_an_article_stay_text(visitor: DeskVisitor, attacked: None, path: str):
    """A publisher, or a person who took over a site, writes into our pages."""
    seen = visitor.get(path)
    assert seen.status == 200, seen.words
    assert_harmless(seen, path)


@pytest.mark.parametrize(
    "path", ["/search", "/", "/map", "/trends", "/trace", "/sign-in", "/watch", "/sources", "/nowhere"]
)
@pytest.mark.parametrize("name", ["q", "topic", "since", "article", "next", "lang", "theme", "done", "after", "like"])
def test_strings_of_an_address_stay_text(visitor: DeskVisitor, path: str, name: str):
    """A link can be sent to someone who is signed in."""
    seen = visitor.get(f"{path}?{name}={quote(ATTACK, safe='')}")
    assert seen.status < 500
    if seen.headers.get("content-type", "").startswith("text/html"):
        assert_harmless(seen, path)


@pytest.mark.parametrize("value", ["%0d%0aX-Evil:%201", "ru%0d%0aSet-Cookie:%20a=b", "%00"])
@pytest.mark.parametrize("name", ["lang", "theme", "q", "next", "done"])
def test_no_header_is_made_of_an_address(visitor: DeskVisitor, name: str, value: str):
    """A line end in a value must not begin a header."""
    seen = visitor.get(f"/?{name}={value}")
    assert "x-evil" not in seen.headers
    assert "a=b" not in seen.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../etc/passwd",
        "/static/..%2f..%2fconfig/settings.py",
        "/static/%2e%2e/desk.py",
        "/static//etc/passwd",
        "/article/..%2f..%2fetc",
        "/sources/..%2fx",
    ],
)
def test_no_file_but_ours_is_given_out(visitor: DeskVisitor, path: str):
    """Static files are looked up by name, not by path."""
    assert visitor.get(path).status in {400, 404}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "kuzet", ""])
def test_other_host_names_are_refused(visitor: DeskVisitor, host: str):
    """A name of another site that leads to 127.0.0.1 would read everything."""
    assert visitor.get("/", host=host).status in {400, 421}


def test_a_proxy_that_no_one_named_is_refused(visitor: DeskVisitor):
    """All who come by it would be admin."""
    assert visitor.get("/", **{"x-forwarded-for": "8.8.8.8"}).status == 421


def test_a_form_that_is_too_large_is_refused(visitor: DeskVisitor):
    """A form is at most a megabyte."""
    assert visitor.post("/sources/import", file="x" * 1_100_000).status == 413


def test_a_flood_does_not_reach_the_workers(watch: Watch, visitor: DeskVisitor, desk_url: str):
    """Readers and a flood wait; what polls and indexes does not notice."""
    ask = DeskVisitor(desk_url)
    with ThreadPoolExecutor(24) as pool:
        answers = [*pool.map(lambda n: ask.get(f"/search?q=flood{n}").status, range(150))]
    assert set(answers) <= {200, 503}
    assert visitor.get("/").status == 200
    watch.newsroom.go_on()
    watch.settle()
