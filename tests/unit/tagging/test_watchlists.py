"""Watchlists: names are found in all their forms, indicators exactly, and mistakes in the files are named."""

from __future__ import annotations

import pytest

from pipelines.errors import ConfigError
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.watchlists import Watchlists, find_watched, person_key, read_list

FRAUD = """kind,value,label
persons,Омаров Серик Болатович,Омаров С. Б.
persons,Жұмабаева Айгүл
organisations,«Алтын Пирамида»
# a remark
phones,8 701 123-45-67,
domains,kaspi-bank[.]top
"""
MATCHER = Matcher()
LISTS = Watchlists({"watchlists/fraud.csv": FRAUD, "watchlists/cves.yaml": "cves: [CVE-2025-12345]"}, matcher=MATCHER)


def watched(source, *, language="ru", persons=(), indicators=()):
    text = Text(source, language=language)
    found = [Found(text, MATCHER.find(text))]
    marks = find_watched(found, LISTS, persons=persons, indicators=indicators)
    return [mark.removeprefix("fraud: ") for mark in marks if mark != "fraud"]


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Суд арестовал Серика Омарова на месяц.", "ru", "Омаров С. Б."),
        ("Омарову Серику предъявлено обвинение.", "ru", "Омаров С. Б."),
        ("Омаровым Сериком Болатовичем заинтересовались.", "ru", "Омаров С. Б."),
        ("Полиция Серік Омаровты ұстады, Серик Омаровтың ісі қаралды.", "kk", "Омаров С. Б."),
        ("Айгүл Жұмабаеваның үйі тексерілді.", "kk", "Жұмабаева Айгүл"),
        ("Вкладчики «Алтын Пирамиды» пришли в суд.", "ru", "«Алтын Пирамида»"),
    ],
)
def test_a_name_is_found_in_all_its_forms(text, language, label):
    """A list has a name in the nominative; news has it in any case and order, in two languages."""
    assert watched(text, language=language) == [label]


@pytest.mark.parametrize(
    "text", ["Серик и Омаров спорили.", "Омаров арестован.", "купил алтын пирамида", "Серик Болатович пришёл."]
)
def test_a_part_of_a_name_is_no_name(text):
    """Every tenth man is a Серик: half a name would make a list useless."""
    assert watched(text) == []


def test_another_spelling_of_a_person_is_the_same():
    """A Russian text writes Жумабаева Айгуль or Айгул, without the letters of Kazakh and with a patronymic between."""
    assert person_key("Серик Болатович Омаров") == person_key("Омаров Серік")
    assert watched("", persons=["Айгул Жумабаева"]) == ["Жұмабаева Айгүл"]
    assert watched("", persons=["Айгул Жумабай"]) == []


def test_an_indicator_is_found_exactly():
    """One digit more is another telephone."""
    assert watched("", indicators=["+77011234567", "kaspi-bank.top"]) == ["+77011234567", "kaspi-bank.top"]
    assert watched("", indicators=["+77011234568", "bank.top"]) == []
    assert watched("", indicators=["CVE-2025-12345"]) == ["cves", "cves: CVE-2025-12345"]


@pytest.mark.parametrize(
    ("file", "text", "said", "line"),
    [
        ("a.csv", "value,label\n", "kind,value,label", 1),
        ("a.csv", "kind,value\nphones,bad.kz\n", "not one of phones", 2),
        ("a.csv", "kind,value\n\nfax,1\n", "'fax' is not known", 3),
        ("a.csv", "kind,value\npersons\n", "expected here", 2),
        ("a.yaml", "persons: ['…']", "no name", 1),
        ("a.yaml", "fax: [a]", "unknown key", 1),
        ("a.yaml", "domains:\n- {value: bad.kz}\n- {label: x}", "missing", 3),
    ],
)
def test_a_mistake_is_named(file, text, said, line):
    """A list that is silently half read is worse than none."""
    with pytest.raises(ConfigError, match=said) as raised:
        list(read_list(file, text))
    assert raised.value.line == line


def test_a_list_may_be_written_in_yaml():
    """With labels where one is wanted."""
    (one, other) = read_list("watchlists/vip.yaml", "persons: [Серик Омаров]\nips: [{value: 45.9.148.3, label: C2}]")
    assert one.marks == ("vip", "vip: Серик Омаров")
    assert other.marks == ("vip", "vip: C2")


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("А. Серікұлы", True),
        ("А. Серикулы", True),
        ("Б. Серікұлы", False),
        ("А. Жаманбаева", True),
        ("Серікұлы", False),
    ],
)
def test_initials_are_enough_when_the_entry_says_so(name, is_found):
    """News names an accused by initials; of a rare surname that is enough. The tagger's spelling may be a genitive."""
    rows = "kind,value,label,initials\npersons,Айдар Серікұлы,,yes\npersons,Жаманбаев Асқар,,yes\n"
    lists = Watchlists({"a.csv": rows}, matcher=Matcher())
    assert bool(find_watched([], lists, persons=[name], indicators=[])) is is_found
    without = Watchlists({"a.csv": rows.replace("yes", "")}, matcher=Matcher())
    assert find_watched([], without, persons=[name], indicators=[]) == ()


def test_initials_are_of_persons_and_yes_or_no():
    """A typing error must not silently switch it on or off."""
    (entry,) = read_list("a.yaml", "persons: [{value: Айдар Серікұлы, initials: true}]")
    assert entry.initials
    for row in ("persons,Айдар Серікұлы,,maybe", "domains,bad.kz,,yes"):
        with pytest.raises(ConfigError, match="initials") as raised:
            list(read_list("a.csv", f"kind,value,label,initials\n{row}\n"))
        assert raised.value.line == 2
