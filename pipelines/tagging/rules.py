"""The rules of all topics, the contexts and the gazetteers, read from their files and compiled into one ruleset."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.marked_yaml import Marked, read_yaml
from pipelines.models import Severity
from pipelines.tagging.patterns import (
    LANGUAGES,
    Classes,
    Pattern,
    parse_by_language,
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

RULE_KEYS = ("topic", "labels", "threshold", "severity", "terms", "together", "unless", "examples")


@dataclass(frozen=True, slots=True)
class Term:
    """A pattern and what a mention of it weighs."""

    pattern: Pattern
    weight: float
    line: int


@dataclass(frozen=True, slots=True)
class Together:
    """Patterns that weigh something when they meet in a sentence (or within `words` words): `all_of`, no `none_of`."""

    weight: float
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
    severity: Severity
    terms: tuple[Term, ...]
    together: tuple[Together, ...]
    contexts: tuple[str, ...]
    cues: tuple[Cue, ...]
    examples: tuple[Example, ...]


def parse_rule(file: str, text: str, *, classes: Classes) -> Rule:
    """Read one file of config/rules. Raises ConfigError with file, line, key."""
    fields = read_yaml(file, text).fields(RULE_KEYS, required=("topic", "labels", "terms"))
    unless = dict(fields["unless"].items()) if "unless" in fields else {}
    return Rule(
        topic=fields["topic"].text(),
        file=file,
        labels={key: value.text() for key, value in fields["labels"].fields(("en", *LANGUAGES)).items()},
        threshold=fields["threshold"].number() if "threshold" in fields else DEFAULT_THRESHOLD,
        severity=Severity(fields["severity"].choice(tuple(Severity))) if "severity" in fields else Severity.MEDIUM,
        terms=_terms(fields["terms"], classes),
        together=_together(fields["together"], classes) if "together" in fields else (),
        contexts=_contexts(unless),
        cues=tuple(cue for name, value in unless.items() for cue in parse_cues(name, value, classes=classes)),
        examples=_examples(fields["examples"]) if "examples" in fields else (),
    )


DEFAULT_THRESHOLD = 4.0


def parse_contexts(file: str, text: str, *, classes: Classes) -> tuple[Cue, ...]:
    """Read config/contexts.yaml: the cues that all rules share."""
    root = read_yaml(file, text)
    return tuple(
        cue for name, value in root.items() for cue in parse_cues(_known_context(name, value), value, classes=classes)
    )


def parse_cues(context: str, source: Marked, *, classes: Classes) -> tuple[Cue, ...]:
    return tuple(
        Cue(context, window, pattern, languages.line)
        for window, languages in source.fields((*WINDOWS, OVERRULED)).items()
        for pattern in parse_by_language(languages, classes=classes)
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
    try:
        return float(key)
    except ValueError:
        raise source.wrong(f"{key!r} is no weight", remedy="Terms stand under their weight, such as 4: [...]") from None


def _together(source: Marked, classes: Classes) -> tuple[Together, ...]:
    return tuple(
        _one_together(element, language, classes)
        for language, listed in source.fields(LANGUAGES).items()
        for element in listed.elements()
    )


def _one_together(source: Marked, language: str, classes: Classes) -> Together:
    fields = source.fields(("weight", "words", "all", "none"), required=("weight", "all"))
    groups = tuple(parse_patterns(group, language=language, classes=classes) for group in fields["all"].elements())
    if len(groups) < 2 or not all(groups):  # noqa: PLR2004 - two is what makes it «together»
        raise fields["all"].wrong("at least two lists of terms are expected here")
    return Together(
        weight=fields["weight"].number(),
        words=int(fields["words"].number()) if "words" in fields else 0,
        all_of=groups,
        none_of=parse_patterns(fields["none"], language=language, classes=classes) if "none" in fields else (),
        language=language,
        line=source.line,
    )


def _examples(source: Marked) -> tuple[Example, ...]:
    examples: list[Example] = []
    for language, kinds in source.fields(LANGUAGES).items():
        for kind, listed in kinds.fields(("yes", "no")).items():
            examples += [_example(element, language, positive=kind == "yes") for element in listed.elements()]
    return tuple(examples)


def _example(source: Marked, language: str, *, positive: bool) -> Example:
    """Read a text, or `context: text` for a trap with the context that must be seen."""
    if source.is_scalar():
        return Example(source.text(), language, positive, source.line)
    ((context, text),) = source.fields(CONTEXTS).items()
    return Example(text.text(), language, positive, source.line, context)


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
