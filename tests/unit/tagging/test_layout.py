"""The layout of rule files: what a person sees, and that the formatter only moves things."""

from __future__ import annotations

import pytest

from benchmarks.support.small_rules import SHARED
from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.tagging import Tagger, parse_ruleset
from pipelines.tagging.rules.rule import parse_rule
from pipelines.tagging.workbench.layout import format_rules

OLD = """\
labels: {en: Theft, kk: Ұрлық, ru: Кража}
topic: theft  # never changes
# Who steals.
terms:
  ru: {2: [вор, "угнать ... конь"], 4: [кража, "193?"]}
near:
  ru: [{weight: 4, all: [[табун, конь], вор], none: ["@detain"]}]
unless: {fiction: , denial: {sentence: {ru: [слух, ложь]}}}
examples:
  ru: {yes: ["Вор: кто он?"], no: [fiction: "Фильм, снятый о воре."]}
# The end.
"""
NEW = """\
topic: theft  # never changes
labels: {en: Theft, kk: Ұрлық, ru: Кража}

# Who steals.
terms:
  ru:
    4:
      - 193?
      - кража
    2:
      - вор
      - угнать ... конь

near:
  ru:
    - weight: 4
      all:
        - [табун, конь]
        - вор
      none: ["@detain"]

unless:
  fiction:
  denial:
    sentence:
      ru:
        - ложь
        - слух

examples:
  ru:
    yes:
      - "Вор: кто он?"
    no:
      - fiction: Фильм, снятый о воре.
# The end.
"""


def test_a_rule_gets_its_layout():
    """One term a line, heavy ones first; quotes only where YAML needs them; every comment is still there."""
    assert format_rules("rules/theft.yaml", OLD) == NEW


def test_the_layout_says_the_same():
    """A formatter that changes a tag would not be run a second time."""
    old, new = (parse_rule("rules/theft.yaml", text, classes={"detain": {"ru": ("взять",)}}) for text in (OLD, NEW))
    assert {(term.pattern, term.weight) for term in old.terms} == {(term.pattern, term.weight) for term in new.terms}
    assert [near.all_of for near in old.near] == [near.all_of for near in new.near]
    assert [example.text for example in old.examples] == [example.text for example in new.examples]


def test_a_second_time_changes_nothing():
    """Else `--check` fails on what the formatter has just written."""
    assert format_rules("rules/theft.yaml", NEW) == NEW


def test_a_part_is_set_apart_from_a_context_without_cues():
    """A context that a topic only listens to ends in a colon, and the empty line behind it stays."""
    text = "topic: theft\n\nunless:\n  fiction:\n\nexamples:\n  ru:\n    yes:\n      - Вор украл коня.\n"
    assert format_rules("rules/a.yaml", text) == text


def test_terms_stay_under_their_comment():
    """A comment that heads some terms is worth more than one alphabet over all of them."""
    text = "terms:\n  ru:\n    2:\n      - я\n      - б\n      # Horses.\n      - конь\n      - жеребец  # young\n"
    lines = [line.strip() for line in format_rules("rules/a.yaml", text).splitlines()[3:]]
    assert lines == ["- б", "- я", "# Horses.", "- жеребец  # young", "- конь"]


def test_long_lists_of_words_are_wrapped():
    """A line of two hundred letters hides what is in it."""
    words = ", ".join(f"слово{number}" for number in range(40))
    laid_out = format_rules("classes.yaml", f"many:\n  ru: [{words}]\n")
    assert max(map(len, laid_out.splitlines())) <= 100
    assert len(laid_out.splitlines()) > 3


@pytest.mark.parametrize(
    "file",
    sorted([*(HERE / "rules").glob("*.yaml"), HERE / "contexts.yaml", HERE / "classes.yaml"]),
    ids=lambda file: file.name,
)
def test_our_files_are_in_their_layout(file):
    """What `make lint` asks for as well; here each file is named."""
    text = file.read_text(encoding="utf-8")
    assert format_rules(file.name, text) == text


GROUPED = """\
topic: theft
labels: {en: Theft}
terms:
  cattle:
    means: Horses and cows are stolen
    ru: {4: [угнать табун]}
    kk: {2: [барымта]}
  ru: {2: [вор]}
"""


def test_terms_may_be_in_named_groups():
    """A term says in which group it is, so that an explanation can say what it means."""
    rule = parse_rule("rules/theft.yaml", GROUPED, classes={})
    assert {(term.pattern.text, term.pattern.language, term.weight, term.group) for term in rule.terms} == {
        ("угнать табун", "ru", 4.0, "cattle"),
        ("барымта", "kk", 2.0, "cattle"),
        ("вор", "ru", 2.0, ""),
    }


@pytest.mark.parametrize(
    ("broken", "key", "problem"),
    [
        (GROUPED.replace("    means: Horses and cows are stolen\n", ""), "cattle", "unknown key"),
        (GROUPED.replace("  cattle:", "  Cattle theft:"), "Cattle theft", "no name of a group"),
        (GROUPED.replace("{2: [барымта]}", "[барымта]"), "kk", "a mapping"),
    ],
    ids=["no meaning", "no name", "no weights"],
)
def test_a_broken_group_names_its_key(broken, key, problem):
    """An unexplained group is a list of sixty terms again."""
    with pytest.raises(ConfigError, match=problem) as caught:
        parse_rule("rules/theft.yaml", broken, classes={})
    assert caught.value.key == key


def test_the_order_of_terms_decides_nothing():
    """Two terms that weigh the same find the same words; sorting them must not change a score."""
    terms = ["кража конь", "украсть|кража конь", "вор", "вор*"]
    tagged = [
        Tagger(parse_ruleset(SHARED | {"rules/theft.yaml": RULE.format(terms=", ".join(order))})).tag(
            "", "Кража коней. Вора, укравшего коня, ищут. Кража коня раскрыта.", language="ru"
        )
        for order in (terms, terms[::-1])
    ]
    assert tagged[0].tags == tagged[1].tags
    assert tagged[0].contexts == tagged[1].contexts


RULE = "topic: theft\nlabels: {{en: Theft}}\nterms:\n  ru: {{2: [{terms}]}}\n"
