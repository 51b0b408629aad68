"""Topics, regions and figures on real, labelled news: the numbers the project promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipelines.language.detect import detect
from pipelines.models import Tagging
from pipelines.tagging import Tagger

pytestmark = pytest.mark.shared

RUSSIAN = ("news_ru_dev", "news_ru_dev2")
KAZAKH = ("news_kk_dev",)
Row = dict[str, object]


@pytest.fixture(scope="module")
def tagged(shared: Path, tagger: Tagger) -> Callable[[Iterable[str]], list[tuple[dict, Tagging]]]:
    """The rows of labelled files, each with its tagging."""

    def read(names: Iterable[str]) -> list[tuple[dict, Tagging]]:
        texts = [(shared / f"data/{name}.jsonl").read_text(encoding="utf-8") for name in names]
        rows = [json.loads(line) for text in texts for line in text.split("\n") if line]
        return [(row, _tag(tagger, row)) for row in rows]

    return read


def _tag(tagger: Tagger, row: dict) -> Tagging:
    hint = "kk" if "title" not in row else ""
    return tagger.tag(row.get("title", ""), row["text"], language=detect(row["text"], hint=hint).language)


def _scores(pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[float, float]:
    """Micro precision and F1 of (expected, found)."""
    pairs = list(pairs)
    right = sum(len(expected & found) for expected, found in pairs)
    found_count = sum(len(found) for _, found in pairs)
    expected_count = sum(len(expected) for expected, _ in pairs)
    return right / found_count, 2 * right / (found_count + expected_count)


def test_russian_topics(tagged):
    """Russian news: the topics of a person are the topics of the rules."""
    precision, f1 = _scores((set(row["topics"]), set(tagging.topics)) for row, tagging in tagged(RUSSIAN))
    assert precision >= 0.87, precision
    assert f1 >= 0.87, f1


def test_kazakh_topics(tagged):
    """Kazakh sentences: a tagger that only knows Russian is no tagger for Kazakhstan."""
    precision, f1 = _scores((set(row["topics"]), set(tagging.topics)) for row, tagging in tagged(KAZAKH))
    assert precision >= 0.88, precision
    assert f1 >= 0.85, f1


def test_regions(tagged):
    """The place of the matter is found; articles without a topic carry no region labels in the Russian set."""
    for names in (RUSSIAN[:1], KAZAKH):
        rows = [(row, tagging) for row, tagging in tagged(names) if row["topics"] or names == KAZAKH]
        _, f1 = _scores((set(row["regions"]), set(tagging.regions)) for row, tagging in rows)
        assert f1 >= 0.90, (names, f1)


MONEY = ("tenge", "roubles", "dollars", "yuan", "pounds", "euro")
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


def _kinds(label: str) -> tuple[str, ...]:
    if any(currency in label for currency in MONEY):
        return ("money",)
    return next((kinds for word, kinds in KINDS.items() if word in label), ("other", "members"))


def test_figures(tagged):
    """Three of four labelled figures come out with their value and their kind."""
    wanted = found = 0
    for row, tagging in tagged(RUSSIAN):
        for figure in row["figures"]:
            wanted += 1
            kinds = _kinds(figure["what"])
            value = figure["value"] / 1000 if kinds == ("drugs_kg",) else figure["value"]
            found += any(out.kind in kinds and out.value == value for out in tagging.figures)
    assert found / wanted >= 0.75, (found, wanted)
