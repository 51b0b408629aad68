"""How grave a tagged article is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.models import Figure, Severity, Tag
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.matching.matcher import Found, Matcher
from pipelines.tagging.rules.patterns import Classes, parse_by_language

RAISING_WORDS = 80
"""Only the title and the beginning of the body say how grave an article is; the rest is background."""

LOWERING_WORDS = 30
"""What lowers the severity is in the title or near the beginning: a meeting further down is no reason."""

GRAVE_TOPICS = frozenset({"terrorism", "violent_crime", "public_safety_threat", "emergency", "defence", "weapons"})
"""Topics in which victims are counted."""

VICTIMS = frozenset({"killed", "injured"})
"""Kinds of figures that count people who came to harm; they say something only of the grave topics."""

GRAVE_ROLES = frozenset({"damage", "bribe", "smuggled", "seized"})
"""Roles of money that make an article grave; a budget does not."""

ATTACK_TOPICS = frozenset({"terrorism", "violent_crime", "public_safety_threat"})
"""Topics of attacks."""

PUBLIC_ATTACK_TOPICS = frozenset({"terrorism", "public_safety_threat"})
"""Topics in which one death is critical."""

ELSEWHERE_FACTOR = 4
"""How many times more victims are critical without such a topic."""

FATAL = "fatal"
"""The cues of a death: critical in an attack on the public, else high."""


class Assessment(NamedTuple):
    """A severity and what it was raised or lowered by."""

    severity: Severity
    reason: str


class Gravity:
    """The cues and figures of config/severity.yaml."""

    def __init__(self, file: str, text: str, *, matcher: Matcher, classes: Classes) -> None:
        levels = ("critical", FATAL, "high", "low")
        fields = read_yaml(file, text).fields((*levels, "figures"), required=("critical", "high", "low", "figures"))
        self.cues: dict[int, str] = {}
        for level in levels:
            for pattern in parse_by_language(fields[level], classes=classes) if level in fields else ():
                self.cues.setdefault(matcher.add(pattern), level)
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
    reached = [*_cued(found, gravity, topics), *_reached(figures, gravity, topics)]
    return next(
        (
            assessment
            for severity in (Severity.CRITICAL, Severity.HIGH, Severity.LOW)
            for assessment in reached
            if assessment.severity is severity
        ),
        Assessment(base, ""),
    )


def _cued(found: Iterable[Found], gravity: Gravity, topics: set[str]) -> list[Assessment]:
    """Return what the first form of each level in title or lead says; critical needs a topic of attacks."""
    forms = _cues(found, gravity)
    if not topics & ATTACK_TOPICS:
        forms.pop("critical", None)
    fatal = Severity.CRITICAL if topics & PUBLIC_ATTACK_TOPICS else Severity.HIGH
    return [Assessment(fatal if level == FATAL else Severity(level), form) for level, form in forms.items()]


def _cues(found: Iterable[Found], gravity: Gravity) -> dict[str, str]:
    """Return the first form in title or lead for each level."""
    cues: dict[str, str] = {}
    for text, hits in found:
        for hit in hits:
            level = gravity.cues.get(hit.pattern)
            if level and not hit.negated and (text.field == "title" or hit.first < _reach(level)):
                cues.setdefault(level, text.between(hit.first, hit.last))
    return cues


def _reach(level: str) -> int:
    return LOWERING_WORDS if level == "low" else RAISING_WORDS


def _reached(figures: Iterable[Figure], gravity: Gravity, topics: set[str]) -> list[Assessment]:
    """Return the levels that figures reach, gravest first."""
    figures = list(figures)
    if not topics & GRAVE_TOPICS:
        figures = [figure for figure in figures if figure.kind not in VICTIMS]
    return [
        Assessment(level, f"{figure.kind} {figure.value:g}")
        for level, kind, least in gravity.figures
        for figure in figures
        if figure.kind == kind
        and figure.value >= least * (ELSEWHERE_FACTOR if _is_elsewhere(level, kind, topics) else 1)
        and (kind != "money" or figure.role in GRAVE_ROLES)
    ]


def _is_elsewhere(level: Severity, kind: str, topics: set[str]) -> bool:
    return level is Severity.CRITICAL and kind in VICTIMS and not topics & ATTACK_TOPICS
