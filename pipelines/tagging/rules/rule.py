"""The rules of all topics and the shared contexts, read from their files: terms, meetings, cues, examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.errors import ConfigError
from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.rules.file_format import (
    CONTEXTS,
    OVERRULED,
    WINDOWS,
    Contexts,
    Cues,
    CueTerms,
    Meeting,
    RuleFile,
    TermGroup,
    TermGroups,
    Windows,
    check_context,
)
from pipelines.tagging.rules.patterns import LANGUAGES, Classes, Pattern, parse_pattern, parse_patterns


@dataclass(frozen=True, slots=True)
class Term:
    """A pattern and what a mention of it weighs; `group` is the name of what it means, empty for a term in none."""

    pattern: Pattern
    weight: float
    line: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What news has that speaks of a group of terms: its victims, places, deeds. In one language."""

    group: str
    language: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Yielding:
    """A topic gives way to stronger neighbours, unless a pattern of `kept_by` is in the article."""

    to: frozenset[str]
    kept_by: tuple[Pattern, ...]


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
    """What silences a mention: a pattern, the window in which it does so, the context it is a sign of."""

    context: str
    window: str
    pattern: Pattern
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of ours that a rule must tag, or must not; `context` is what the tagger must have seen instead.

    An article that somebody reported has a `title` too, and a `note` on why it is here.
    """

    text: str
    language: str
    positive: bool
    line: int
    context: str = ""
    title: str = ""
    note: str = ""


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
    frames: tuple[Frame, ...]
    near: tuple[Near, ...]
    contexts: tuple[str, ...]
    cues: tuple[Cue, ...]
    yields: tuple[Yielding, ...]
    examples: tuple[Example, ...]


def parse_rule(file: str, text: str, *, classes: Classes) -> Rule:
    """Read one file of config/rules. Raises ConfigError with file, line, key."""
    read = RuleFile.model_validate(read_yaml(file, text))
    return Rule(
        topic=read.topic,
        file=file,
        labels=read.labels.model_dump(exclude_defaults=True),
        threshold=read.threshold,
        title_weight=read.title_weight,
        severity=read.severity,
        terms=tuple(_terms(read.terms, classes)),
        frames=tuple(_frames(read.terms, classes)),
        near=tuple(_nears(read, classes)),
        contexts=tuple(context for context in CONTEXTS if context in read.unless.model_fields_set),
        cues=tuple(_all_cues(read.unless, classes)),
        yields=tuple(_yields(read, classes)),
        examples=tuple(_examples(read)),
    )


def parse_contexts(file: str, text: str, *, classes: Classes) -> tuple[Cue, ...]:
    """Read config/contexts.yaml: the cues that all rules share."""
    return tuple(_all_cues(Contexts.model_validate(read_yaml(file, text)), classes))


def _terms(read: TermGroups, classes: Classes) -> Iterator[Term]:
    yield from _group_terms(read, "", classes)
    for name, group in (read.__pydantic_extra__ or {}).items():
        yield from _group_terms(group, name, classes)


def _group_terms(read: TermGroup | TermGroups, group: str, classes: Classes) -> Iterator[Term]:
    for language in LANGUAGES:
        for weight, listed in getattr(read, language).items():
            for written in listed:
                pattern = parse_pattern(written, language=language, classes=classes)
                yield Term(pattern, float(weight), written.line, group)


def _frames(read: TermGroups, classes: Classes) -> Iterator[Frame]:
    for name, group in (read.__pydantic_extra__ or {}).items():
        for language in LANGUAGES if group.frame else ():
            if patterns := _patterns(getattr(group.frame, language), language, classes):
                yield Frame(name, language, patterns)


def _nears(read: RuleFile, classes: Classes) -> Iterator[Near]:
    for language in LANGUAGES:
        for meeting in getattr(read.near, language):
            yield _near(meeting, language, classes)


def _yields(read: RuleFile, classes: Classes) -> Iterator[Yielding]:
    for each in read.yields:
        unless = each.kept_by or CueTerms()
        kept = (_patterns(getattr(unless, language), language, classes) for language in LANGUAGES)
        yield Yielding(frozenset(each.to), tuple(pattern for patterns in kept for pattern in patterns))


LEAST_GROUPS = 2


def _near(read: Meeting, language: str, classes: Classes) -> Near:
    groups = [_alternatives(written, language, classes) for written in read.all_of.elements()]
    groups += [_patterns(read.any_of, language, classes)] if read.any_of else []
    if len(groups) < LEAST_GROUPS or not all(groups):
        raise read.all_of.wrong("terms that meet are at least two", remedy="all: [term, [term, or another]]")
    within, words = _within(read.within) if read.within else (Within.SENTENCE, 0)
    return Near(
        weight=read.weight,
        within=within,
        words=words,
        all_of=tuple(groups),
        none_of=_patterns(read.none_of, language, classes),
        language=language,
        line=read.all_of.line,
    )


def _alternatives(source: Marked, language: str, classes: Classes) -> tuple[Pattern, ...]:
    """Read a term, or a list of terms one of which is enough."""
    if source.is_scalar():
        return (parse_pattern(source, language=language, classes=classes),)
    return parse_patterns(source, language=language, classes=classes)


def _patterns(listed: tuple[Marked, ...], language: str, classes: Classes) -> tuple[Pattern, ...]:
    return tuple(parse_pattern(written, language=language, classes=classes) for written in listed)


def _within(source: Marked) -> tuple[Within, int]:
    distance = source.text()
    if distance.isdecimal() and int(distance) > 0:
        return Within.WORDS, int(distance)
    if distance not in {Within.SENTENCE, Within.TEXT}:
        raise source.wrong(f"{distance!r} is no distance", remedy="Allowed here: sentence, text, or a number of words")
    return Within(distance), 0


def _all_cues(read: Contexts, classes: Classes) -> Iterator[Cue]:
    for context in CONTEXTS:
        cues: Cues | None = getattr(read, context)
        if cues is not None:
            for group in (cues, *(cues.__pydantic_extra__ or {}).values()):
                yield from _cues(context, group, classes)


def _cues(context: str, read: Windows, classes: Classes) -> Iterator[Cue]:
    for window in (*WINDOWS, OVERRULED):
        if (terms := getattr(read, window)) is not None:
            for language in LANGUAGES:
                for written in getattr(terms, language):
                    pattern = parse_pattern(written, language=language, classes=classes)
                    yield Cue(context, window, pattern, written.line)


def _examples(read: RuleFile) -> Iterator[Example]:
    for language in LANGUAGES:
        if (examples := getattr(read.examples, language)) is not None:
            yield from (_example(written, language, positive=True) for written in examples.yes)
            yield from (_example(written, language, positive=False) for written in examples.no)


def _example(source: Marked, language: str, *, positive: bool) -> Example:
    """Read a text, or `context: text` for a trap with the context that must be seen."""
    if source.is_scalar() and source.text().strip():
        return Example(source.text(), language, positive, source.line)
    pairs = list(source.items()) if not positive and source.is_mapping() else []
    if len(pairs) != 1:
        remedy = "A sentence, or under `no` context: sentence. A sentence with a colon is written in quotes."
        raise source.wrong("this is no example", remedy=remedy)
    ((context, text),) = pairs
    check_context(context, text)
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
