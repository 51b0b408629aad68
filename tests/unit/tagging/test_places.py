"""Places: names in all forms and spellings, the region behind a town, ambiguous names decided by neighbours."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.language.kazakh import inflections
from pipelines.language.normalise import fold, repair
from pipelines.tagging import Tagger
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.gazetteer import Entry, Gazetteer
from pipelines.tagging.names.places import find_places

SOURCE = (HERE / "places.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known(tagger: Tagger) -> tuple[Matcher, Gazetteer]:
    """The gazetteer, compiled."""
    return tagger.ruleset.matcher, tagger.ruleset.gazetteer


def places(known: tuple[Matcher, Gazetteer], source: str, language: str) -> list[tuple[str, str]]:
    matcher, gazetteer = known
    text = Text(source, language=language)
    found = find_places([Found(text, matcher.find(text))], gazetteer)
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
    """The same district name belongs to the region named next to it."""
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


CASES = {
    "ая область": ("ой области", "ую область", "ой областью"),
    "облысы": ("облысының", "облысына", "облысын", "облысында", "облысынан", "облысымен", "облысындағы"),
}
TOWN_ENDINGS = (
    ("бвгджзклмнпрстфхцчшщ", 0, ("а", "у", "ом", "е")),
    ("й", 1, ("я", "ю", "ем", "е")),
    ("ь", 1, ("и",)),
)


def russian_cases(name: str) -> list[str]:
    """The oblique cases of a town, as school grammar has them."""
    if name.endswith("а"):
        genitive = "и" if name[-2] in "гкхжчшщ" else "ы"
        return [name[:-1] + ending for ending in (genitive, "е", "у", "ой" if name[-2] not in "жшщц" else "ей")]
    for letters, cut, endings in TOWN_ENDINGS:
        if name[-1] in letters:
            return [name[: len(name) - cut] + ending for ending in endings]
    return []


def kazakh_cases(name: str) -> list[str]:
    """The six cases of a name, without plural and possessive."""
    wanted = {("gen",), ("dat",), ("acc",), ("loc",), ("abl",), ("ins",), ("at",)}
    return [form for form, chain in inflections(fold(name)) if chain in wanted]


def region_in(known: tuple[Matcher, Gazetteer], source: str, language: str) -> set[str]:
    return {region for _, region in places(known, source, language)}


def test_every_region_is_found_in_every_case(known):
    """Twenty regions and cities: no ending may hide one."""
    for entry in (entry for entry in known[1].entries if entry.kind == "regions"):
        for label, language in zip(entry.labels, ("kk", "ru"), strict=True):
            ending = next((ending for ending in CASES if label.endswith(ending)), "")
            forms = [label.removesuffix(ending) + case for case in CASES.get(ending, ())]
            if not forms:
                forms = kazakh_cases(label) if language == "kk" else russian_cases(label)
            for form in (label, *forms):
                form = form[0].upper() + form[1:]  # noqa: PLW2901 - names have capitals
                assert region_in(known, f"— {form}.", language) == {entry.place.region}, form


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_town_is_found_in_every_case(known, language):
    """A town gives its region in each case; a name that may mean something else needs its region next to it."""
    _, gazetteer = known
    for entry in (entry for entry in gazetteer.entries if entry.kind == "towns"):
        name = entry.labels[0 if language == "kk" else 1]
        if " " in name or "-" in name or name.endswith(("ий", "ый", "ое", "ой")):
            forms = [name]
        else:
            forms = [name, *(kazakh_cases(name) if language == "kk" else russian_cases(name))]
        region_after = (
            f" {gazetteer.labels()[entry.place.region][0 if language == 'kk' else 1]}." if entry.ambiguous else ""
        )
        for form in forms:
            found = region_in(known, f"— {form[0].upper() + form[1:]}.{region_after}", language)
            assert found == {entry.place.region}, form


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_district_is_found_in_every_case(known, language):
    """«В Кордайском районе», «Қордай ауданынан»: each of the districts gives its region."""
    _, gazetteer = known
    for entry in (entry for entry in gazetteer.entries if entry.kind == "districts"):
        kazakh, russian = entry.labels
        region_after = f" {gazetteer.labels()[entry.place.region][0 if language == 'kk' else 1]}."
        if language == "kk":
            forms = [f"{kazakh} {case}" for case in ("ауданы", "ауданында", "ауданының", "ауданынан", "ауданына")]
        elif russian.endswith(("ский", "цкий")):
            cases = (("ий", "район"), ("ого", "района"), ("ому", "району"), ("им", "районом"), ("ом", "районе"))
            forms = [f"{russian[:-2]}{ending} {word}" for ending, word in cases]
        else:
            forms = [f"район {russian}", f"в районе {russian}", f"жители района {russian}"]
        for form in forms:
            assert entry.place.region in region_in(known, f"— {form}.{region_after}", language), form
            if not entry.ambiguous and _is_alone(gazetteer, entry):
                assert region_in(known, f"— {form}.", language) == {entry.place.region}, form


def _is_alone(gazetteer: Gazetteer, entry: Entry) -> bool:
    """True if no other place has the name."""
    districts = (other for other in gazetteer.entries if other.kind == "districts")
    return sum(bool(set(other.labels) & set(entry.labels)) for other in districts) == 1


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("Қордай ауданында өрт шықты", "kk", {"Zhambyl"}),
        ("Кордай ауданында төбелес болды", "kk", {"Zhambyl"}),
        ("сайрамская полиция", "ru", {"Turkestan"}),
        ("маслихат района имени Габита Мусрепова", "ru", {"North Kazakhstan"}),
        ("в районе Магжана Жумабаева", "ru", {"North Kazakhstan"}),
        ("в Алматинской и Жамбылской областях", "ru", {"Almaty", "Zhambyl"}),
        ("Алматы, Жамбыл облыстарында су басты", "kk", {"Almaty", "Zhambyl"}),
        ("алматинские полицейские", "ru", {"Almaty (city)"}),
        ("шымкентский суд", "ru", {"Shymkent (city)"}),
        ("актюбинские полицейские", "ru", {"Aktobe"}),
        ("столичный суд вынес решение", "ru", {"Astana (city)"}),
        ("в Сатпаеве и Конаеве", "ru", {"Ulytau", "Almaty"}),
        ("Семипалатинск и Целиноград", "ru", {"Abay", "Astana (city)"}),
        ("ехали в Рудный", "ru", {"Kostanay"}),
        ("Казалинск", "ru", {"Kyzylorda"}),
        ("Жаңаөзенде митинг өтті", "kk", {"Mangystau"}),
        ("елордалық полицейлер", "kk", {"Astana (city)"}),
        ("Алматының Алмалы ауданы", "kk", {"Almaty (city)"}),
        ("Есильский район столицы. Астана", "ru", {"Astana (city)"}),
    ],
)
def test_more_ways_to_name_a_region(known, source, language, expected):
    """Offices, lists, spellings of the other language, old names."""
    assert region_in(known, source, language) == expected


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("сказал Жанибек Сатаев", "ru"),
        ("сообщил Ерлан Жетыбаев из пресс-службы", "ru"),
        ("Абай Қасымов ұсталды", "kk"),
        ("задержан уроженец Тараза", "ru"),
        ("Ақтөбе тумасы ұсталды", "kk"),
        ("по автодороге Караганда-Балхаш", "ru"),
        ("закрытие Семипалатинского полигона", "ru"),
        ("хоккеисты «Астаны»", "ru"),
        ("на улице Актюбинской живёт отдел", "ru"),
        ("университет имени Абая", "ru"),
        ("Абай атындағы опера театры", "kk"),
        ("Темір есікті сындырды", "kk"),
        ("Есік алдында тұрды", "kk"),
        ("Арал тенденциялары", "kk"),
    ],
)
def test_persons_routes_and_origins_are_no_places(known, source, language):
    """A person called after a town, a road between two, where somebody was born: not the place of the matter."""
    assert region_in(known, source, language) == set()


def test_background_counts_less(known):
    """«Ранее в Актюбинской области …» is about another matter."""
    text = "Склад сгорел в Риддере. " + "Пожар потушили быстро. " * 40 + "Ранее в Актюбинской области горела степь."
    assert region_in(known, text, "ru") == {"East Kazakhstan"}
