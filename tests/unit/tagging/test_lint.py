"""Lint: what a reader of a rule would not see."""

from __future__ import annotations

import pytest

from benchmarks.support.small_rules import SHARED
from pipelines.tagging import parse_ruleset
from pipelines.tagging.workbench.lint import lint

RULE = """\
topic: theft
labels: {{en: Theft, kk: Ұрлық, ru: Кража}}
terms:
  ru: {terms}
unless: {unless}
"""


def problems(terms: str, *, unless: str = "{}", **shared: str) -> list[tuple[str, str]]:
    files = SHARED | {f"{name}.yaml": text for name, text in shared.items()}
    ruleset = parse_ruleset(files | {"rules/theft.yaml": RULE.format(terms=terms, unless=unless)})
    return [(finding.term, finding.problem) for finding in lint(ruleset) if not finding.problem.startswith("examples")]


def test_a_sound_rule_gives_no_findings():
    """Lint that cries at everything is switched off."""
    phrases = "кража скот, угнать ... табун, через =границу, ночной|дневной грабеж|разбой, вынести ... из дом|двор"
    assert problems(f"{{4: [{phrases}], 2: [вор, барымтач*]}}") == []


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ("{4: [кража скота]}", "this is one form of 'скот'; write скот"),
        ("{2: [наркотиков]}", "this is one form of 'наркотик'"),
        ("{2: [вор], 1: [вор]}", "is there twice"),
        ("{2: [вор], 1: [вор конь]}", "'вор' finds this already"),
        ("{2: [конокрад*], 1: [конокрадство]}", "'конокрад*' finds this already"),
        ("{1: [вор, кража]}", "no term in ru is heavy enough"),
        ("{4: [броситься ... с нож|с топор|с кулак]}", "reads as с (нож or с) (топор or с) кулак"),
        ("{4: [взять ... обман|без ведома]}", "reads as (обман or без) ведома"),
        ("{4: [ввезти ... под вид|без]}", "reads as под (вид or без)"),
    ],
)
def test_terms_that_cannot_work_are_named(terms: str, problem: str):
    """Each of these reads well and does nothing; without lint it stays that way."""
    assert any(problem in found for _, found in problems(terms))


def test_a_term_that_its_own_rule_silences_is_named():
    """A cue that covers a term's own words makes the term dead."""
    unless = "{figurative: {phrase: {ru: [кража век*]}}}"
    assert ("кража века", "is always silenced by 'figurative'") in problems(
        "{4: [кража века], 2: [вор]}", unless=unless
    )


def test_shared_words_are_looked_at_too():
    """Classes and contexts serve all rules: one wrong form there is wrong eighteen times."""
    found = problems(
        "{2: [вор]}",
        classes="detain: {ru: [задержали]}",
        contexts="fiction: {sentence: {ru: [съемка фильма]}}",
    )
    assert [term for term, _ in found] == ["@detain: задержали", "фильма"]


def test_missing_examples_are_named():
    """Six sentences each way, and one of every context: a rule without them is a guess."""
    ruleset = parse_ruleset(SHARED | {"rules/theft.yaml": RULE.format(terms="{2: [вор]}", unless="{fiction: }")})
    assert [finding.problem for finding in lint(ruleset)] == [
        "examples in ru: 0 under 'yes', at least 6 are needed",
        "examples in ru: 0 under 'no', at least 6 are needed",
        "examples in ru: the rule listens to 'fiction', and no sentence under 'no' shows it",
    ]
