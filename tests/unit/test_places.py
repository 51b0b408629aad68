"""Places: names in all forms and spellings, the region behind a town, ambiguous names decided by neighbours."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.language.normalise import repair
from pipelines.tagging.gazetteer import Gazetteer
from pipelines.tagging.matcher import Found, Matcher
from pipelines.tagging.places import find_places
from pipelines.tagging.text import Text

SOURCE = (HERE / "places.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known() -> tuple[Matcher, Gazetteer]:
    """The gazetteer, compiled."""
    matcher = Matcher()
    return matcher, Gazetteer("places.yaml", SOURCE, matcher)


def places(known: tuple[Matcher, Gazetteer], source: str, language: str) -> list[tuple[str, str]]:
    matcher, gazetteer = known
    text = Text(source)
    found = find_places([Found(text, matcher.find(text, language=language))], gazetteer)
    return [(place.name, place.region) for place in found]


@pytest.mark.parametrize(
    ("source", "language", "regions"),
    [
        ("Пожар в Актюбинской области", "ru", {"Aktobe"}),
        ("актюбинская полиция", "ru", {"Aktobe"}),
        ("Ақтөбе облысында өрт шықты", "kk", {"Aktobe"}),
        ("В Алматинской области задержан", "ru", {"Almaty"}),
        ("В Алматы задержан алматинец", "ru", {"Almaty (city)"}),
        ("Алматы облысының тұрғыны", "kk", {"Almaty"}),
        ("Алматыда ұсталды", "kk", {"Almaty (city)"}),
        ("в Нур-Султане прошёл суд", "ru", {"Astana (city)"}),
        ("Чимкент и Алма-Ата", "ru", {"Shymkent (city)", "Almaty (city)"}),
        ("жители Семея", "ru", {"Abay"}),
        ("в области Абай", "ru", {"Abay"}),
        ("Арыс қаласында жарылыс", "kk", {"Turkestan"}),
        ("Шемонаиха ауданында", "kk", {"East Kazakhstan"}),
        ("в Атбасарском районе", "ru", {"Akmola"}),
        ("СКО и ЗКО", "ru", {"North Kazakhstan", "West Kazakhstan"}),
        ("из Темиртау в Талдыкорган", "ru", {"Karagandy", "Zhetysu"}),
        ("арыстық тұрғындар", "kk", {"Turkestan"}),
        ("в Акмолинской, Костанайской и Павлодарской областях", "ru", {"Akmola", "Kostanay", "Pavlodar"}),
    ],
)
def test_regions(known, source, language, regions):
    """Adjectives, old names, towns and districts lead to today's region."""
    assert {region for _, region in places(known, source, language)} == regions


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("Абай Құнанбайұлының өлеңдері", "kk"),
        ("Великий Абай писал стихи", "ru"),
        ("на проспекте Абая", "ru"),
        ("Алға қарай жүрді", "kk"),
        ("семей стало больше", "ru"),
        ("форум «Астана»", "ru"),
        ("Абайский район", "ru"),
    ],
)
def test_what_is_no_place(known, source, language):
    """Poets, streets, ordinary words and names that several regions share name no region by themselves."""
    assert {region for _, region in places(known, source, language)} <= {""}


def test_neighbours_decide(known):
    """The same district name belongs to the region named beside it."""
    assert ("Abay", "Karagandy") in places(known, "В Карагандинской области, в Абайском районе", "ru")


def test_foreign_countries_have_no_region(known):
    """Neighbours are places too, but no region of Kazakhstan."""
    assert places(known, "афганские и сирийские беженцы", "ru") == [("Afghanistan", ""), ("Syria", "")]


def test_passing_mentions_are_left_out(known):
    """A region named once at the end of an article about another one is not its place."""
    text = "В Атырау пожар. " * 12 + "Тихо было в городе. " * 40 + "Помощь шла из Павлодара."
    assert {region for _, region in places(known, text, "ru")} == {"Atyrau"}


def test_the_gazetteer_is_complete_and_clean(known):
    """Twenty regions and cities, all districts, no look-alike letters from the sources."""
    _, gazetteer = known
    kinds = [entry.kind for entry in gazetteer.entries]
    assert kinds.count("regions") == 20
    assert kinds.count("districts") + kinds.count("towns") > 400
    assert repair(SOURCE).repairs == 0
    assert gazetteer.labels()["Turkestan"] == ("Түркістан облысы", "Туркестанская область")
