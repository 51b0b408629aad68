"""Persons and organisations in citation form."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.tagging.gazetteer import Gazetteer
from pipelines.tagging.matcher import Found, Matcher
from pipelines.tagging.organisations import Organisations, find_organisations
from pipelines.tagging.persons import Names, find_persons
from pipelines.tagging.text import Text


@pytest.fixture(scope="module")
def names() -> Names:
    """The first names."""
    return Names("names.yaml", (HERE / "names.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bodies() -> tuple[Matcher, Organisations, Gazetteer]:
    """The organisations, with two regions beside them."""
    matcher = Matcher()
    source = (HERE / "organisations.yaml").read_text(encoding="utf-8")
    places = """
regions:
  - {name: Turkestan, kk: Түркістан облысы, ru: Туркестанская область, words: {ru: [туркестанский]}}
  - {name: Astana (city), kk: Астана, ru: Астана}
"""
    return matcher, Organisations("organisations.yaml", source, matcher=matcher), Gazetteer("p.yaml", places, matcher)


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
def test_persons(names, source, language, persons):
    """Whatever the case, a person is one name."""
    assert find_persons([source], names, language=language) == persons


@pytest.mark.parametrize(
    "source",
    ["Президент Токаев подписал указ.", "Однако Минздрав решил иначе.", "Туркестанская Область", "улица Абая", ""],
)
def test_what_is_no_person(names, source):
    """Titles, ordinary words with a capital and single surnames are no full names."""
    assert find_persons([source], names, language="ru") == ()


def test_later_mentions_are_the_same_person(names):
    """Initials and surnames later in the text add nobody."""
    text = "Говорил Марат Оспанов. Позже М. Оспанов уехал. Оспанова ждали."
    assert find_persons([text], names, language="ru") == ("Марат Оспанов",)


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
    text = Text(source)
    found = [Found(text, matcher.find(text, language=language))]
    assert find_organisations(found, known, gazetteer=gazetteer) == organisations
