"""Persons and bodies named in news, as a reader lists them, and how many of them come out.

The labels are ours (tests/data/labelled); the texts are development data and our own held-out news, found by their id.
Of each language every third id, sorted, is left unread by those who write the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.language.normalise import fold

HERE = Path(__file__).resolve().parents[2] / "tests/data"
DEVELOPMENT = (
    *("data/news_ru_dev.jsonl", "data/news_ru_dev2.jsonl", "data/news_ru_dev3.jsonl", "data/news_kk_dev.jsonl"),
    *("data/news_kk_dev2.jsonl", "data/news_kk_dev2_articles.jsonl", "data/search_akorda/passages.jsonl"),
)
HELD_OUT = ("kk", "kk2", "ru", "ru2")
LONGEST = 4_000
"""Characters that were read of each text, where its label does not say less."""


class Labelled(NamedTuple):
    """A text with the names in it. `part`: read or unread."""

    id: str
    title: str
    text: str
    language: str
    names: frozenset[str]
    part: str


def labelled(kind: str, shared: Path) -> Iterator[Labelled]:
    """Yield the texts labelled with `persons` or `organisations`."""
    texts = {row["id"]: row for file in _files(shared) for row in _rows(file)}
    rows = sorted(_rows(HERE / f"labelled/{kind}.jsonl"), key=lambda row: str(row["id"]))
    places = dict.fromkeys(("kk", "ru"), 0)
    for row in rows:
        language = row["language"]
        part = "unread" if places[language] % 3 == 2 else "read"
        places[language] += 1
        article = texts[row["id"]]
        title = "" if "passage_idx" in article else article.get("title", "")  # a speech, whose title is of the whole
        text = article["text"][: row.get("read", LONGEST)]
        yield Labelled(row["id"], title, text, language, frozenset(row[kind]), part)


def _files(shared: Path) -> list[Path]:
    return [*(shared / name for name in DEVELOPMENT), *(HERE / f"held_out/{name}.jsonl" for name in HELD_OUT)]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def precision_and_recall(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> tuple[float, float, int]:
    """Return precision, recall and how many are wanted, of (wanted, found); letters are compared without case and ё."""
    folded = [({fold(name) for name in wanted}, {fold(name) for name in found}) for wanted, found in pairs]
    right = sum(len(wanted & found) for wanted, found in folded)
    found = sum(len(found) for _, found in folded)
    wanted = sum(len(wanted) for wanted, _ in folded)
    return right / (found or 1), right / (wanted or 1), wanted
