"""The rules of all topics, compiled: which pattern serves which rule, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from pipelines.tagging.matching.matcher import Matcher
from pipelines.tagging.rules.patterns import Classes, Element, Pattern
from pipelines.tagging.rules.rule import Cue, Frame, Near, Rule

CORROBORATING = "corroborating"
"""The class of words that corroborate a mention (police, court, victims); rules without it need no such word."""

OLD_CORROBORATING = "voucher"
"""The name of that class in config folders written for 0.1.0."""

SHARED = -1
"""The rule number of a cue that all rules share."""

ABSENT = -1
"""The group of a `near` whose patterns must not be there."""


NO_FRAME = -1
"""The frame of a term whose group has none."""


class TermUse(NamedTuple):
    """A pattern weighs something for a rule; `frame` is the number of what its group needs with it."""

    rule: int
    weight: float
    frame: int = NO_FRAME


class CueUse(NamedTuple):
    """A pattern silences mentions of a rule, or of all rules that listen to its context."""

    rule: int
    context: str
    window: str


class PartUse(NamedTuple):
    """A pattern is in a group of a `near`, or in the group ABSENT."""

    near: int
    group: int


class Neighbours(NamedTuple):
    """Topics that a rule gives way to, and the patterns that keep its own."""

    to: frozenset[str]
    kept_by: frozenset[int]


class TopicRules:
    """Rules by number, and what each pattern of the matcher does for them.

    `terms`, `cues`, `parts` and `frames` are keyed by pattern; `near` holds each meeting of terms with the number of
    its rule; `corroborating` are the patterns of the class of that name.
    """

    def __init__(
        self, rules: tuple[Rule, ...], shared_cues: tuple[Cue, ...], *, classes: Classes, matcher: Matcher
    ) -> None:
        self.rules = rules
        self.patterns = matcher.patterns
        self.terms: dict[int, list[TermUse]] = defaultdict(list)
        self.cues: dict[int, list[CueUse]] = defaultdict(list)
        self.parts: dict[int, list[PartUse]] = defaultdict(list)
        self.frames: dict[int, set[int]] = defaultdict(set)
        self.yields: dict[str, list[Neighbours]] = defaultdict(list)
        self.near: list[tuple[int, Near]] = []
        self._frame_numbers = count()
        self._matcher = matcher
        self._add_cues(SHARED, shared_cues)
        for number, rule in enumerate(rules):
            self._add_rule(number, rule)
        self.corroborating = frozenset(self._class_patterns(classes))

    def _add_rule(self, number: int, rule: Rule) -> None:
        self._add_cues(number, rule.cues)
        frames = {(frame.group, frame.language): self._add_frame(frame) for frame in rule.frames}
        for term in rule.terms:
            frame = frames.get((term.group, term.pattern.language), NO_FRAME)
            self.terms[self._matcher.add(term.pattern)].append(TermUse(number, term.weight, frame))
        for near in rule.near:
            self._add_near(number, near)
        for each in rule.yields:
            kept = frozenset(self._matcher.add_all(each.kept_by))
            self.yields[rule.topic].append(Neighbours(each.to, kept))

    def _add_cues(self, rule: int, cues: tuple[Cue, ...]) -> None:
        for cue in cues:
            self.cues[self._matcher.add(cue.pattern)].append(CueUse(rule, cue.context, cue.window))

    def _add_frame(self, frame: Frame) -> int:
        number = next(self._frame_numbers)
        for pattern in self._matcher.add_all(frame.patterns):
            self.frames[pattern].add(number)
        return number

    def _add_near(self, rule: int, near: Near) -> None:
        index = len(self.near)
        self.near.append((rule, near))
        for group, patterns in (*enumerate(near.all_of), (ABSENT, near.none_of)):
            for number in self._matcher.add_all(patterns):
                self.parts[number].append(PartUse(index, group))

    def _class_patterns(self, classes: Classes) -> Iterator[int]:
        """Add the words of the class @corroborating as one pattern a language."""
        words_by_language = classes.get(CORROBORATING) or classes.get(OLD_CORROBORATING, {})
        for language, words in words_by_language.items():
            yield self._matcher.add(Pattern(f"@{CORROBORATING}", language, (Element(words),)))
