"""Examples tried, articles reported, and what an article lacks: what people who write rules go by."""

from __future__ import annotations

import pytest

from benchmarks.support.small_rules import SHARED, THEFT
from pipelines.errors import ConfigError
from pipelines.tagging import Tagger, parse_ruleset
from pipelines.tagging.rules.reported import parse_reported, reported_entry
from pipelines.tagging.rules.rule import Example
from pipelines.tagging.workbench.examples import by_kind, try_examples
from pipelines.tagging.workbench.why_not import why_not

EMPTY = "topic: fraud\nlabels: {en: Fraud}\nterms:\n  ru: {2: [афера]}\n"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(parse_ruleset(SHARED | {"rules/theft.yaml": THEFT, "rules/fraud.yaml": EMPTY}))


def test_a_rule_without_examples_has_no_precision(tagger):
    """1.00 for no examples at all looked like the best rule of all."""
    reports = {report.topic: report for report in try_examples(tagger)}
    assert (reports["fraud"].precision, reports["fraud"].recall) == (None, None)
    assert (reports["theft"].precision, reports["theft"].recall) == (1.0, 1.0)


def test_examples_are_counted_by_kind(tagger):
    """A context that stopped working is seen in one row, whatever the topic."""
    assert [(kind.kind, kind.examples, kind.wrong) for kind in by_kind(try_examples(tagger))] == [
        ("fiction ru", 1, 0),
        ("yes ru", 1, 0),
    ]


def test_a_reported_article_is_tried_with_its_rule(tagger):
    """What a reader found wrong once stays wrong in the report until the rule is mended."""
    entry = reported_entry(
        {
            "verdict": "should not",
            "language": "ru",
            "title": "Вор",
            "text": "Вор времени.",
            "note": "a clock",
            "url": "",
        }
    )
    (example,) = parse_reported("examples/theft.yaml", entry)
    report = next(r for r in try_examples(tagger, more=[("theft", "examples/theft.yaml", example)]) if r.reported)
    assert (report.topic, len(report.wrong), report.wrong[0].example.note) == ("theft", 1, "a clock")
    assert report.precision == 0.5


def test_entries_are_added_one_after_the_other():
    """The file is a list that grows at its end; any text must come back as it was."""
    texts = ["- Да: «нет» # не так", "Первая строка\n\nвторая: {x}", "'кавычки' \"двойные\"", "2026"]
    entries = "".join(reported_entry({"verdict": "should", "language": "ru", "text": text}) for text in texts)
    assert [example.text for example in parse_reported("examples/theft.yaml", entries)] == texts


def test_a_broken_entry_names_its_line():
    """People edit the file by hand."""
    entries = "- {verdict: should, language: ru, text: а}\n- {verdict: maybe, language: ru, text: б}\n"
    with pytest.raises(ConfigError, match="'maybe' is not known") as caught:
        parse_reported("examples/theft.yaml", entries)
    assert (caught.value.line, caught.value.key) == (2, "verdict")


def test_what_is_missing_is_named(tagger):
    """The term that lacked a word, and the meeting that lacked a group, are where a rule is mended."""
    found = why_not(tagger, "theft", title="", body="У соседа угнали машину. Лошадь нашли.", language="ru")
    assert (found.given, found.score, found.needed) == (False, 0.0, 4.0)
    assert {(each.term, each.missing) for each in found.almost} == {
        ("угнать ... табун", "табун"),
        ("лошадь + украсть", "украсть|похитить"),
    }


def test_words_too_far_apart_are_named_first(tagger):
    """All words are there: the nearest miss there is."""
    far = "Угнали вчера ночью прямо из загона табун."
    (first, *_) = why_not(tagger, "theft", title="", body=f"{far} Лошадь нашли.", language="ru").almost
    assert (first.term, first.missing) == ("угнать ... табун", "")
    assert first.sentence == far.removesuffix(".")


def test_what_a_context_silenced_is_named(tagger):
    """The other half of the answer: the word is there, and does not count."""
    found = why_not(tagger, "theft", title="", body="Снят фильм о воре.", language="ru")
    assert [(context.context, span.form) for context in found.silenced for span in context.spans] == [
        ("fiction", "воре")
    ]


def test_an_example_has_a_title_only_when_reported():
    """The examples of a rule are single sentences."""
    assert Example("Вор.", "ru", True, 1).title == ""
