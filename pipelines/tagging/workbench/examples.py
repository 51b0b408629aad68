"""The examples of the rules, tried out: which are wrong, and how precise and complete each rule is on its own."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from pipelines.models import Tagging
from pipelines.tagging.rules.rule import Example
from pipelines.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One example, what came out, and what is wrong with it (empty when it is right)."""

    topic: str
    file: str
    example: Example
    tagging: Tagging
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """How a rule did on its own examples. Precision and recall are 1.0 where there is nothing to be wrong about."""

    topic: str
    examples: int
    precision: float
    recall: float
    wrong: tuple[Trial, ...]


def try_examples(tagger: Tagger, *, topics: Container[str] | None = None) -> tuple[RuleReport, ...]:
    """Tag every example of the rules (of `topics`, else all); a trap is also wrong when its context was not seen."""
    return tuple(
        _report(rule.topic, [_try(tagger, rule.topic, rule.file, example) for example in rule.examples])
        for rule in tagger.ruleset.rules
        if topics is None or rule.topic in topics
    )


def _try(tagger: Tagger, topic: str, file: str, example: Example) -> Trial:
    tagging = tagger.tag("", example.text, language=example.language)
    return Trial(topic=topic, file=file, example=example, tagging=tagging, problem=_problem(topic, example, tagging))


def _problem(topic: str, example: Example, tagging: Tagging) -> str:
    given = topic in tagging.topics
    if example.positive:
        return "" if given else f"the topic is not given ({_shortfall(topic, tagging)})"
    if given:
        return f"the topic is given ({tagging.why})"
    seen = {context.context for context in tagging.contexts if context.topic == topic}
    return f"context {example.context} was not seen" if example.context and example.context not in seen else ""


def _shortfall(topic: str, tagging: Tagging) -> str:
    """Say what there was of a topic that should have been given."""
    told = [f"only {tag.score:g} of {tag.threshold:g}" for tag in tagging.misses if tag.topic == topic]
    told += [f"silenced: {context.context}" for context in tagging.contexts if context.topic == topic]
    return ", ".join(told) or "no term was found"


def _report(topic: str, trials: list[Trial]) -> RuleReport:
    given = [trial for trial in trials if topic in trial.tagging.topics]
    right = sum(trial.example.positive for trial in given)
    expected = sum(trial.example.positive for trial in trials)
    return RuleReport(
        topic=topic,
        examples=len(trials),
        precision=_ratio(right, len(given)),
        recall=_ratio(right, expected),
        wrong=tuple(trial for trial in trials if trial.problem),
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def wrong_examples(reports: Iterable[RuleReport]) -> tuple[Trial, ...]:
    """Return every wrong example of the reports."""
    return tuple(trial for report in reports for trial in report.wrong)
