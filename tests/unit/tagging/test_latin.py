"""Kazakh in Latin letters is tagged as its Cyrillic reading, and explained in the text as published."""

from __future__ import annotations

import pytest

from benchmarks.support.latin import ALPHABETS, in_latin
from pipelines.models import Tagging
from pipelines.tagging import Tagger

TITLE = "Шымкентте есірткі тәркіленді"
BODY = """Полиция қызметкерлері Шымкентте есірткі сатқан үш адамды ұстады, деп хабарлады Талғат Әбенов.
Күдіктілерден он келі апиын тәркіленді, қылмыстық іс қозғалып, олар тергеу изоляторына қамалды."""


def found(tagging: Tagging) -> tuple[object, ...]:
    figures = {(figure.kind, figure.value) for figure in tagging.figures}
    return tagging.topics, tagging.severity, tagging.regions, tagging.persons, figures


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_tags_are_those_of_the_cyrillic_text(tagger: Tagger, alphabet: str):
    """An agency publishes its whole edition so; without the reading it has no tag at all."""
    cyrillic = tagger.tag(TITLE, BODY, language="kk")
    latin = tagger.tag(in_latin(TITLE, alphabet), in_latin(BODY, alphabet), language="kk")
    assert "drugs" in latin.topics
    if alphabet != "plain":  # without marks a name may be read otherwise
        assert found(latin) == found(cyrillic)


def test_reasons_point_into_the_text_as_published(tagger: Tagger):
    """An analyst sees the words on the page marked, not words that are not there."""
    texts = {"title": in_latin(TITLE, "2018"), "body": in_latin(BODY, "2018")}
    tagging = tagger.tag(texts["title"], texts["body"], language="kk")
    spans = [span for tag in tagging.tags for span in tag.spans] + [figure.span for figure in tagging.figures]
    assert spans
    assert all(texts[span.field][span.start : span.end] == span.form for span in spans if span)
    assert tagging.in_cyrillic is not None
    assert tagging.in_cyrillic.title == TITLE


def test_other_texts_have_no_reading(tagger: Tagger):
    """Neither Cyrillic texts nor other languages are changed."""
    assert tagger.tag(TITLE, BODY, language="kk").in_cyrillic is None
    assert tagger.tag("Police seized drugs in Almaty", "Three men were held.", language="en").in_cyrillic is None
