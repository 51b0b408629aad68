"""Topics on invented articles whose writer had not seen the rules: what to expect of other news."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.language.detect import detect
from pipelines.tagging import Tagger

HELD_OUT = Path(__file__).resolve().parents[2] / "data/held_out"


@pytest.mark.parametrize(
    ("corpus", "half", "least_precision", "least_f1"),
    [
        ("ru", "odd", 0.90, 0.90),
        ("ru", "even", 0.93, 0.93),
        ("ru2", "odd", 0.76, 0.75),
        ("ru2", "even", 0.93, 0.93),
        ("kk", "odd", 0.90, 0.92),
        ("kk", "even", 0.93, 0.93),
        ("kk2", "odd", 0.84, 0.87),
        ("kk2", "even", 0.95, 0.95),
    ],
)
def test_topics_of_unseen_articles(
    tagger: Tagger, corpus: str, half: str, least_precision: float, least_f1: float
) -> None:
    """A rule for one article does not help in a half that no one read while rules were written: odd ru2 and kk2."""
    language = corpus[:2]
    lines = (HELD_OUT / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if (int(row["id"].split("-")[1]) % 2 == 1) == (half == "odd")]
    pairs = [(set(row["topics"]), _topics(tagger, row["title"], row["text"], language)) for row in rows]
    right = sum(len(expected & found) for expected, found in pairs)
    found = sum(len(found) for _, found in pairs)
    expected = sum(len(expected) for expected, _ in pairs)
    precision, f1 = right / found, 2 * right / (found + expected)
    assert (precision >= least_precision, f1 >= least_f1) == (True, True), (precision, f1)


def _topics(tagger: Tagger, title: str, text: str, language: str) -> set[str]:
    return set(tagger.tag(title, text, language=detect(text, hint=language).language).topics)
