"""docs/guide/rules.md is executed: its rule works as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.tagging import Tagger, parse_ruleset
from pipelines.tagging.diff import Trial, compare
from pipelines.tagging.examples import try_examples, wrong_examples
from pipelines.tagging.lint import lint
from pipelines.tagging.suggest import count_keys, draft_rule, suggest
from worker.rules import RuleFiles

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/rules.md"
FILE = "rules/cattle_theft.yaml"


@pytest.fixture(scope="module")
def cattle_theft() -> str:
    """The rule file of the walk-through."""
    match = re.search(r"```yaml\n(topic: cattle_theft.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert match
    return match.group(1)


@pytest.fixture(scope="module")
def with_cattle_theft(cattle_theft: str) -> Tagger:
    """The tagger of a newcomer who has followed the guide; only the new rule, for speed."""
    files = RuleFiles(HERE).files()
    texts = {
        file.relative_to(HERE).as_posix(): file.read_text(encoding="utf-8")
        for file in files
        if "rules" not in file.parts
    }
    return Tagger(parse_ruleset({**texts, FILE: cattle_theft}))


def test_the_examples_of_the_guide_are_right(with_cattle_theft):
    """A newcomer who copies the page sees it work."""
    assert wrong_examples(try_examples(with_cattle_theft)) == ()
    assert lint(with_cattle_theft.ruleset) == ()


def test_a_new_rule_tags_an_article(with_cattle_theft):
    """From nothing to a tagged article, with the reason."""
    tagging = with_cattle_theft.tag("Скотокрады задержаны", "В Абайском районе угнали табун.", language="ru")
    assert tagging.topics == ("cattle_theft",)
    assert "скотокрады" in tagging.why


def test_diff_says_what_a_new_rule_changes(tagger, with_cattle_theft):
    """Before a rule goes live, an analyst sees whom it touches."""
    articles = [
        Trial(id="a", title="", body="Ауылда мал ұрлығы көбейді.", language="kk"),
        Trial(id="b", title="", body="Күн шықты."),
    ]
    difference = compare(tagger, with_cattle_theft, on=articles)
    assert [(change.id, change.added) for change in difference.changes] == [("a", ("cattle_theft",))]
    assert difference.gained == {"cattle_theft": 1}


def test_suggestions_come_with_counts_and_contexts(with_cattle_theft):
    """What samples hold more often than other texts is proposed, ready to edit."""
    samples = ["Угон табуна раскрыт. Угон табуна готовили трое."] * 3
    background = count_keys(["Погода стояла тихая, город спал до утра."] * 20, key_of=str)
    suggestions = suggest(samples, background, key_of=str, tagger=with_cattle_theft, language="ru")
    assert suggestions[0].count == 6
    assert {"угон", "табуна", "угон табуна"} <= {each.term for each in suggestions}
    assert "угон" in draft_rule("theft_of_herds", suggestions, language="ru")


def test_our_rules_are_clean(tagger):
    """Lint has nothing to say about the rules that ship."""
    assert lint(tagger.ruleset) == ()
