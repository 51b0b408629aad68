"""Topics, regions and figures on real, labelled news: the numbers the project promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from benchmarks.support.labelled import KAZAKH, RUSSIAN, Row, figures_found, load, scores, tag
from pipelines.models import Tagging
from pipelines.tagging import Tagger

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def tagged(shared: Path, tagger: Tagger) -> Callable[[Iterable[str]], list[tuple[Row, Tagging]]]:
    """The rows of labelled files, each with its tagging."""

    @cache
    def tagged_rows(name: str) -> list[tuple[Row, Tagging]]:
        return [(row, tag(tagger, row)) for row in load(shared, [name])]

    return lambda names: [pair for name in names for pair in tagged_rows(name)]


def test_russian_topics(tagged):
    """Russian news: the topics of a person are the topics of the rules."""
    precision, _, f1 = scores((set(row["topics"]), set(tagging.topics)) for row, tagging in tagged(RUSSIAN))
    assert precision >= 0.88, precision
    assert f1 >= 0.87, f1


def test_kazakh_topics(tagged):
    """Kazakh sentences: a tagger that only knows Russian is no tagger for Kazakhstan."""
    precision, _, f1 = scores((set(row["topics"]), set(tagging.topics)) for row, tagging in tagged(KAZAKH))
    assert precision >= 0.88, precision
    assert f1 >= 0.85, f1


def test_regions(tagged):
    """The place of the matter is found; articles without a topic carry no region labels in the Russian set."""
    for names in (RUSSIAN[:1], KAZAKH):
        rows = [(row, tagging) for row, tagging in tagged(names) if row["topics"] or names == KAZAKH]
        _, _, f1 = scores((set(row["regions"]), set(tagging.regions)) for row, tagging in rows)
        assert f1 >= 0.90, (names, f1)


def test_figures(tagged):
    """Three of four labelled figures come out with their value and their kind."""
    found, wanted = figures_found(tagged(RUSSIAN))
    assert found / wanted >= 0.75, (found, wanted)
