"""The examples of the rules, tried out: which are wrong, and how precise and complete each rule is on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from pipelines.models import Tagging
from pipelines.tagging.rules.rule import Example, Rule
from pipelines.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedExample:
    """One example, what came out, and what is wrong with it (empty when it is right)."""

    topic: str
    file: str
    example: Example
    tagging: Tagging
    problem: str
    is_reported: bool = False

    @property
    def kind(self) -> str:
        """What the example tries: `yes`, the context of a trap, or `no` for a trap without one; with its language."""
        return f"{'yes' if self.example.positive else self.example.context or 'no'} {self.example.language}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """How a rule did on examples. Precision and recall are None where there is nothing to measure."""

    topic: str
    tried: tuple[TriedExample, ...]
    precision: float | None
    recall: float | None

    @property
    def reported(self) -> tuple[TriedExample, ...]:
        """The articles that people reported, of all that were tried."""
        return tuple(tried for tried in self.tried if tried.is_reported)

    @property
    def wrong(self) -> tuple[TriedExample, ...]:
        return tuple(tried for tried in self.tried if tried.problem)


@dataclass(frozen=True, slots=True)
class KindReport:
    """How all rules did on one kind of example."""

    kind: str
    examples: int
    wrong: int


def try_examples(
    tagger: Tagger, *, topics: Container[str] | None = None, more: Iterable[tuple[str, str, Example]] = ()
) -> tuple[RuleReport, ...]:
    """Tag every example of the rules (of `topics`, else all); a trap is also wrong when its context was not seen.

    `more` are examples from elsewhere: topic, file, example.
    """
    added: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    for topic, file, example in more:
        added[topic].append((file, example))
    rules = [rule for rule in tagger.ruleset.rules if topics is None or rule.topic in topics]
    return tuple(_report(rule.topic, [*_tried(tagger, rule, added[rule.topic])]) for rule in rules)


def _tried(tagger: Tagger, rule: Rule, reported: Iterable[tuple[str, Example]]) -> Iterator[TriedExample]:
    for example in rule.examples:
        yield _try(tagger, rule.topic, rule.file, example)
    for file, example in reported:
        yield replace(_try(tagger, rule.topic, file, example), is_reported=True)


def by_kind(reports: Iterable[RuleReport]) -> tuple[KindReport, ...]:
    """Count the examples of all reports by what they try."""
    kinds: dict[str, list[TriedExample]] = defaultdict(list)
    for tried in chain.from_iterable(report.tried for report in reports):
        kinds[tried.kind].append(tried)
    return tuple(
        KindReport(kind, len(tried), sum(bool(each.problem) for each in tried)) for kind, tried in sorted(kinds.items())
    )


def _try(tagger: Tagger, topic: str, file: str, example: Example) -> TriedExample:
    tagging = tagger.tag(example.title, example.text, language=example.language)
    problem = _problem(topic, example, tagging)
    return TriedExample(topic=topic, file=file, example=example, tagging=tagging, problem=problem)


def _problem(topic: str, example: Example, tagging: Tagging) -> str:
    given = topic in tagging.topics
    if example.positive:
        return "" if given else f"the topic is not given ({_shortfall(topic, tagging)})"
    if given:
        return f"the topic is given ({tagging.why})"
    seen = {context.context for context in tagging.contexts if context.topic == topic}
    return f"context {example.context} was not seen" if example.context and example.context not in seen else ""


def _shortfall(topic: str, tagging: Tagging) -> str:
    """Say what was found of a topic that should have been given."""
    parts = [f"only {tag.score:g} of {tag.threshold:g}" for tag in tagging.misses if tag.topic == topic]
    parts += [f"silenced: {context.context}" for context in tagging.contexts if context.topic == topic]
    parts += [f"yields to {each.to}" for each in tagging.yielded if each.tag.topic == topic]
    return ", ".join(parts) or "no term was found"


def _report(topic: str, tried: list[TriedExample]) -> RuleReport:
    given = [each for each in tried if topic in each.tagging.topics]
    right = sum(each.example.positive for each in given)
    return RuleReport(
        topic=topic,
        tried=tuple(tried),
        precision=_ratio(right, len(given)),
        recall=_ratio(right, sum(each.example.positive for each in tried)),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wrong_examples(reports: Iterable[RuleReport]) -> tuple[TriedExample, ...]:
    """Return every wrong example of the reports."""
    return tuple(chain.from_iterable(report.wrong for report in reports))
