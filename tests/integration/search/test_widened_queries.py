"""What is found beyond the forms of the words typed: the other language, other alphabets, most of the words."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from benchmarks.support.texts import Text
from config.settings import Settings
from pipelines.language.analysis import render
from pipelines.search.request import Breadth, SearchRequest
from worker.files.dictionaries import read_related
from worker.search.engine import SearchEngine

pytestmark = pytest.mark.timeout(300)  # the first dictionary of a machine takes its time

FRAUD_KK = Text("kk1", "Интернет-алаяқтық", "Полиция алаяқтықпен күресуде, күдіктіні Шымкентте ұстады.", "kk")
FRAUD_RU = Text("ru1", "Мошенничество в сети", "Полиция расследует дело о мошенничестве, сообщил Токаев.", "ru")
CRIME_KK = Text("kk2", "Қылмыс азайды", "Қылмыстардың саны азайды, деді Тоқаев.", "kk")
CATTLE = Text("ru2", "Табун вернули хозяевам", "Похищенных лошадей вернули жителям села.", "ru")


class LatinText(Text):
    """A text with its Cyrillic reading, as the tagger adds it."""

    @cached_property
    def document(self) -> dict[str, Any]:
        read = {
            "title": "Қару табылды",
            "body": "Шымкентте полиция қылмыскерлерден қару тапты, деп хабарлайды агенттік.",
        }
        return {**super().document, "script": "latin", "cyrillic": read}


LATIN_KK = LatinText(
    "kk3", "Qarý tabyldy", "Shymkentte polıtsııa qylmyskerlerden qarý tapty, dep habarlaıdy agenttik.", "kk"
)
TEXTS = [FRAUD_KK, FRAUD_RU, CRIME_KK, LATIN_KK, CATTLE]


@pytest.fixture(scope="module")
def analysis(install_dictionary: Callable[[Path], str], dictionary: Path) -> dict[str, Any]:
    return render(install_dictionary(dictionary), related=read_related(Settings().config / "lexicon"))


def opened(url: str) -> SearchEngine:
    return SearchEngine.connect(Settings(search_url=url, search_index=f"widened-{uuid4().hex[:8]}"))


@pytest.fixture(scope="module")
def engine(search_url: str, analysis: dict[str, Any]) -> Iterator[SearchEngine]:
    """An index with a few articles, gone afterwards."""
    engine = opened(search_url)
    engine.ensure_index(analysis)
    engine.bulk(TEXTS)
    engine.refresh()
    yield engine
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


def found(engine: SearchEngine, text: str, breadth: Breadth = Breadth.ALL_OR_MOST) -> list[str]:
    result = engine.search(SearchRequest(text=text, breadth=breadth, recency=False))
    return [hit.article_id for hit in result.hits]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("алаяқтық", ["kk1", "ru1"]),
        ("мошенничества", ["ru1", "kk1"]),
        ("Тоқаевтың", ["kk2", "ru1"]),
        ("Токаева", ["ru1", "kk2"]),
    ],
)
def test_a_word_finds_both_languages(engine, text, ids):
    """An analyst reads both, and types one of them."""
    assert sorted(found(engine, text, Breadth.ALL)) == sorted(ids)


def test_a_verb_is_found_by_its_noun(engine):
    """ұстау is what a dictionary says; the article says ұстады."""
    assert found(engine, "ұстау", Breadth.ALL) == ["kk1"]


@pytest.mark.parametrize("text", ["Qylmys", "qylmystar", "qylmystardyń sany"])
def test_kazakh_in_latin_letters_is_found(engine, text):
    """A whole agency writes so, and people type so."""
    assert found(engine, text, Breadth.ALL)[0] == "kk2"


def test_kazakh_on_a_russian_keyboard_is_found(engine):
    """Not every keyboard has the letters."""
    assert found(engine, "кылмыс", Breadth.ALL) == []
    assert found(engine, "кылмыс")[0] == "kk2"


READINGS = ["қарудың", "оружие", "qarý", "қару Шымкент", '"қару табылды"', "title:қару", "қылмыск*"]


@pytest.mark.parametrize("text", READINGS)
def test_an_article_in_latin_letters_is_found_by_its_reading(engine, text):
    """It is searched like any other: by any form, in either language, by phrase, field and beginning."""
    assert "kk3" in found(engine, text, Breadth.ALL)


def test_its_highlight_is_of_the_reading(engine):
    """The title is as published; the words that were found are shown as they were read."""
    [hit] = engine.search(SearchRequest(text="қылмыскер", filters={"script": ("latin",)})).hits
    assert hit.document["title"] == LATIN_KK.title
    assert "<mark>қылмыскерлерден</mark>" in hit.highlights["body"][0].html


def test_most_words_are_enough_when_nothing_has_all(engine):
    """A question has words that no article has; the answer says that it is not exact."""
    result = engine.search(
        SearchRequest(text="как полиция вернула лошадей хозяевам вчера", breadth=Breadth.ALL_OR_MOST)
    )
    assert result.relaxed
    assert result.hits[0].article_id == "ru2"


def test_an_explanation_names_key_and_field(engine):
    """An analyst asks why this came up: the related word's key says it."""
    request = SearchRequest(text="алаяқтықпен", explain=True, recency=False)
    found = {hit.article_id: {(one.field, one.key) for one in hit.matches} for hit in engine.search(request).hits}
    related = "алаяқтық / мошенничество"
    assert {("title", related), ("body", related), ("body.exact", "алаяқтықпен")} <= found["kk1"]
    assert found["ru1"] == {("title", related), ("body", related)}
    assert {"алаяқтық", "алаяқтықпен", "мошенничество"} <= engine.keys_of(["алаяқтықпен"])["алаяқтықпен"]


def test_what_has_all_words_is_not_widened(engine):
    """The answer to a plain search stays what it was."""
    result = engine.search(SearchRequest(text="лошадей хозяевам", breadth=Breadth.ALL_OR_MOST))
    assert not result.relaxed
    assert [hit.article_id for hit in result.hits] == ["ru2"]


def test_exclusions_hold_for_most_words_too(engine):
    """`-word` never means «rather not»."""
    assert "ru2" not in found(engine, "куда вернули лошадей вчера -табун")


def test_a_typo_gets_a_suggestion(engine):
    """The words of the index are what one can mean."""
    result = engine.search(SearchRequest(text="алаяқтық Шымкнетте", breadth=Breadth.ALL_OR_MOST))
    assert result.did_you_mean == "алаяқтық шымкентте"


def test_an_index_of_an_earlier_version_goes_on_working(search_url, analysis):
    """Its settings have neither related words nor parts of words, and neither can be added to it."""
    engine = opened(search_url)
    earlier = copy.deepcopy(analysis)
    del earlier["analyzer"]["grams"], earlier["filter"]["related"]
    earlier["analyzer"]["typed_words"] = earlier["analyzer"]["words"]
    schema = engine.schema(earlier)
    for field in ("title", "body"):
        del schema.mapping["properties"][field]["fields"]["grams"]
    del schema.mapping["properties"]["cyrillic"], schema.mapping["properties"]["script"]
    aliases = {engine.read_alias: {}, engine.write_alias: {"is_write_index": True}}
    engine.create_index(engine.first_index, schema, aliases=aliases)
    engine.ensure_index(analysis)
    assert {str(one.status) for one in engine.bulk(TEXTS)} == {"written"}
    engine.refresh()
    assert found(engine, "алаяқтық") == ["kk1"]
    assert found(engine, "как вернули лошадей хозяевам вчера")[0] == "ru2"
    assert engine.outdated(analysis)
    engine.client.indices.delete(index=engine.first_index)
    engine.close()
