"""The examples in the rule files: every sentence of ours is tagged as it says."""

from __future__ import annotations

from collections import Counter

from pipelines.tagging import Tagger
from pipelines.tagging.examples import try_examples, wrong_examples

TOPICS = 18
LEAST_EXAMPLES = 6


def test_every_example_is_right(tagger: Tagger):
    """A rule change that breaks an example is seen before it reaches an analyst."""
    wrong = wrong_examples(try_examples(tagger))
    assert not [f"{trial.file}:{trial.example.line}: {trial.problem}" for trial in wrong]


def test_every_topic_has_enough_examples(tagger: Tagger):
    """Each topic shows in both languages what it means and what it does not."""
    assert len(tagger.ruleset.rules) == TOPICS
    for rule in tagger.ruleset.rules:
        counts = Counter((example.language, example.positive) for example in rule.examples)
        assert len(counts) == 4, rule.topic
        assert min(counts.values()) >= LEAST_EXAMPLES, (rule.topic, counts)
