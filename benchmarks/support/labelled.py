"""Labelled news of the development data, and what its free-text labels mean in the words of the tagger."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.language.detect import detect
from pipelines.models import Tagging
from pipelines.tagging import Tagger

RUSSIAN, KAZAKH = ("news_ru_dev", "news_ru_dev2"), ("news_kk_dev",)
Row = dict[str, Any]

CURRENCIES = ("tenge", "roubles", "dollars", "yuan", "pounds", "euro")
KINDS = {
    "detained": ("detained", "arrested", "wanted"),
    "arrested": ("arrested", "detained"),
    "killed": ("killed",),
    "found dead": ("killed",),
    "injured": ("injured",),
    "poisoned": ("injured",),
    "convicted": ("convicted",),
    "held liable": ("convicted",),
    "deported": ("deported",),
    "expelled": ("deported",),
    "victims": ("victims",),
    "cases": ("cases",),
    "warrants": ("cases", "wanted"),
    "rifles": ("weapons",),
    "guns": ("weapons",),
    "grams": ("drugs_kg",),
}
"""What a label's words allow; what they do not name is `other` or `members`."""


def load(shared: Path, names: Iterable[str]) -> list[Row]:
    texts = [(shared / f"data/{name}.jsonl").read_text(encoding="utf-8") for name in names]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def tag(tagger: Tagger, row: Row) -> Tagging:
    """Tag as the pipeline does: the language is detected; that of a sentence without a title is Kazakh when unsure."""
    hint = "" if "title" in row else "kk"
    return tagger.tag(row.get("title", ""), row["text"], language=detect(row["text"], hint=hint).language)


def scores(pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[float, float, float]:
    """Micro precision, recall and F1 of (expected, found)."""
    pairs = list(pairs)
    right = sum(len(expected & found) for expected, found in pairs)
    found = sum(len(found) for _, found in pairs) or 1
    expected = sum(len(expected) for expected, _ in pairs) or 1
    return right / found, right / expected, 2 * right / (found + expected)


def figures_found(tagged: Iterable[tuple[Row, Tagging]]) -> tuple[int, int]:
    """Count the labelled figures that came out with their value and kind, and all that are labelled."""
    each = [_is_found(figure, tagging) for row, tagging in tagged for figure in row["figures"]]
    return sum(each), len(each)


def _is_found(label: Row, tagging: Tagging) -> bool:
    kinds = _kinds(label["what"])
    value = label["value"] / 1000 if kinds == ("drugs_kg",) else label["value"]
    return any(figure.kind in kinds and figure.value == value for figure in tagging.figures)


def _kinds(what: str) -> tuple[str, ...]:
    if any(currency in what for currency in CURRENCIES):
        return ("money",)
    return next((kinds for word, kinds in KINDS.items() if word in what), ("other", "members"))
