"""Extraction on real pages: ours against plain trafilatura, measured in the same run.

Needs KUZET_SHARED, the folder with the development data (25 pages with gold). Run: python -m benchmarks.pages
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import trafilatura

from pipelines.models import Page
from pipelines.pages import extract_article

ROUNDS = 3
NOW = datetime(2026, 9, 25, tzinfo=UTC)

Extractor = Callable[[str, bytes], tuple[str, str]]
"""(url, bytes of a page) → (text, day of publication)."""


@dataclass
class Score:
    """What one extractor found, and how long a page took it."""

    wanted: int = 0
    found: int = 0
    unwanted: int = 0
    leaked: int = 0
    dated: int = 0
    days_right: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, gold: dict[str, Any], text: str, *, day: str) -> None:
        seen = _flat(text)
        self.wanted += len(gold["with"])
        self.found += sum(_flat(part) in seen for part in gold["with"])
        self.unwanted += len(gold["without"])
        self.leaked += sum(_flat(part) in seen for part in gold["without"])
        self.dated += bool(gold["date"])
        self.days_right += bool(gold["date"]) and gold["date"] == day


def ours(url: str, body: bytes) -> tuple[str, str]:
    page = Page(url=url, final_url=url, status=200, headers={}, body=body, fetched_at=NOW)
    article = extract_article(page, entry=None, observed_at=NOW)
    return article.body, article.published_at.date().isoformat()


def plain_trafilatura(url: str, body: bytes) -> tuple[str, str]:
    document = trafilatura.bare_extraction(body, url=url, include_comments=False, with_metadata=True)
    return (getattr(document, "text", "") or "", getattr(document, "date", "") or "")


def measure(folder: Path, extract: Extractor) -> Score:
    """Run an extractor over all pages; of each page's rounds the fastest counts."""
    score = Score()
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = (folder / gold["file"]).read_bytes()
        rounds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            text, day = extract(gold["url"], body)
            rounds.append(time.perf_counter() - started)
        score.seconds.append(min(rounds))
        score.add(gold, text, day=day)
    return score


def main() -> int:
    shared = os.environ.get("KUZET_SHARED")
    if not shared:
        print("KUZET_SHARED is not set: it names the folder with the pages this benchmark reads.", file=sys.stderr)
        return 2
    folder = Path(shared) / "data" / "pages"
    plain, mine = measure(folder, plain_trafilatura), measure(folder, ours)
    _print_table(_rows(plain, mine))
    return 0


def _rows(plain: Score, mine: Score) -> Iterable[tuple[str, str, str, str]]:
    yield "", "trafilatura", "kuzet", "ratio"
    yield (
        "sentences in",
        f"{plain.found}/{plain.wanted}",
        f"{mine.found}/{mine.wanted}",
        _ratio(mine.found, plain.found),
    )
    yield (
        "boilerplate leaked",
        f"{plain.leaked}/{plain.unwanted}",
        f"{mine.leaked}/{mine.unwanted}",
        _ratio(mine.leaked, plain.leaked),
    )
    yield (
        "days right",
        f"{plain.days_right}/{plain.dated}",
        f"{mine.days_right}/{mine.dated}",
        _ratio(mine.days_right, plain.days_right),
    )
    for name, pick in (("median ms a page", median), ("slowest ms", max), ("all pages ms", sum)):
        one, two = (pick(score.seconds) * 1000 for score in (plain, mine))
        yield name, f"{one:.0f}", f"{two:.0f}", _ratio(two, one)


def _ratio(mine: float, plain: float) -> str:
    return f"{mine / plain:.2f}" if plain else "-"


def _print_table(rows: Iterable[tuple[str, str, str, str]]) -> None:
    for name, plain, mine, ratio in rows:
        print(f"{name:<20}{plain:>14}{mine:>14}{ratio:>10}")


def _flat(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\u200b", "").replace("\u00ad", "")
    return re.sub(r"\s+", " ", text)


if __name__ == "__main__":
    sys.exit(main())
