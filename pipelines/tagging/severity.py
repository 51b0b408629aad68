"""How grave a tagged article is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.marked_yaml import Marked, read_yaml
from pipelines.models import Figure, Severity, Tag
from pipelines.tagging.matcher import Found, Matcher
from pipelines.tagging.patterns import Classes, parse_by_language

LEAD_WORDS = 80
"""Only the title and the beginning of the body say how grave an article is; the rest is background."""

GRAVE_TOPICS = frozenset({"terrorism", "violent_crime", "public_safety_threat", "emergency", "defence", "weapons"})
"""Topics in which many victims are critical."""

GRAVE_ROLES = frozenset({"damage", "bribe", "smuggled", "seized"})
"""Roles of money that make an article grave; a budget does not."""

ATTACK_TOPICS = frozenset({"terrorism", "violent_crime", "public_safety_threat"})
"""Topics in which an attack is told."""


class Assessment(NamedTuple):
    """A severity and what it was raised or lowered by."""

    severity: Severity
    reason: str


class Gravity:
    """The cues and figures of config/severity.yaml."""

    def __init__(self, file: str, text: str, *, matcher: Matcher, classes: Classes) -> None:
        levels = ("critical", "high", "low")
        fields = read_yaml(file, text).fields((*levels, "figures"), required=(*levels, "figures"))
        self.cues: dict[int, Severity] = {}
        for level in levels:
            for pattern in parse_by_language(fields[level], classes=classes):
                self.cues.setdefault(matcher.add(pattern), Severity(level))
        self.figures = tuple(_limits(fields["figures"]))


def _limits(source: Marked) -> Iterator[tuple[Severity, str, float]]:
    for level, kinds in source.fields(("critical", "high")).items():
        for kind, least in kinds.items():
            yield Severity(level), kind, least.number()


def assess(
    found: Iterable[Found], tags: tuple[Tag, ...], figures: tuple[Figure, ...], *, gravity: Gravity, base: Severity
) -> Assessment | None:
    """Return the severity of an article, or nothing when it has no topic. `base` is that of its strongest topic."""
    if not tags:
        return None
    topics = {tag.topic for tag in tags}
    cues = _cues(found, gravity)
    if not topics & ATTACK_TOPICS:
        cues.pop(Severity.CRITICAL, None)
    reached = [
        level for level in _reached(figures, gravity) if topics & GRAVE_TOPICS or level.severity is Severity.HIGH
    ]
    told = [Assessment(level, form) for level, form in cues.items()]
    return next(
        (
            assessment
            for severity in (Severity.CRITICAL, Severity.HIGH, Severity.LOW)
            for assessment in (*told, *reached)
            if assessment.severity is severity
        ),
        Assessment(base, ""),
    )


def _cues(found: Iterable[Found], gravity: Gravity) -> dict[Severity, str]:
    """Return the first form in title or lead for each level."""
    cues: dict[Severity, str] = {}
    for text, hits in found:
        for hit in hits:
            level = gravity.cues.get(hit.pattern)
            if level and not hit.negated and (text.field == "title" or hit.first < LEAD_WORDS):
                cues.setdefault(level, text.between(hit.first, hit.last))
    return cues


def _reached(figures: Iterable[Figure], gravity: Gravity) -> list[Assessment]:
    """Return the levels that figures reach, gravest first."""
    figures = list(figures)
    return [
        Assessment(level, f"{figure.kind} {figure.value:g}")
        for level, kind, least in gravity.figures
        for figure in figures
        if figure.kind == kind and figure.value >= least and (kind != "money" or figure.role in GRAVE_ROLES)
    ]
