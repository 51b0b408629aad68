"""The proof of faults in its short form: every article once, whatever fails; and a broken build is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.faults.controls import CONTROLS
from benchmarks.faults.plan import Shape
from benchmarks.faults.proving import caught, run
from benchmarks.faults.schedule import SHORT, schedule
from tests.support.forked_house import forked_houses

pytestmark = pytest.mark.timeout(240)

SHAPE = Shape(articles=70, feeds=6, sites=3, span_s=14.0)
FEW = Shape(articles=24, feeds=3, sites=3, span_s=3.0)


@pytest.fixture
def start(search_url: str, dictionary: Path, install_dictionary: Callable[[Path], str]):
    install_dictionary(dictionary)
    return forked_houses(search_url)


def test_every_article_is_there_once_whatever_fails(start, tmp_path: Path):
    """`make proof-faults` does the same with a thousand articles and every kind of fault, on engines of its own."""
    faults = schedule(5, span_s=SHAPE.span_s, sites=SHAPE.sites, faults=SHORT, first_s=4.0)
    found = run(5, SHAPE, faults, patience_s=90.0, start=start, keep=tmp_path)
    assert not found.verdict.wrong, found.verdict.examples
    assert [done.remark for done in found.done] == [""] * len(SHORT), "each fault was done"


def test_a_broken_build_is_caught(start):
    """A checker that finds nothing wrong with anything would prove nothing."""
    control = replace(CONTROLS["sighting-lost"], shape=FEW)
    assert {"missing"} <= caught(control, start=start).keys()
