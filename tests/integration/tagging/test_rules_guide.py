"""docs/guide/rules.md is executed: its rule works as the page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.tagging import Tagger
from pipelines.tagging.rules.rule import parse_rule
from pipelines.tagging.workbench.diff import Sample, compare
from pipelines.tagging.workbench.examples import try_examples, wrong_examples
from pipelines.tagging.workbench.lint import lint
from pipelines.tagging.workbench.suggest import count_keys, draft_rule, suggest
from worker.files.rule_cache import compile_rules
from worker.files.rules import RuleFiles

GUIDE = Path(__file__).resolve().parents[3] / "docs/guide/rules.md"
FILE = "rules/cattle_theft.yaml"


class Lemmas(dict[str, str]):
    """Forms of a few words; others are their own."""

    def __missing__(self, form: str) -> str:
        return form


LEMMAS = Lemmas({"табуна": "табун", "скотокрадов": "скотокрад"})


def rules_of_the_guide() -> list[str]:
    """The rule files of the walk-through, from the first three terms to the whole."""
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in blocks if "topic: cattle_theft" in block]


@pytest.fixture(scope="module")
def cattle_theft() -> str:
    """The whole rule, as it is at the end of the walk-through."""
    return rules_of_the_guide()[-1]


Newcomer = Callable[[str], Tagger]


@pytest.fixture(scope="module")
def newcomer(cache: Path) -> Newcomer:
    """Gives the tagger of somebody who has followed the guide so far; only the new rule, for speed."""
    files = [file for file in RuleFiles(HERE).files() if file.parent.name != "rules"]
    texts = {file.relative_to(HERE).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return lambda rule: Tagger(compile_rules({**texts, FILE: rule}, folder=cache / "rules"))


@pytest.fixture(scope="module")
def with_cattle_theft(newcomer: Newcomer, cattle_theft: str) -> Tagger:
    """The tagger at the end of the walk-through."""
    return newcomer(cattle_theft)


@pytest.mark.parametrize("step", range(len(rules_of_the_guide())))
def test_every_step_of_the_guide_works(newcomer: Newcomer, step: int):
    """A newcomer who stops to try what is on the page so far gets what the page says."""
    tagger = newcomer(rules_of_the_guide()[step])
    assert tagger.tag("", "Полиция раскрыла кражу скота в двух аулах.", language="ru").topics == ("cattle_theft",)


def test_the_examples_of_the_guide_are_right(with_cattle_theft):
    """A newcomer who copies the page sees it work."""
    assert wrong_examples(try_examples(with_cattle_theft)) == ()
    assert lint(with_cattle_theft.ruleset) == ()
    traps = {example.context for rule in with_cattle_theft.ruleset.rules for example in rule.examples}
    assert traps >= {"fiction", "historical", "denial", "other_sense"}


def test_a_new_rule_tags_an_article(with_cattle_theft):
    """From nothing to a tagged article, with the reason."""
    tagging = with_cattle_theft.tag("Скотокрады задержаны", "В Абайском районе угнали табун.", language="ru")
    assert tagging.topics == ("cattle_theft",)
    assert "скотокрады" in tagging.why


def test_diff_says_what_a_new_rule_changes(tagger, with_cattle_theft):
    """Before a rule goes live, an analyst sees whom it touches."""
    articles = [
        Sample(id="a", title="", body="Ауылда мал ұрлығы көбейді.", language="kk"),
        Sample(id="b", title="", body="Күн шықты."),
    ]
    difference = compare(tagger, with_cattle_theft, on=articles)
    assert [(change.id, change.added) for change in difference.changes] == [("a", ("cattle_theft",))]
    assert difference.gained == {"cattle_theft": 1}


USUAL = count_keys(["Погода стояла тихая, город спал до утра."] * 20, key_of=LEMMAS.__getitem__)
SAMPLES = ["Угон табуна раскрыт. Угон табуна готовили трое."] * 3


def test_suggestions_come_with_counts_and_contexts(with_cattle_theft):
    """What samples hold more often than other texts is proposed, ready to edit."""
    suggestions = suggest(SAMPLES, USUAL, key_of=LEMMAS.__getitem__, tagger=with_cattle_theft, language="ru")
    pair = next(each for each in suggestions if each.term == "угон табун")
    assert (pair.count, pair.documents, pair.topic) == (6, 3, "")
    assert "Угон табуна раскрыт" in pair.context
    assert not {"угон", "табун"} & {each.term for each in suggestions}  # they come in the pair alone


def test_suggestions_name_the_topic_they_keep_company_with(with_cattle_theft):
    """A person who edits the draft sees which words go with a topic that is known."""
    samples = ["Скотокрадов ждала засада, скотокрадов вела засада. Дождь шёл весь вечер. Дождь кончился."] * 3
    suggestions = suggest(samples, USUAL, key_of=LEMMAS.__getitem__, tagger=with_cattle_theft, language="ru")
    company = {each.term: each.topic for each in suggestions}
    assert (company["засада"], company["дождь"]) == ("cattle_theft", "")


def test_a_draft_is_a_rule_that_finds_its_samples(newcomer, with_cattle_theft):
    """A draft that does not load, or whose terms miss the very words they were counted from, is a bad start."""
    suggestions = suggest(SAMPLES, USUAL, key_of=LEMMAS.__getitem__, tagger=with_cattle_theft, language="ru")
    draft = draft_rule("theft_of_herds", {"ru": suggestions})
    rule = parse_rule("rules/draft.yaml", draft, classes={})
    assert [term.pattern.text for term in rule.terms] == [each.term for each in suggestions]
    assert newcomer(draft).tag("", SAMPLES[0], language="ru").topics == ("theft_of_herds",)
