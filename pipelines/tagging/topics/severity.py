"""How grave a tagged article is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from pipelines.models import Figure, Severity, Tag
from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.matching.matcher import Found, Hit, Matcher
from pipelines.tagging.matching.text import Text
from pipelines.tagging.rules.patterns import Classes, parse_by_language

RAISING_WORDS = 50
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

ELSEWHERE_FACTOR = 2
"""How many times more victims are critical without such a topic."""

FATAL = "fatal"
"""The cues of a death: critical in an attack on the public, else high."""


RETOLD = "retold"
"""The cues of a clause that names or retells a deed: «обвиняемый в убийстве», «напомним, …»."""

RUNNING = "running"
"""The cues of a matter that goes on: a trial, a total, a visit to the scene."""


MINOR = "minor"
"""The cues of what is medium at most: an administrative arrest, arms handed in freely, a threat that was none."""

COUNTED_FOR: Mapping[str, frozenset[str]] = {
    "killed": GRAVE_TOPICS,
    "injured": GRAVE_TOPICS,
    "evacuated": frozenset({"emergency", "defence"}),
    "foiled": ATTACK_TOPICS,
}
"""Kinds of figures that raise the severity of some topics only: a station emptied for a forgotten bag is not grave."""


class Assessment(NamedTuple):
    """A severity and what it was raised or lowered by."""

    severity: Severity
    reason: str


class Gravity:
    """The cues and figures of config/severity.yaml."""

    def __init__(self, file: str, text: str, *, matcher: Matcher, classes: Classes) -> None:
        levels = ("critical", FATAL, "high", "low")
        required = ("critical", "high", "low", "figures")
        fields = read_yaml(file, text).fields((*levels, RETOLD, RUNNING, MINOR, "figures"), required=required)
        self.cues: dict[int, str] = {}
        for level in (*levels, RETOLD, RUNNING, MINOR):
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
    cues = _Cues(found, gravity)
    reached = [*_cued(cues, topics), *_reached(cues.new(figures), gravity, topics)]
    if holds := cues.minor or (not cues.title_is_new and cues.running):
        least = min(base, Severity.MEDIUM, key=lambda severity: severity.rank)
        return _first(reached, Severity.CRITICAL) or Assessment(least, holds)
    return _first(reached, Severity.CRITICAL, Severity.HIGH, Severity.LOW) or Assessment(base, "")


def _first(reached: list[Assessment], *levels: Severity) -> Assessment | None:
    """Return the first assessment of the gravest level that is reached."""
    by_level = (assessment for level in levels for assessment in reached if assessment.severity is level)
    return next(by_level, None)


class _Cues:
    """The cues near the beginning: `forms` is the first of each level, `running` and `minor` the first of theirs."""

    def __init__(self, found: Iterable[Found], gravity: Gravity) -> None:
        self.forms: dict[str, str] = {}
        self.running = ""
        self.minor = ""
        self.title_is_new = False
        self._texts = {text.field: text for text, _ in found}
        cues = [
            _Cue(text, hit, level) for text, hits in found for hit in hits if (level := gravity.cues.get(hit.pattern))
        ]
        cues = [cue for cue in cues if not cue.hit.negated and cue.is_near_the_beginning()]
        self._retold = {place for cue in cues if cue.level == RETOLD for place in cue.retold()}
        self._running = {cue.clause for cue in cues if cue.level == RUNNING}
        for cue in cues:
            self._add(cue)

    def _add(self, cue: _Cue) -> None:
        if cue.level == RUNNING:
            self.running = self.running or cue.form
        elif cue.level == MINOR:
            self.minor = self.minor or cue.form
        elif cue.level != RETOLD and (cue.level == "low" or self._is_reported(*cue.place)):
            self.forms.setdefault(cue.level, cue.form)
            self.title_is_new = self.title_is_new or (cue.text.field == "title" and cue.level != "low")

    def new(self, figures: Iterable[Figure]) -> list[Figure]:
        """Return the reported figures of title and lead, and all victims where these report a death."""
        return [figure for figure in figures if self._is_new(figure)]

    def _is_new(self, figure: Figure) -> bool:
        if figure.span is None:
            return True
        text = self._texts[figure.span.field]
        word, _ = text.words_between(figure.span.start, figure.span.end)
        is_near = text.field == "title" or word < RAISING_WORDS or (FATAL in self.forms and figure.kind in VICTIMS)
        return is_near and self._is_reported(text.field, word)

    def _is_reported(self, field: str, word: int) -> bool:
        """True if a word is neither retold nor in a clause about a matter that goes on."""
        return (field, word) not in self._retold and (field, self._texts[field].clause_at(word)) not in self._running


class _Cue(NamedTuple):
    """A cue found in a text."""

    text: Text
    hit: Hit
    level: str

    @property
    def form(self) -> str:
        return self.text.between(self.hit.first, self.hit.last)

    @property
    def place(self) -> tuple[str, int]:
        return self.text.field, self.hit.first

    @property
    def clause(self) -> tuple[str, int]:
        return self.text.field, self.text.clause_at(self.hit.first)

    def retold(self) -> list[tuple[str, int]]:
        """Return the words that a cue covers; all of its sentence when it begins one: «Напомним, …»."""
        first, last = self.hit.first, self.hit.last
        words: Iterable[int] = range(first, last + 1)
        if self.text.begins_sentence(first):
            sentence = self.text.sentence_at(first)
            words = takewhile(lambda word: self.text.sentence_at(word) == sentence, range(first, len(self.text)))
        return [(self.text.field, word) for word in words]

    def is_near_the_beginning(self) -> bool:
        """True in the title and the first words of the body; a retelling is one anywhere."""
        if self.text.field == "title" or self.level == RETOLD:
            return True
        return self.hit.first < (LOWERING_WORDS if self.level == "low" else RAISING_WORDS)


def _cued(cues: _Cues, topics: set[str]) -> list[Assessment]:
    """Return what the first cue of each level says; critical needs a topic of attacks."""
    forms = {level: form for level, form in cues.forms.items() if level != "critical" or topics & ATTACK_TOPICS}
    fatal = Severity.CRITICAL if topics & PUBLIC_ATTACK_TOPICS else Severity.HIGH
    return [Assessment(fatal if level == FATAL else Severity(level), form) for level, form in forms.items()]


def _reached(figures: Iterable[Figure], gravity: Gravity, topics: set[str]) -> list[Assessment]:
    """Return the levels that figures reach, gravest first."""
    figures = [figure for figure in figures if topics & COUNTED_FOR.get(figure.kind, topics)]
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
