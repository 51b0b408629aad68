"""Persons and organisations in citation form."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.tagging import Tagger
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.names.organisations import Organisations, find_organisations
from pipelines.tagging.names.persons import Names, find_persons

DATA = Path(__file__).parents[2] / "data"
TABLES = {name: yaml.safe_load((DATA / f"persons_{name}.yaml").read_text(encoding="utf-8")) for name in ("ru", "kk")}
BODIES = yaml.safe_load((DATA / "organisations.yaml").read_text(encoding="utf-8"))
SENTENCES = [(name, sentence) for name, table in TABLES.items() for sentence in table]


@pytest.fixture(scope="module")
def names(tagger: Tagger) -> Names:
    """The first names."""
    return tagger.ruleset.names


@pytest.fixture(scope="module")
def bodies(tagger: Tagger) -> tuple[Matcher, Organisations, Gazetteer]:
    """The organisations and the places, compiled."""
    return tagger.ruleset.matcher, tagger.ruleset.organisations, tagger.ruleset.gazetteer


def persons_in(names: Names, sources: list[str], bodies: tuple[Matcher, Organisations, Gazetteer], language: str):
    """The persons of some texts, with the places of the real gazetteer."""
    matcher, _, gazetteer = bodies
    texts = [Text(source, language=language) for source in sources]
    found = [Found(text, matcher.find(text)) for text in texts]
    return find_persons(found, names, gazetteer=gazetteer)


@pytest.mark.parametrize(("language", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_a_sentence_names_its_persons_and_no_other(names, bodies, language, sentence):
    """A facet of persons with streets, towns and half names in it is of no use to anybody."""
    assert persons_in(names, [sentence], bodies, language) == tuple(TABLES[language][sentence])


def test_the_tables_are_large_in_both_languages():
    """Names have more shapes than a dozen sentences show."""
    for table in TABLES.values():
        assert len(table) >= 80
        assert sum(not persons for persons in table.values()) >= 20


@pytest.mark.parametrize(
    ("source", "language", "persons"),
    [
        ("Бұл туралы Нұрлан Сейітовтің өзі айтты.", "kk", ("Нұрлан Сейітов",)),
        ("Айгүл Омарова мен Серік Бекбаевқа", "kk", ("Айгүл Омарова", "Серік Бекбаев")),
        ("Встреча Марата Оспанова с Ириной Петровой", "ru", ("Марат Оспанов", "Ирина Петрова")),
        ("сообщил Касым-Жомарту Токаеву", "ru", ("Касым-Жомарт Токаев",)),
        ("по словам Ивана Сергеевича Ковальского", "ru", ("Иван Ковальский",)),
        ("аким Зайсанхан Молдабеков сказал", "ru", ("Зайсанхан Молдабеков",)),
        ("Ермек Шаким привёл данные", "ru", ("Ермек Шаким",)),
    ],
)
def test_persons(names, bodies, source, language, persons):
    """Whatever the case, a person is one name."""
    assert persons_in(names, [source], bodies, language) == persons


@pytest.mark.parametrize(
    "source",
    ["Президент Токаев подписал указ.", "Однако Минздрав решил иначе.", "Туркестанская Область", "улица Абая", ""],
)
def test_what_is_no_person(names, bodies, source):
    """Titles, ordinary words with a capital and single surnames are no full names."""
    assert persons_in(names, [source], bodies, "ru") == ()


def test_later_mentions_are_the_same_person(names, bodies):
    """Initials and surnames later in the text add no person."""
    text = "Говорил Марат Оспанов. Позже М. Оспанов уехал. Оспанова ждали."
    assert persons_in(names, [text], bodies, "ru") == ("Марат Оспанов",)


def test_two_forms_of_a_name_are_one_person(names, bodies):
    """A foreign name in a case that no rule knows is joined with its other mention."""
    assert persons_in(names, ["Говорил Адли Мансур. Слова Адли Мансура записали."], bodies, "ru") == ("Адли Мансур",)


@pytest.mark.parametrize(
    ("source", "language", "organisations"),
    [
        ("ҰҚК-нің қызметкерлері", "kk", ("КНБ",)),
        ("Комитета национальной безопасности и МВД", "ru", ("КНБ", "МВД")),
        ("департаменту полиции Туркестанской области", "ru", ("ДП Туркестанской области",)),
        ("Астана полиция департаменті", "kk", ("ДП Астаны",)),
        ("на заседании РАТС ШОС", "ru", ("РАТС ШОС",)),
        ("Интерполға сұрау салынды", "kk", ("Интерпол",)),
        ("департамент полиции", "ru", ()),
    ],
)
def test_organisations(bodies, source, language, organisations):
    """One citation form for both languages; a department needs its region."""
    matcher, known, gazetteer = bodies
    text = Text(source, language=language)
    found = [Found(text, matcher.find(text))]
    assert find_organisations(found, known, gazetteer=gazetteer) == organisations


@pytest.mark.parametrize(
    ("language", "sentence"), [(language, sentence) for language, table in BODIES.items() for sentence in table]
)
def test_a_sentence_names_its_bodies_and_no_other(bodies, language, sentence):
    """Abbreviations with endings, full names in any case, departments with their region; МВД-шник is a person."""
    matcher, known, gazetteer = bodies
    text = Text(sentence, language=language)
    found = [Found(text, matcher.find(text))]
    assert find_organisations(found, known, gazetteer=gazetteer) == tuple(BODIES[language][sentence])
