"""Counted facts: kinds, values, qualifiers, units and roles in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.models import Figure
from pipelines.tagging import Tagger
from pipelines.tagging.figures.counted_words import CountedWords
from pipelines.tagging.figures.figures import find_figures
from pipelines.tagging.figures.numbers import find_numbers
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.matching.text import Text

DATA = Path(__file__).parents[2] / "data"
TABLES = {name: yaml.safe_load((DATA / f"figures_{name}.yaml").read_text(encoding="utf-8")) for name in ("ru", "kk")}
SENTENCES = [(name, sentence) for name, table in TABLES.items() for sentence in table]


@pytest.fixture(scope="module")
def knowledge(tagger: Tagger) -> tuple[Matcher, CountedWords]:
    """What config/figures.yaml says, compiled."""
    return tagger.ruleset.matcher, tagger.ruleset.counted


def figures(knowledge: tuple[Matcher, CountedWords], source: str, language: str) -> list[dict[str, Any]]:
    matcher, counted = knowledge
    text = Text(source, language=language)
    found = [Found(text, matcher.find(text))]
    return [
        {"kind": f.kind, "value": f.value, "unit": f.unit, "qualifier": f.qualifier, "role": f.role}
        for f in find_figures(found, counted)
    ]


def figure(kind: str, value: float, *, unit: str = "", qualifier: str = "", role: str = "") -> dict[str, Any]:
    return {"kind": kind, "value": value, "unit": unit, "qualifier": qualifier, "role": role}


def answer(figure: Figure) -> str:
    """A figure as the tables write it: kind or role of money, qualifier, value, currency."""
    words = (figure.role or figure.kind, figure.qualifier, f"{figure.value:.15g}", figure.unit)
    return " ".join(filter(None, words if figure.kind == "money" else words[:3]))


@pytest.mark.parametrize(("language", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_a_sentence_yields_its_figures_and_no_other(knowledge, language, sentence):
    """Analysts sort by these numbers: a missing one is a gap, an invented one a false report."""
    matcher, counted = knowledge
    text = Text(sentence, language=language)
    found = find_figures([Found(text, matcher.find(text))], counted)
    assert sorted(map(answer, found)) == sorted(TABLES[language][sentence])


def test_the_tables_are_large_in_both_languages():
    """A rule that is tried on a dozen sentences is tuned to them."""
    for table in TABLES.values():
        assert len(table) >= 120
        assert sum(not figures for figures in table.values()) >= 30


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("Задержаны 12 человек.", "ru", [figure("detained", 12)]),
        ("Полицейские задержали троих подозреваемых.", "ru", [figure("detained", 3)]),
        ("Бүгін 17 адам ұсталды.", "kk", [figure("detained", 17)]),
        ("Он бес адам ұсталды.", "kk", [figure("detained", 15)]),
        ("Бес адам қаза тапты, 12 адам жарақаттанды.", "kk", [figure("killed", 5), figure("injured", 12)]),
        ("Погибли двое рабочих, ещё пятеро ранены.", "ru", [figure("killed", 2), figure("injured", 5)]),
        ("Эвакуировано более 1 200 жителей.", "ru", [figure("evacuated", 1200, qualifier="over")]),
        ("Ущерб составил 2 млн 300 тыс. тенге.", "ru", [figure("money", 2_300_000, unit="KZT", role="damage")]),
        ("Залал 4,5 миллион теңгеге жетті.", "kk", [figure("money", 4_500_000, unit="KZT", role="damage")]),
        ("Он получил взятку в 5 тысяч долларов.", "ru", [figure("money", 5000, unit="USD", role="bribe")]),
        ("Изъято около 30 кг гашиша.", "ru", [figure("drugs_kg", 30, unit="kg", qualifier="about")]),
        ("400 грамм героин тәркіленді.", "kk", [figure("drugs_kg", 0.4, unit="kg")]),
        ("Ликвидированы 4 нарколаборатории.", "ru", [figure("labs", 4)]),
        ("Выявлено почти 50 единиц оружия.", "ru", [figure("weapons", 50, qualifier="almost")]),
        ("Жойылған экстремистік материал саны: 2 мыңнан астам материал жойылды.", "kk", []),
        ("7 мыңға жуық шекара бұзушы анықталды.", "kk", [figure("border_violators", 7000, qualifier="about")]),
        ("Закрыты 3 международных и 8 внутренних каналов.", "ru", [figure("channels", 3), figure("channels", 8)]),
        ("Предотвращено пять терактов.", "ru", [figure("foiled", 5)]),
        ("Зарегистрировано 120 фактов мошенничества.", "ru", [figure("cases", 120)]),
        ("Осуждены 9 мужчин.", "ru", [figure("convicted", 9)]),
        ("Заблокировано до 800 сайтов.", "ru", [figure("sites_blocked", 800, qualifier="up_to")]),
    ],
)
def test_figures_are_read(knowledge, source, language, expected):
    """Kind, value and qualifier come out as a person would note them."""
    found = figures(knowledge, source, language)
    assert all(each in found for each in expected), found


@pytest.mark.parametrize(
    "source",
    [
        "В 2024 году задержали рецидивиста.",
        "Ему 35 лет, его задержали.",
        "Задержан 8 мая в 14:30.",
        "Раскрываемость выросла на 12 % среди задержанных.",
        "Звоните по телефону 87012345678, если знаете задержанного.",
        "Обвинение по статье 188 предъявлено задержанному.",
        "Задержан на 7 км трассы.",
        "Школа «Дарын-2» и задержание.",
    ],
)
def test_what_is_no_count(knowledge, source):
    """Years, ages, dates, shares, phone numbers and articles of law are not figures."""
    assert [each for each in figures(knowledge, source, "ru") if each["value"] > 1] == []


def test_one_person_without_a_number(knowledge):
    """A title that says «убит» counts one; a clause with a number does not count twice."""
    assert figures(knowledge, "Убит глава района", "ru") == [figure("killed", 1)]
    assert figure("killed", 1) not in figures(knowledge, "Убит и ранен 21 человек", "ru")


def test_the_same_fact_is_kept_once(knowledge):
    """Articles repeat their numbers; facets must not."""
    assert len(figures(knowledge, "Задержаны 12 человек. Всего задержаны 12 человек.", "ru")) == 1


@pytest.mark.parametrize(
    ("source", "language", "values"),
    [
        ("1 млрд 665 млн 783 тыс. тенге", "ru", [1_665_783_000]),
        ("3,5 мыңға жуық", "kk", [3500]),
        ("екі жүз елу үш адам", "kk", [253]),
        ("сто двадцать семь человек", "ru", [127]),
        ("5 411 домов и 1 607 дворов", "ru", [5411, 1607]),
        ("10-15 человек", "ru", [10, 15]),
        ("COVID-19 и дело №45", "ru", []),
        ("800-ге жуық мигрант", "kk", [800]),
        ("1,5 тысячи атак", "ru", [1500]),
    ],
)
def test_numbers(knowledge, source, language, values):
    """Digits, words, multipliers, endings after a hyphen; labels are no numbers."""
    numbers = find_numbers(Text(source, language=language), knowledge[1].words)
    assert [number.value for number in numbers] == values


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("В сериале убиты трое полицейских.", "ru", []),
        ("Фильмде үш адам өлтірілді.", "kk", []),
        ("По сюжету триллера террористы убили 40 человек. В Таразе задержаны двое мужчин.", "ru", ["detained 2"]),
        ("Убиты трое полицейских.", "ru", ["killed 3"]),
    ],
)
def test_no_one_dies_in_a_film(tagger, source, language, expected):
    """A context silences the figures of its sentence as it silences the topic; the next sentence is real."""
    assert [answer(figure) for figure in tagger.tag("", source, language=language).figures] == expected
