"""Tagging: quality on labelled news, cost beside trafilatura and raw Aho-Corasick, growth on hostile input.

KUZET_SHARED names the folder of the development data: KUZET_SHARED=… python benchmarks/tagging.py
"""

from __future__ import annotations

import html
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import ahocorasick_rs
import trafilatura
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from config.settings import HERE
from pipelines.language.detect import detect
from pipelines.models import Tagging
from pipelines.tagging import Tagger
from pipelines.tagging.text import Text
from worker.rules import RuleFiles

SETS = {"ru": ("news_ru_dev", "news_ru_dev2"), "kk": ("news_kk_dev",)}
Row = dict[str, object]


def load(shared: Path, names: Iterable[str]) -> list[Row]:
    texts = [(shared / f"data/{name}.jsonl").read_text(encoding="utf-8") for name in names]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def tag(tagger: Tagger, row: Row, language: str) -> Tagging:
    """Tag as the pipeline does: the language of a text is detected, that of a sentence is known."""
    text = str(row["text"])
    detected = detect(text).language if "title" in row else language
    return tagger.tag(str(row.get("title", "")), text, language=detected)


def scores(pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[float, float, float]:
    """Micro precision, recall and F1 of (expected, found)."""
    pairs = list(pairs)
    right = sum(len(expected & found) for expected, found in pairs)
    found = sum(len(found) for _, found in pairs) or 1
    expected = sum(len(expected) for expected, _ in pairs) or 1
    return right / found, right / expected, 2 * right / (found + expected)


def quality(tagger: Tagger, shared: Path) -> Table:
    table = Table(title="Quality on labelled news (micro)")
    for column in ("set", "what", "precision", "recall", "F1"):
        table.add_column(column)
    for language, names in SETS.items():
        for label, rows in (
            ("all", load(shared, names)),
            ("sure", [r for r in load(shared, names) if not r.get("unsure")]),
        ):
            pairs = [(set(row["topics"]), set(tag(tagger, row, language).topics)) for row in rows]
            table.add_row(language, f"topics, {label} {len(rows)}", *(f"{score:.3f}" for score in scores(pairs)))
        rows = [row for row in load(shared, names[:1]) if row["topics"] or language == "kk"]
        pairs = [(set(row["regions"]), set(tag(tagger, row, language).regions)) for row in rows]
        table.add_row(language, f"regions, {len(rows)}", *(f"{score:.3f}" for score in scores(pairs)))
    return table


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def page_of(row: Row) -> str:
    """A page as news sites serve them: 300 words among some 700 elements of menus, cards and counters."""
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in str(row["text"]).split("\n"))
    menu = "".join(
        f'<li class="item"><a href="/{number}"><span>Раздел {number}</span></a></li>' for number in range(80)
    )
    card = '<div class="card"><a href="/n{0}"><img src="/{0}.jpg"><h4>Ещё новость {0}</h4></a><time>10:{0}</time></div>'
    related = "".join(card.format(number) for number in range(70))
    title = html.escape(str(row.get("title", "")))
    return (
        f"<html><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{paragraphs}"
        f"</article><aside>{related}</aside><footer>Все права защищены</footer></body></html>"
    )


def cost(shared: Path) -> Table:
    """Everything on: topics, contexts, figures, places, names. Cold: a fresh ruleset that has seen no word."""
    rows = load(shared, SETS["ru"])
    pages = [page_of(row) for row in rows]
    extraction = seconds(lambda: [trafilatura.bare_extraction(page) for page in pages])
    fresh = Tagger(RuleFiles(HERE).ruleset())
    articles = [(str(row["title"]), str(row["text"])) for row in rows]
    cold = seconds(lambda: [fresh.tag(title, text, language="ru") for title, text in articles])
    warm = seconds(lambda: [fresh.tag(title, text, language="ru") for title, text in articles])
    table = Table(title=f"Cost of {len(rows)} articles, one core")
    for column in ("what", "ms an article", "share of trafilatura"):
        table.add_column(column)
    for name, took in (("trafilatura.bare_extraction", extraction), ("tag, cold", cold), ("tag, warm", warm)):
        table.add_row(name, f"{took / len(rows) * 1000:.2f}", f"{took / extraction:.2f}")
    return table


def matching(tagger: Tagger, shared: Path) -> Table:
    """Our matching finds phrases, gaps and negation too; raw Aho-Corasick only strings of all forms."""
    forms = sorted(tagger.ruleset.matcher.forms("ru"))
    raw = ahocorasick_rs.AhoCorasick(forms)
    texts = [str(row["text"]) for row in load(shared, SETS["ru"])]
    ours = seconds(lambda: [tagger.ruleset.matcher.find(Text(text), language="ru") for text in texts])
    theirs = seconds(lambda: [raw.find_matches_as_indexes(text.lower(), overlapping=True) for text in texts])
    table = Table(title=f"Matching alone: {len(tagger.ruleset.matcher.patterns)} patterns, {len(forms)} Russian forms")
    for column in ("what", "MB/s", "of raw"):
        table.add_column(column)
    size = sum(len(text.encode()) for text in texts) / 1e6
    for name, took in (("ahocorasick_rs, overlapping strings", theirs), ("kuzet matcher, with text cutting", ours)):
        table.add_row(name, f"{size / took:.1f}", f"{theirs / took:.2f}")
    return table


HOSTILE: dict[str, Callable[[int], str]] = {
    "news repeated to 2.5 / 5 MB": lambda half: "В Актобе задержаны 12 человек, изъято 5 кг гашиша. " * (25_000 * half),
    "50,000 / 100,000 terms": lambda half: "теракт " * (50_000 * half),
    "a token of 0.5 / 1 MB": lambda half: "б" * (500_000 * half),
    "dots, 0.5 / 1 MB": lambda half: "." * (500_000 * half),
    "digits, 0.5 / 1 MB": lambda half: "1 " * (250_000 * half),
    "capitals, 0.5 / 1 MB": lambda half: "Иван Иванов " * (42_000 * half),
    "questions, 0.5 / 1 MB": lambda half: "теракт?\n" * (62_000 * half),
}


def hostile(tagger: Tagger) -> Table:
    table = Table(title="Hostile input: twice the input may take 2.3 × the time")
    for column in ("what", "half, s", "whole, s", "ratio", "peak MB for the whole"):
        table.add_column(column)
    for name, make in HOSTILE.items():
        half, whole = make(1), make(2)
        took = [
            min(seconds(lambda text=text: tagger.tag("", text, language="ru")) for _ in range(2))
            for text in (half, whole)
        ]
        tracemalloc.start()
        tagger.tag("", whole, language="ru")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        table.add_row(name, *(f"{each:.2f}" for each in took), f"{took[1] / took[0]:.2f}", f"{peak / 1e6:.0f}")
    return table


def main() -> None:
    console = Console()
    shared = os.environ.get("KUZET_SHARED")
    start = time.process_time()
    tagger = RuleFiles(HERE).tagger()
    console.print(f"Ruleset {tagger.ruleset.version} compiled in {time.process_time() - start:.1f} s of CPU")
    if shared:
        console.print(quality(tagger, Path(shared)), cost(Path(shared)), matching(tagger, Path(shared)))
    else:
        console.print("KUZET_SHARED does not name the development data: quality and cost are left out")
    console.print(hostile(tagger))


if __name__ == "__main__":
    main()
