"""The gazetteer knows every region, district and town of the development data's lists."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.language.normalise import repair
from pipelines.tagging import Tagger
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.names.places import find_places

pytestmark = pytest.mark.shared

OFF_IN_THE_SOURCE = {
    "Талдықорған": "Талдыкорган",
    "Кзылкогинский": "Кызылкогинский",
    "Аль-Фарабиский": "Аль-Фарабийский",
    "Енбекшинскийский": "Енбекшинский",
    "Каратаускийский": "Каратауский",
}
"""Spellings of the source that are no Russian."""


@pytest.fixture(scope="module")
def known(tagger: Tagger) -> tuple[Matcher, Gazetteer]:
    """The gazetteer, compiled."""
    return tagger.ruleset.matcher, tagger.ruleset.gazetteer


def _rows(shared: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((shared / "data" / name).read_text(encoding="utf-8").splitlines()))


def _regions(known: tuple[Matcher, Gazetteer], source: str, language: str) -> set[str]:
    matcher, gazetteer = known
    text = Text(source, language=language)
    return {place.region for place in find_places([Found(text, matcher.find(text))], gazetteer)}


def test_the_regions_are_those_of_the_source(known, shared):
    """Labels, dashboards and facets speak of twenty regions by one spelling."""
    _, gazetteer = known
    expected = {row["ADM1_EN"] for row in _rows(shared, "kz_regions.csv")}
    assert {entry.place.name for entry in gazetteer.entries if entry.kind == "regions"} == expected
    assert len(expected) == 20


def _in_russian(name: str) -> str:
    if name.endswith(("ский", "цкий")):
        return f"в {name[:-2]}ом районе"
    return f"район {name}, город {name}"


def test_every_district_of_the_source_gives_its_region(known, shared):
    """All 224 districts and cities, in both languages; its region is given too, since some names occur twice."""
    labels = known[1].labels()
    rows = _rows(shared, "kz_districts.csv")
    for row in rows:
        region = row["ADM1_EN"]
        russian = repair(row["ADM2_RU"]).text
        russian = _in_russian(OFF_IN_THE_SOURCE.get(russian, russian))
        kazakh = repair(row["ADM2_KK"]).text
        assert region in _regions(known, f"— {russian}. {labels[region][1]}.", "ru"), russian
        assert region in _regions(known, f"— {kazakh} ауданы, {kazakh} қаласы. {labels[region][0]}.", "kk"), kazakh
    assert len(rows) == 224


def test_the_places_of_districts_are_named(known, shared):
    """A district adds itself to its region: the facet of places shows which one."""
    _, gazetteer = known
    named = {(entry.place.region, label) for entry in gazetteer.entries for label in entry.labels}
    missing = []
    for row in _rows(shared, "kz_districts.csv"):
        kazakh = repair(row["ADM2_KK"]).text
        bare = {kazakh, f"{kazakh} қаласы", f"{kazakh}ск"}
        if not any((row["ADM1_EN"], name) in named for name in bare):
            missing.append((row["ADM1_EN"], kazakh))
    assert missing == []
