"""Article → document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from pipelines.errors import KuzetError
from pipelines.models import (
    Article,
    Context,
    Extraction,
    Figure,
    GeoPoint,
    InCyrillic,
    IndexDocument,
    Place,
    PublishedFrom,
    Severity,
    Span,
    Tag,
    Tagging,
)
from pipelines.search.documents import (
    MAX_KEYWORD_BYTES,
    build_document,
    content_hash,
    explain_tags,
    figure_fields,
    same_text,
)
from pipelines.search.fields import FIELDS, figure_names

MAPPING = json.loads((Path(__file__).parents[3] / "config/search/mapping.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LEAD = (
    "Во вторник полицейские задержали в городе двоих мужчин, которых подозревают в краже лошадей "
    "у жителей трёх соседних сёл, и вернули табун хозяевам."
)
ARTICLE = Article(
    url="https://habar.example/1",
    title="Табун вернули хозяевам",
    body=LEAD,
    summary="Двое задержаны",
    language="ru",
    kazakh_share=0.0,
    extraction=Extraction.FULL,
    published_at=NOW - timedelta(minutes=5),
    published_from=PublishedFrom.FEED,
    observed_at=NOW - timedelta(minutes=1),
)
SPAN = Span(field="body", start=3, end=9, form="задержали", term="задержать")
TAGGING = Tagging(
    topics=("violent_crime",),
    severity=Severity.HIGH,
    tags=(Tag(topic="violent_crime", rule="violent_crime", score=3.0, threshold=2.0, spans=(SPAN,)),),
    contexts=(Context(context="drill", topic="terrorism", spans=(SPAN,)),),
    figures=(Figure(kind="detained", value=2, qualifier="about", span=SPAN), Figure(kind="detained", value=5)),
    places=(Place(name="Aksu", region="Pavlodar", latitude=52.0, longitude=76.9), Place(name="Turkey")),
    persons=("Ермек Ким",),
    ruleset="abc",
    why="violent_crime: задержали",
)


def document(article=ARTICLE, tagging=TAGGING):
    return build_document(
        article,
        tagging,
        article_id="a" * 32,
        source="habar",
        family="habar",
        feed="habar-ru",
        revision=1,
        indexed_at=NOW,
    )


def test_every_field_is_in_the_strict_mapping():
    """An unmapped field loses the whole document."""
    assert set(document()) <= set(MAPPING["properties"])
    assert set(document()["figures"]) <= set(MAPPING["properties"]["figures"]["properties"])


def test_every_mapped_field_is_filled_by_a_full_article():
    """A field that is never filled makes a dashboard that is always empty."""
    links = {"image_url": "https://habar.example/1.jpg", "translations": ("https://habar.example/ru/1-tabun",)}
    article = replace(ARTICLE, script="latin", **links)
    read = InCyrillic(title="Табун қайтарылды", body="Екі адам ұсталды.")
    tagging = replace(TAGGING, in_cyrillic=read, organisations=("МВД",), indicators=("bad.kz",), watch=("ours",))
    by_the_joiner = {"story", "story_score", "story_reasons"}
    assert set(document(article, tagging)) | by_the_joiner == set(MAPPING["properties"])


def test_figure_fields_mapping_and_query_agree():
    """One kind missing in one of the three is a figure that cannot be searched."""
    mapped = set(MAPPING["properties"]["figures"]["properties"])
    assert mapped == set(figure_names()) == {name[8:] for name in FIELDS if name.startswith("figures.")}


def test_absent_facts_are_absent_fields():
    """An empty string would be counted by a facet as a value."""
    bare = document(tagging=Tagging())
    assert not {"severity", "severity_rank", "topics", "regions", "location", "figures", "tags", "why"} & set(bare)
    assert bare["kazakh_share"] == 0.0


def test_times_and_latency():
    """Dashboards show publish → searchable in seconds; a clock that lies must not make it negative."""
    built = document()
    assert built["published_at"] == "2026-03-04T11:55:00.000Z"
    assert built["latency_seconds"] == 300.0
    assert document(replace(ARTICLE, published_at=NOW + timedelta(hours=1)))["latency_seconds"] == 0.0


def test_explanation_is_kept_whole():
    """The document alone must say why it was tagged."""
    tags = document()["tags"]
    assert tags["topics"][0]["spans"] == [
        {"field": "body", "start": 3, "end": 9, "form": "задержали", "term": "задержать"}
    ]
    assert tags["contexts"][0]["context"] == "drill"
    assert tags["figures"][0] | {"span": None} == {"kind": "detained", "value": 2, "qualifier": "about", "span": None}
    assert explain_tags(Tagging()) == {}


@pytest.mark.parametrize(
    ("figure", "fields"),
    [
        pytest.param(Figure(kind="detained", value=42), {"detained": [42]}, id="detained"),
        pytest.param(
            Figure(kind="money", value=5e9, unit="KZT", role="damage"), {"damage_kzt": [5e9]}, id="damage in tenge"
        ),
        pytest.param(Figure(kind="money", value=5, unit="USD"), {"money_usd": [5]}, id="dollars"),
        pytest.param(
            Figure(kind="money", value=5, unit="USD", role="ransom"), {"money_usd": [5]}, id="ransom in dollars"
        ),
        pytest.param(Figure(kind="money", value=5, unit="XAU"), {}, id="gold"),
        pytest.param(Figure(kind="camels", value=3), {"other": [3]}, id="unknown kind"),
    ],
)
def test_figures_by_kind(figure, fields):
    """A kind or currency the index does not know must not cost the document."""
    assert figure_fields([figure]) == fields


def test_all_values_of_a_kind_are_kept_in_order():
    """A digest detains 22 here and 42 there: a dashboard takes the greatest, a search finds both."""
    figures = [Figure(kind="detained", value=value) for value in (42, 22, 42)]
    assert figure_fields(figures) == {"detained": [22, 42]}


def test_too_long_names_are_kept_apart():
    """The engine refuses the whole document for one giant keyword; cutting it would invent a person."""
    giant = "ы" * MAX_KEYWORD_BYTES
    built = document(tagging=replace(TAGGING, persons=("Ермек Ким", giant)))
    assert built["persons"] == ["Ермек Ким"]
    assert built["tags"]["left_out"] == [{"field": "persons", "value": giant}]


def test_a_giant_address_is_an_error():
    """An address that is cut is another address."""
    with pytest.raises(KuzetError, match="url is over"):
        document(replace(ARTICLE, url="https://habar.example/" + "x" * MAX_KEYWORD_BYTES))


def test_content_hash_follows_words_only():
    """A new picture or date is no revision; a changed word is one."""
    assert content_hash(ARTICLE) == content_hash(replace(ARTICLE, image_url="x", observed_at=NOW))
    assert content_hash(ARTICLE) != content_hash(replace(ARTICLE, body=LEAD + " Ведётся следствие."))
    assert content_hash(ARTICLE) != content_hash(replace(ARTICLE, title="Табун"))


@pytest.mark.parametrize(
    "body",
    [
        LEAD.upper(),
        LEAD.replace("ё", "е").replace(",", " ,"),
        "КОКШЕТАУ. ҚазАқпарат – " + LEAD,
    ],
)
def test_reprints_share_a_text(body):
    """Reprints differ in dateline, attribution, case and ё; they are one story in a result list."""
    assert same_text(replace(ARTICLE, body=body, title="Другой заголовок")) == same_text(ARTICLE)


def test_attribution_does_not_count():
    """«Сообщает …» is the first thing a reprint adds."""
    answer = LEAD.replace("хозяевам.", "хозяевам, сообщает агентство Хабар.")
    assert same_text(replace(ARTICLE, body=answer)) == same_text(ARTICLE)


def test_short_texts_are_reported_apart_by_their_titles():
    """Two headlines without a body are not reprints of each other."""
    one, other = (replace(ARTICLE, body="", title=title) for title in ("Пожар в Абае", "Паводок в Абае"))
    assert same_text(one) != same_text(other)
    assert same_text(replace(one, title="")) != same_text(replace(other, title="", url="https://habar.example/2"))


VALUES_OF = {
    "keyword": {str, list[str]},
    "text": {str},
    "float": {float},
    "date": {str},
    "byte": {int},
    "integer": {int},
    "geo_point": {list[GeoPoint]},
}
"""Type of a field in the mapping → the types that its value may have in Python."""


def test_the_type_of_a_document_is_the_mapping():
    """The index is strict: a field that only one of the two knows is a document refused, or a fact never written."""
    typed = get_type_hints(IndexDocument)
    fields = MAPPING["properties"]
    assert list(typed) == list(fields)
    plain = {name: field["type"] for name, field in fields.items() if "properties" not in field and name != "tags"}
    assert {name: typed[name] for name, kind in plain.items() if typed[name] not in VALUES_OF[kind]} == {}
