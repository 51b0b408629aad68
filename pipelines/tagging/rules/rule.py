"""The rules of all topics, the contexts and the gazetteers, read from their files and compiled into one ruleset."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.errors import ConfigError
from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.rules.labels import parse_label
from pipelines.tagging.rules.patterns import (
    LANGUAGES,
    Classes,
    Pattern,
    parse_pattern,
    parse_patterns,
)

WINDOWS = ("phrase", "before", "after", "clause", "sentence", "text")
"""Where a cue of a context may stand to silence a mention: over it, next to it, in its clause or sentence, anywhere."""

OVERRULED = "overruled"
"""Stands beside the windows: what makes a cue void when it is in the same sentence."""

CONTEXTS = (
    "other_sense",
    "figurative",
    "name_only",
    "drill",
    "sport",
    "fiction",
    "historical",
    "statistics_absence",
    "denial",
)
"""In the order in which they are asked: the first that silences a mention is the reason told."""

RULE_KEYS = ("topic", "labels", "threshold", "title_weight", "severity", "terms", "near", "unless", "examples")


@dataclass(frozen=True, slots=True)
class Term:
    """A pattern and what a mention of it weighs."""

    pattern: Pattern
    weight: float
    line: int


class Within(StrEnum):
    """What terms meet in."""

    WORDS = "words"
    SENTENCE = "sentence"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Near:
    """Patterns that weigh something when they meet: one of each group of `all_of`, and none of `none_of`.

    `within` is what they meet in: a sentence, the whole title or body, or `words` words of a sentence.
    """

    weight: float
    within: Within
    words: int
    all_of: tuple[tuple[Pattern, ...], ...]
    none_of: tuple[Pattern, ...]
    language: str
    line: int


@dataclass(frozen=True, slots=True)
class Cue:
    """What silences a mention: a pattern, the window in which it does so, the context it stands for."""

    context: str
    window: str
    pattern: Pattern
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of ours that a rule must tag, or must not; `context` is what the tagger must have seen instead."""

    text: str
    language: str
    positive: bool
    line: int
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One topic."""

    topic: str
    file: str
    labels: Mapping[str, str]
    threshold: float
    title_weight: float
    severity: Severity
    terms: tuple[Term, ...]
    near: tuple[Near, ...]
    contexts: tuple[str, ...]
    cues: tuple[Cue, ...]
    examples: tuple[Example, ...]


def parse_rule(file: str, text: str, *, classes: Classes) -> Rule:
    """Read one file of config/rules. Raises ConfigError with file, line, key."""
    fields = read_yaml(file, text).fields(RULE_KEYS, required=("topic", "labels", "terms"))
    unless = dict(fields["unless"].items()) if "unless" in fields else {}
    return Rule(
        topic=_topic(fields["topic"]),
        file=file,
        labels=parse_label(fields["labels"]),
        threshold=fields["threshold"].positive() if "threshold" in fields else DEFAULT_THRESHOLD,
        title_weight=fields["title_weight"].positive() if "title_weight" in fields else DEFAULT_TITLE_WEIGHT,
        severity=Severity(fields["severity"].choice(tuple(Severity))) if "severity" in fields else Severity.MEDIUM,
        terms=_terms(fields["terms"], classes),
        near=_nears(fields["near"], classes) if "near" in fields else (),
        contexts=_contexts(unless),
        cues=tuple(cue for name, value in unless.items() for cue in parse_cues(name, value, classes=classes)),
        examples=_examples(fields["examples"]) if "examples" in fields else (),
    )


def _topic(source: Marked) -> str:
    if not re.fullmatch(r"[a-z][a-z_]*", source.text()):
        raise source.wrong(f"{source.text()!r} is no topic", remedy="Small Latin letters and _: cattle_theft")
    return source.text()


DEFAULT_THRESHOLD = 4.0

DEFAULT_TITLE_WEIGHT = 2.0
"""How many times a mention in the title counts."""


def parse_contexts(file: str, text: str, *, classes: Classes) -> tuple[Cue, ...]:
    """Read config/contexts.yaml: the cues that all rules share."""
    root = read_yaml(file, text)
    return tuple(
        cue for name, value in root.items() for cue in parse_cues(_known_context(name, value), value, classes=classes)
    )


def parse_cues(context: str, source: Marked, *, classes: Classes) -> tuple[Cue, ...]:
    return tuple(
        Cue(context, window, parse_pattern(element, language=language, classes=classes), element.line)
        for window, languages in source.fields((*WINDOWS, OVERRULED)).items()
        for language, listed in languages.fields(LANGUAGES).items()
        for element in listed.elements()
    )


def _contexts(unless: Mapping[str, Marked]) -> tuple[str, ...]:
    known = {_known_context(name, source) for name, source in unless.items()}
    return tuple(context for context in CONTEXTS if context in known)


def _known_context(name: str, source: Marked) -> str:
    if name not in CONTEXTS:
        raise source.wrong(f"no context is called {name!r}", remedy=f"Known: {', '.join(CONTEXTS)}")
    return name


def _terms(source: Marked, classes: Classes) -> tuple[Term, ...]:
    terms: list[Term] = []
    for language, weights in source.fields(LANGUAGES).items():
        for weight, listed in weights.items():
            number = _weight(weight, listed)
            terms += [
                Term(parse_pattern(element, language=language, classes=classes), number, element.line)
                for element in listed.elements()
            ]
    return tuple(terms)


def _weight(key: str, source: Marked) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", key) or float(key) == 0:
        raise source.wrong(f"{key!r} is no weight", remedy="Terms stand under their weight, a number above 0: 4: [...]")
    return float(key)


def _nears(source: Marked, classes: Classes) -> tuple[Near, ...]:
    return tuple(
        _near(element, language, classes)
        for language, listed in source.fields(LANGUAGES).items()
        for element in listed.elements()
    )


def _near(source: Marked, language: str, classes: Classes) -> Near:
    fields = source.fields(("weight", "within", "all", "any", "none"), required=("weight", "all"))
    listed = {key: value for key, value in fields.items() if key in {"any", "none"}}
    parsed = {key: parse_patterns(value, language=language, classes=classes) for key, value in listed.items()}
    groups = [_group(element, language, classes) for element in fields["all"].elements()]
    groups += [parsed["any"]] if "any" in parsed else []
    if len(groups) < LEAST_GROUPS or not all(groups):
        raise fields["all"].wrong("terms that meet are at least two", remedy="all: [term, [term, or another]]")
    within, words = _within(fields["within"]) if "within" in fields else (Within.SENTENCE, 0)
    return Near(
        weight=fields["weight"].positive(),
        within=within,
        words=words,
        all_of=tuple(groups),
        none_of=parsed.get("none", ()),
        language=language,
        line=source.line,
    )


LEAST_GROUPS = 2


def _group(source: Marked, language: str, classes: Classes) -> tuple[Pattern, ...]:
    """Read a term, or a list of terms any of which will do."""
    if source.is_scalar():
        return (parse_pattern(source, language=language, classes=classes),)
    return parse_patterns(source, language=language, classes=classes)


def _within(source: Marked) -> tuple[Within, int]:
    told = source.text()
    if told.isdecimal() and int(told) > 0:
        return Within.WORDS, int(told)
    if told not in {Within.SENTENCE, Within.TEXT}:
        raise source.wrong(f"{told!r} is no distance", remedy="Allowed here: sentence, text, or a number of words")
    return Within(told), 0


def _examples(source: Marked) -> tuple[Example, ...]:
    examples: list[Example] = []
    for language, kinds in source.fields(LANGUAGES).items():
        for kind, listed in kinds.fields(("yes", "no")).items():
            examples += [_example(element, language, positive=kind == "yes") for element in listed.elements()]
    return tuple(examples)


def _example(source: Marked, language: str, *, positive: bool) -> Example:
    """Read a text, or `context: text` for a trap with the context that must be seen."""
    if source.is_scalar() and source.text().strip():
        return Example(source.text(), language, positive, source.line)
    told = list(source.items()) if not positive and source.is_mapping() else []
    if len(told) != 1:
        remedy = "A sentence, or under `no` context: sentence. A sentence with a colon stands in quotes."
        raise source.wrong("this is no example", remedy=remedy)
    ((context, text),) = told
    return Example(text.text(), language, positive, source.line, _known_context(context, text))


def version_of(texts: Mapping[str, str]) -> str:
    """12 hex digits that change when any file of the ruleset does."""
    digest = hashlib.sha256()
    for file in sorted(texts):
        digest.update(f"{file}\0{texts[file]}\0".encode())
    return digest.hexdigest()[:12]


def rule_files(texts: Mapping[str, str]) -> dict[str, str]:
    """Pick the files that hold a topic each."""
    return {file: text for file, text in sorted(texts.items()) if file.startswith("rules/")}


def check_topics(rules: tuple[Rule, ...]) -> None:
    """Raise ConfigError when two files hold the same topic."""
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.topic in seen:
            raise ConfigError(rule.file, f"topic {rule.topic!r} is already in {seen[rule.topic]}", key="topic")
        seen[rule.topic] = rule.file
