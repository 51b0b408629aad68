"""Rule files: what they may hold, and what is said of mistakes in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.rules.patterns import parse_classes, parse_pattern
from pipelines.tagging.rules.rule import Within, check_topics, parse_rule, version_of
from pipelines.tagging.rules.schema import keys_table, rule_schema
from tests.support.schemas import check_json

RULE = """\
topic: theft
labels: {en: Theft, kk: Ұрлық, ru: Кража}
terms:
  ru:
    2: [кража, "@detain ... вор"]
"""
CLASSES = parse_classes(read_yaml("classes.yaml", "detain: {ru: [задержать], kk: [ұстал-]}"))


def test_a_rule_is_read():
    """The smallest rule an analyst can write works, with defaults for the rest."""
    rule = parse_rule("rules/theft.yaml", RULE, classes=CLASSES)
    assert (rule.topic, rule.threshold, len(rule.terms)) == ("theft", 4.0, 2)
    assert rule.terms[1].pattern.elements[0].alternatives == ("задержать",)
    assert rule.terms[1].pattern.elements[1].gap == 3


@pytest.mark.parametrize(
    ("broken", "line", "key", "problem"),
    [
        (RULE.replace("terms:", "therms:"), 4, "therms", "unknown key"),
        (RULE.replace("topic: theft\n", ""), 1, "topic", "missing"),
        (RULE.replace("2: [", "heavy: ["), 5, "heavy", "no weight"),
        (RULE.replace("@detain", "@arrest"), 5, "2", "no class is called @arrest"),
        (RULE.replace("  ru:", "  fr:"), 5, "fr", "unknown key"),
        (RULE.replace("[кража,", "[кра-жа,"), 5, "2", "is no word"),
        (RULE.replace("[кража,", "[к*,"), 5, "2", "too short"),
        (RULE + "unless: {rumour: }\n", 6, "rumour", "no context"),
        (RULE + "severity: grave\n", 6, "severity", "not known"),
        (RULE + "near: {ru: [{weight: 4, all: [[кража]]}]}\n", 6, "all", "at least two"),
        (RULE + "near: {ru: [{weight: 4, within: page, all: [вор, кража]}]}\n", 6, "within", "a number of words"),
        (RULE + "near: {ru: [{weight: 0, all: [вор, кража]}]}\n", 6, "weight", "above 0"),
        (RULE + "title_weight: -2\n", 6, "title_weight", "above 0"),
        (RULE + "examples: {ru: {no: [{fiction: Фильм., sport: Матч.}]}}\n", 6, "no", "no example"),
        (RULE + "examples: {ru: {yes: [{fiction: Фильм.}]}}\n", 6, "yes", "no example"),
        (RULE + "examples: {ru: {no: [{rumour: Слух.}]}}\n", 6, "rumour", "no context"),
        (RULE.replace("topic: theft", "topic: Cattle theft"), 1, "topic", "no topic"),
        (RULE.replace("[кража,", "[украл-,"), 5, "2", "only Kazakh"),
        (RULE + "topic: again\n", 6, "topic", "twice"),
        ("a: [", 2, "", "not readable"),
        ("", None, "", "empty"),
    ],
)
def test_a_mistake_names_file_line_and_key(broken, line, key, problem):
    """An analyst mends a rule by what the message says, never by a traceback."""
    with pytest.raises(ConfigError, match=re.escape(problem)) as caught:
        parse_rule("rules/theft.yaml", broken, classes=CLASSES)
    assert caught.value.file == "rules/theft.yaml"
    assert (caught.value.line, caught.value.key) == (line, key)


def test_terms_may_meet_in_a_sentence_a_text_or_some_words():
    """What `near` says is what is compiled: how far, what must all be there, what of which one is enough."""
    listed = "[{weight: 4, within: 8, all: [вор, [лошадь, корова]], any: [украсть, угнать], none: [музей]}]"
    (near,) = parse_rule("rules/theft.yaml", f"{RULE}near: {{ru: {listed}}}\n", classes=CLASSES).near
    assert (near.within, near.words) == (Within.WORDS, 8)
    assert [[each.text for each in group] for group in near.all_of] == [
        ["вор"],
        ["лошадь", "корова"],
        ["украсть", "угнать"],
    ]
    assert [each.text for each in near.none_of] == ["музей"]


def test_a_gap_is_between_words():
    """A gap at an end would match anything."""
    for text in ("... кража", "кража ...", "..."):
        with pytest.raises(ConfigError, match="gap"):
            parse_pattern(read_yaml("a.yaml", f'"{text}"'), language="ru", classes={})


def test_one_topic_has_one_file():
    """Two files with one topic would give two scores for it."""
    rule = parse_rule("rules/theft.yaml", RULE, classes=CLASSES)
    with pytest.raises(ConfigError, match="already in"):
        check_topics((rule, rule))


def test_the_version_follows_every_file():
    """Retagging finds articles of an old ruleset by its version."""
    texts = {"rules/a.yaml": "1", "contexts.yaml": "2"}
    assert version_of(texts) == version_of(dict(reversed(texts.items())))
    assert version_of(texts) != version_of({**texts, "contexts.yaml": "3"})


def test_the_schema_is_made_from_the_models():
    """Editors check rules by the file; it must not drift from what is read (`kuzet rules schema` writes it)."""
    assert json.loads((HERE / "rules.schema.json").read_text(encoding="utf-8")) == rule_schema()


def test_the_schema_takes_our_rules():
    """A schema that underlines a right rule is switched off."""
    files = [str(file) for file in sorted((HERE / "rules").glob("*.yaml"))]
    check_json("--schemafile", str(HERE / "rules.schema.json"), *files)


def test_the_guide_lists_every_key():
    """The table of the guide is what `kuzet rules schema --table` prints."""
    guide = Path(__file__).resolve().parents[3] / "docs/guide/rules.md"
    assert keys_table() in guide.read_text(encoding="utf-8")
