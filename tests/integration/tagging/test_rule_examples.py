"""The examples in the rule files: every sentence of ours is tagged as it says, and nothing a rule needs is missing."""

from __future__ import annotations

from pipelines.tagging import Tagger
from pipelines.tagging.workbench.examples import try_examples, wrong_examples
from pipelines.tagging.workbench.lint import lint

TOPICS = 18


def test_every_example_is_right(tagger: Tagger):
    """A rule change that breaks an example is seen before it reaches an analyst."""
    wrong = wrong_examples(try_examples(tagger))
    assert not [f"{trial.file}:{trial.example.line}: {trial.problem}" for trial in wrong]


def test_nothing_is_odd_about_our_rules(tagger: Tagger):
    """Dead terms mislead the reader of a rule; a context without an example may stop working unseen.

    Lint asks for six sentences each way in both languages, and for one of every context a rule listens to.
    """
    assert len(tagger.ruleset.rules) == TOPICS
    assert lint(tagger.ruleset) == ()
