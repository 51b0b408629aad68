"""`python -m benchmarks.fuzz`: give every reader of what strangers write mutated real documents.

A reader may refuse with an error of kuzet's own (`KuzetError`). Anything else that it raises is a finding, and so is a
document that takes longer than LIMIT_S of this process's time. The seed makes a run repeatable; findings are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.support.small_rules import SHARED, THEFT
from pipelines.errors import KuzetError
from pipelines.feeds import parse_catalogue, parse_feed, parse_sitemap
from pipelines.feeds.opml import parse_opml
from pipelines.models import Entry, Page
from pipelines.pages import extract_article
from pipelines.reading.dates import read_date
from pipelines.reading.texts import decode_text
from pipelines.search.body import build_search
from pipelines.search.request import SearchRequest
from pipelines.tagging.ruleset import parse_ruleset
from pipelines.urls import normalise_url
from seeds.newsroom import Newsroom, load_queries

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
URL = "https://news.example/a/1"
LIMIT_S = 12.0
MARKS = """<![CDATA[ ]]> <!-- --> &#27; &#xD800; &nbsp; <script> xmlns=' <!DOCTYPE <!ENTITY
{ } [ ] " ' : - %s %00 .. // @ \\ ( ) * ~ ^ AND OR NOT T25:99:99Z +99:99 0000-00-00 ١٢ ı İ ß 𝕏 é 99999999999999999999"""
TOKENS = tuple(mark.encode() for mark in (*MARKS.split(), "\x00", "\ufeff", "\u202e", "\t", "\n    "))


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads documents, and real ones to begin with."""

    read: Callable[[bytes], object]
    seeds: Sequence[bytes]


@dataclass(slots=True)
class Report:
    """What came of one reader. `findings`: what was raised, and the document."""

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    findings: list[tuple[str, bytes]] = field(default_factory=list)


def readers(shared: Path | None = None) -> Mapping[str, Reader]:
    """Return every reader by name; with `shared` also over the real feeds and pages that lie there."""
    pages, feeds, sitemaps = newsroom_documents()
    if shared:
        pages += [file.read_bytes() for file in sorted((shared / "data" / "wild").rglob("*.html"))]
        feeds += [file.read_bytes() for file in sorted((shared / "data" / "wild").rglob("*.xml"))]
    return {
        "feed": Reader(lambda body: parse_feed(body, url=URL, headers={}, now=NOW), feeds),
        "sitemap": Reader(lambda body: parse_sitemap(body, url=URL, headers={}, now=NOW), sitemaps),
        "page": Reader(read_page, pages),
        "text": Reader(lambda body: decode_text(body, where="a file"), ["Тақырып\n\nмәтін".encode()]),
        "opml": Reader(lambda body: parse_opml(body, file="feeds.opml"), [OPML.encode()]),
        "date": Reader(lambda body: read_date(as_text(body), now=NOW), [date.encode() for date in DATES]),
        "link": Reader(lambda body: normalise_url(as_text(body), base=URL), [link.encode() for link in LINKS]),
        "query": Reader(read_search, [query.word.encode() for query in load_queries()] + [q.encode() for q in QUERIES]),
        "rules": Reader(lambda body: parse_ruleset(SHARED | {"rules/theft.yaml": as_file(body)}), [THEFT.encode()]),
        "catalogue": Reader(lambda body: parse_catalogue(as_file(body), file="feeds.yaml"), [CATALOGUE.encode()]),
    }


OPML = '<opml version="2.0"><body><outline text="Жаңалық" xmlUrl="https://kaz.kz/rss"/></body></opml>'
CATALOGUE = "feeds:\n  - id: kaz\n    url: https://kaz.kz/rss\n    source: kaz.kz\n    languages: [kk]\n"
DATES = (
    "Mon, 30 Nov 2026 10:00:00 +0500",
    "2026-11-30T10:00:00Z",
    "30 қараша 2026, 10:00",
    "Вчера, 10:15",
    "1796090577",
)
LINKS = ("https://kaz.kz/a?b=1#c", "//қазақстан.қаз/жаңалық/1", "/news/1;jsessionid=A", "http://[2001:db8::1]:8080/x")
QUERIES = ('ұрлық AND (Алматы OR "Абай облысы") NOT спорт', "title:наркотик* severity:high", "полици~ -суд +2026")


def newsroom_documents() -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return pages, feeds and sitemaps of the newsroom, fetched from it as a worker would."""
    with Newsroom() as newsroom:
        newsroom.publish(count=24)
        listed = [feed.url for feed in parse_catalogue(newsroom.catalogue(), file="newsroom")]
        documents = [urlopen(url).read() for url in listed]  # loopback
        links = [expected.link for expected in newsroom.expectations()][:8]
        pages = [body for link in links if (body := _page(link))]
    sitemaps = [document for document in documents if b"<urlset" in document[:500]]
    return pages, [document for document in documents if document not in sitemaps], sitemaps


def _page(link: str) -> bytes:

    try:
        body: bytes = urlopen(link).read()  # loopback
    except URLError:
        return b""  # the newsroom has a page that is missing
    return body


def read_page(body: bytes) -> object:
    page = Page(url=URL, final_url=URL, status=200, headers={"content-type": "text/html"}, body=body, fetched_at=NOW)
    return extract_article(page, entry=Entry(link=URL, title="Тонау"), observed_at=NOW)


def read_search(body: bytes) -> object:
    return build_search(SearchRequest(text=as_text(body)), now=NOW)


def as_text(body: bytes) -> str:
    """Decode as the command line does: what is not UTF-8 becomes halves of pairs."""
    return body.decode("utf-8", "surrogateescape")


def as_file(body: bytes) -> str:
    """Decode as a file of ours: one that is not UTF-8 is refused before it is read."""
    return body.decode("utf-8", "replace")


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a document of one or two seeds with one to eight changes."""
    body = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(body) + 1)
        end = min(len(body), at + chance.choice((1, 4, 40, 400)))
        match chance.randrange(7):
            case 0:
                del body[at:end]
            case 1:
                body[at:at] = chance.choice(TOKENS)
            case 2:
                body[at:end] = chance.randbytes(end - at)
            case 3:
                body[at:at] = body[at:end] * chance.choice((1, 2, 50))
            case 4:
                del body[at:]
            case 5:
                other = chance.choice(seeds)
                body[at:at] = other[chance.randrange(len(other) + 1) :][: chance.choice((40, 4000))]
            case 6:
                body[at:end] = chance.choice(TOKENS) * chance.choice((1, 200))
    return bytes(body)


def run(reader: Reader, *, count: int, seed: int, limit_s: float = LIMIT_S) -> Report:
    """Read `count` mutated documents."""
    chance, report = random.Random(seed), Report()  # repeatable, not secret
    for _ in range(count):
        body = mutated(reader.seeds, chance)
        started = time.process_time()
        try:
            reader.read(body)
        except KuzetError as error:
            report.refused[type(error).__name__] += 1
        except Exception as error:  # noqa: BLE001  # this is what is looked for
            report.findings.append((f"{type(error).__name__}: {error}"[:200], body))
        took_s = time.process_time() - started
        report.slowest_s = max(report.slowest_s, took_s)
        if took_s > limit_s:
            report.findings.append((f"took {took_s:.1f} s", body))
        report.read += 1
    return report


def lines(reports: Mapping[str, Report]) -> Iterator[str]:
    yield f"{'reader':<10} {'read':>6} {'refused':>8} {'slowest':>9} {'findings':>9}"
    for name, report in reports.items():
        refused = sum(report.refused.values())
        yield f"{name:<10} {report.read:>6} {refused:>8} {report.slowest_s * 1000:>6.0f} ms {len(report.findings):>9}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="documents for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="where findings are written")
    given = parser.parse_args()
    shared = os.environ.get("KUZET_SHARED")
    found = readers(Path(shared) if shared else None)
    reports = {name: run(reader, count=given.count, seed=given.seed) for name, reader in found.items()}
    print("\n".join(lines(reports)))
    for name, report in reports.items():
        for number, (what, body) in enumerate(report.findings):
            given.keep.mkdir(exist_ok=True)
            (given.keep / f"{name}-{given.seed}-{number}").write_bytes(body)
            print(json.dumps({"reader": name, "finding": what, "bytes": len(body)}, ensure_ascii=False))
    sys.exit(any(report.findings for report in reports.values()))


if __name__ == "__main__":
    main()
