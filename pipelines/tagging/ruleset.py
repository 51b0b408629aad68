"""Everything the tagger knows, compiled: read once per process, replaced as a whole when a file changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipelines.errors import ConfigError
from pipelines.reading.marked_yaml import read_yaml
from pipelines.tagging.figures.counted_words import Counted
from pipelines.tagging.matching.matcher import Matcher
from pipelines.tagging.matching.word_forms import WordForms
from pipelines.tagging.names.gazetteer import Gazetteer
from pipelines.tagging.names.organisations import Organisations
from pipelines.tagging.names.persons import Names
from pipelines.tagging.rules.patterns import Classes, Element, Pattern, parse_classes
from pipelines.tagging.rules.rule import (
    Cue,
    Near,
    Rule,
    check_topics,
    parse_contexts,
    parse_rule,
    rule_files,
    version_of,
)
from pipelines.tagging.topics.severity import Gravity

SHARED_FILES = (
    "classes.yaml",
    "contexts.yaml",
    "places.yaml",
    "organisations.yaml",
    "names.yaml",
    "figures.yaml",
    "severity.yaml",
)
"""The files beside rules/ that belong to a ruleset."""

VOUCHER = "voucher"
"""The class of words that vouch for a mention; a ruleset without it asks for none."""

SHARED = -1
"""The rule number of a cue that all rules share."""


ABSENT = -1
"""The group of a `near` none of which may be there."""


class TermUse(NamedTuple):
    """A pattern weighs something for a rule."""

    rule: int
    weight: float


class CueUse(NamedTuple):
    """A pattern silences mentions of a rule, or of all rules that listen to its context."""

    rule: int
    context: str
    window: str


class PartUse(NamedTuple):
    """A pattern is in a group of a `near`; group ABSENT is what must not be there."""

    near: int
    group: int


class RulePatterns:
    """Which pattern serves which rule, and how."""

    def __init__(self, rules: tuple[Rule, ...], shared_cues: tuple[Cue, ...], matcher: Matcher) -> None:
        self.terms: dict[int, list[TermUse]] = defaultdict(list)
        self.cues: dict[int, list[CueUse]] = defaultdict(list)
        self.parts: dict[int, list[PartUse]] = defaultdict(list)
        self.near: list[tuple[int, Near]] = []
        self._matcher = matcher
        self._add_cues(SHARED, shared_cues)
        for number, rule in enumerate(rules):
            self._add_cues(number, rule.cues)
            for term in rule.terms:
                self.terms[matcher.add(term.pattern)].append(TermUse(number, term.weight))
            for near in rule.near:
                self._add_near(number, near)

    def _add_cues(self, rule: int, cues: tuple[Cue, ...]) -> None:
        for cue in cues:
            self.cues[self._matcher.add(cue.pattern)].append(CueUse(rule, cue.context, cue.window))

    def _add_near(self, rule: int, near: Near) -> None:
        index = len(self.near)
        self.near.append((rule, near))
        groups = [*enumerate(near.all_of), (ABSENT, near.none_of)]
        for group, patterns in groups:
            for number in self._matcher.add_all(patterns):
                self.parts[number].append(PartUse(index, group))


class Ruleset:
    """All rules with their contexts and gazetteers, compiled. `version` changes with any of their files."""

    def __init__(self, texts: Mapping[str, str], *, word_forms: WordForms) -> None:
        self.version = version_of(texts)
        self.matcher = Matcher(word_forms)
        self.classes: Classes = parse_classes(read_yaml("classes.yaml", file_text(texts, "classes.yaml")))
        self.rules = tuple(parse_rule(file, text, classes=self.classes) for file, text in rule_files(texts).items())
        check_topics(self.rules)
        self.shared_cues = parse_contexts("contexts.yaml", file_text(texts, "contexts.yaml"), classes=self.classes)
        self.patterns = RulePatterns(self.rules, self.shared_cues, self.matcher)
        self.vouching = frozenset(self._vouching())
        self.counted = Counted(
            "figures.yaml", file_text(texts, "figures.yaml"), matcher=self.matcher, classes=self.classes
        )
        self.gazetteer = Gazetteer("places.yaml", file_text(texts, "places.yaml"), self.matcher)
        self.gravity = Gravity(
            "severity.yaml", file_text(texts, "severity.yaml"), matcher=self.matcher, classes=self.classes
        )
        self.organisations = Organisations(
            "organisations.yaml", file_text(texts, "organisations.yaml"), matcher=self.matcher
        )
        self.names = Names("names.yaml", file_text(texts, "names.yaml"), word_forms=word_forms)

    def _vouching(self) -> Iterator[int]:
        """Add the words of the class @voucher as one pattern a language."""
        for language, words in self.classes.get(VOUCHER, {}).items():
            yield self.matcher.add(Pattern(f"@{VOUCHER}", language, (Element(words),)))


def file_text(texts: Mapping[str, str], file: str) -> str:
    if file not in texts:
        raise ConfigError(file, "the file is missing")
    return texts[file]


def parse_ruleset(texts: Mapping[str, str], *, word_forms: WordForms | None = None) -> Ruleset:
    """Compile the files of the config folder, given as path within it → text (`rules/drugs.yaml`, `contexts.yaml` …).

    `word_forms` saves the seconds that expanding its words takes. Raises ConfigError, which names file, line and key;
    there is no half-read ruleset.
    """
    return Ruleset(texts, word_forms=word_forms or WordForms())
