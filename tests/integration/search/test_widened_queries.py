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
from pipelines.language.numbers import SPELLINGS
from pipelines.search.request import Breadth, SearchRequest
from worker.files.dictionaries import render_analysis
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
CYBER_KK = Text("kk4", "Сайттар істемей қалды", "Порталға кибер-шабуыл жасалды, деді ТЖД.", "kk")
FINE = Text("kk5", "Кәсіпкерге айыппұл", "Ол 2 млн теңге төлейді, деді шенеунік.", "kk")
HORSES = Text("kk6", "Облыстағы мал саны", "Облыста 38 500 жылқы бар, деді әкім.", "kk")
TEXTS = [CYBER_KK, FINE, HORSES, FRAUD_KK, FRAUD_RU, CRIME_KK, LATIN_KK, CATTLE]


@pytest.fixture(scope="module")
def analysis(install_dictionary: Callable[[Path], str], dictionary: Path) -> dict[str, Any]:
    return render_analysis(install_dictionary(dictionary), Settings().config / "lexicon")


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


@pytest.mark.parametrize("text", ["2 млн", "2000000", "2 000 000 теңге", '"2 000 000 теңге"', "2 миллион"])
def test_a_sum_is_found_however_it_is_written(engine, text):
    """A report says 2 млн, another 2 000 000, and people type either."""
    assert found(engine, text, Breadth.ALL) == ["kk5"]


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


@pytest.mark.parametrize("text", ["кибершабуыл", "кибер-шабуылдар", "кибер шабуыл", "ДЧС"])
def test_a_compound_and_an_abbreviation_are_found_in_other_spellings(engine, text):
    """кибершабуыл and кибер-шабуыл are one word, ТЖД and ДЧС one office."""
    assert found(engine, text, Breadth.ALL) == ["kk4"]


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
    """Its settings have neither related words nor parts or beginnings of words, and none can be added to it."""
    engine = opened(search_url)
    earlier = copy.deepcopy(analysis)
    for name in ("grams", "beginnings", "typed_beginnings"):
        del earlier["analyzer"][name]
    del earlier["filter"]["related"], earlier["filter"]["near"]
    numbers = {each.name for each in SPELLINGS}
    for analyzer in earlier["analyzer"].values():
        analyzer["char_filter"] = [name for name in analyzer.get("char_filter", ()) if name not in numbers]
    earlier["analyzer"]["typed_words"] = earlier["analyzer"]["words"]
    schema = engine.schema(earlier)
    for field in ("title", "body"):
        schema.mapping["properties"][field]["fields"] = {
            "exact": schema.mapping["properties"][field]["fields"]["exact"]
        }
    del schema.mapping["properties"]["cyrillic"], schema.mapping["properties"]["script"]
    aliases = {engine.read_alias: {}, engine.write_alias: {"is_write_index": True}}
    engine.create_index(engine.first_index, schema, aliases=aliases)
    engine.ensure_index(analysis)
    assert {str(one.status) for one in engine.bulk(TEXTS)} == {"written"}
    engine.refresh()
    assert found(engine, "алаяқтық") == ["kk1"]
    assert found(engine, "как вернули лошадей хозяевам вчера")[0] == "ru2"
    assert found(engine, "38 500 жылқы") == found(engine, '"38 500 жылқы"') == ["kk6"]
    assert engine.outdated(analysis)
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


@pytest.mark.parametrize(
    ("analyzer", "text", "keys"),
    [
        ("beginnings", "Мемлекеттік Жұрт аң", {"мемл", "жұрт", "аң"}),
        ("typed_beginnings", "қандай мемлекеттік", {"мемл"}),
        ("typed_beginnings", "жұртшылық", {"жұрт", "қоға", "обще"}),
    ],
)
def test_a_question_is_asked_by_beginnings_of_words_near_in_meaning(engine, analyzer, text, keys):
    """Words that ask are left out; мемлекет and мемлекеттік begin alike; қоғам means nearly жұртшылық."""
    answer = engine.client.indices.analyze(index=engine.read_alias, analyzer=analyzer, text=text)
    assert {token["token"] for token in answer["tokens"]} == keys


def test_a_question_finds_what_is_derived_from_its_words_and_near_to_them(engine):
    """«How many thefts of horses were returned»: the article has neither noun."""
    assert found(engine, "сколько похищений лошади вернула деревня")[0] == "ru2"


def test_a_pasted_paragraph_is_no_fault(engine):
    """Each run of letters is a clause, and the engine refuses too many."""
    paragraph = "Правоохранительные органы расследуют противоправную деятельность злоумышленников " * 10
    assert isinstance(found(engine, paragraph), list)
