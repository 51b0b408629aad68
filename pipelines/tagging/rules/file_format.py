"""The format of a rule file, said once: the reader, `rules.schema.json` and the table of the guide come from it.

The models say which keys there are and what they hold; their values are read by `Marked`, whose errors name file, line
and key. Terms and examples stay `Marked`: what they mean depends on their language, and `rule.py` reads them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked
from pipelines.reading.sections import Grade, Positive, Section, Text

WINDOWS = ("phrase", "before", "after", "clause", "sentence", "text")
"""Where a cue of a context must be to silence a mention: over it, next to it, in its clause or sentence, anywhere."""

OVERRULED = "overruled"
"""A key next to the windows: what makes a cue void when it is in the same sentence."""

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
"""In the order in which they are asked: the first that silences a mention is the reason given."""

NAME = r"^[a-z][a-z_]*$"
GROUP = r"^[a-z][a-z0-9_]*$"
WEIGHT = r"^[0-9]+([.][0-9]+)?$"
MEANS = "means"

DEFAULT_THRESHOLD = 4.0

DEFAULT_TITLE_WEIGHT = 2.0
"""How many times a mention in the title counts."""


class Grouped(Section):
    """A mapping that may hold groups besides its own keys: name → a section that says what it `means`."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        fields = dict(source.items())
        for name, value in fields.items():
            if name not in cls.allowed() and not (value.is_mapping() and MEANS in dict(value.items())):
                allowed = ", ".join(cls.allowed())
                raise value.wrong("unknown key", remedy=f"Allowed here: {allowed}, or a group that says what it means")
            if not re.fullmatch(GROUP, name):
                raise value.wrong(f"{name!r} is no name of a group", remedy="Small Latin letters and _: scam_calls")
        return fields


def _pairs(source: Marked) -> dict[str, Marked]:
    return dict(source.items())


def _weighted(source: Marked) -> dict[str, Marked]:
    pairs = _pairs(source)
    for weight, listed in pairs.items():
        if not re.fullmatch(WEIGHT, weight) or float(weight) == 0:
            raise listed.wrong(
                f"{weight!r} is no weight", remedy="Terms are listed under their weight, a number above 0: 4: [...]"
            )
    return pairs


def _topic(source: Marked) -> str:
    if not re.fullmatch(NAME, source.text()):
        raise source.wrong(f"{source.text()!r} is no topic", remedy="Small Latin letters and _: cattle_theft")
    return source.text()


def _as_read(source: Marked) -> Marked:
    return source


def _described(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema(schema)


_TERM: dict[str, Any] = {"type": "string", "minLength": 1}

Topic: TypeAlias = Annotated[str, BeforeValidator(_topic), Field(pattern=NAME)]
Topics: TypeAlias = Annotated[tuple[Topic, ...], BeforeValidator(Marked.elements)]
Written: TypeAlias = Annotated[Marked, PlainValidator(_as_read), _described(_TERM)]
Terms: TypeAlias = Annotated[tuple[Written, ...], BeforeValidator(Marked.elements)]
Weights: TypeAlias = Annotated[dict[Annotated[str, Field(pattern=WEIGHT)], Terms], BeforeValidator(_weighted)]
Groups: TypeAlias = Annotated[
    Marked,
    PlainValidator(_as_read),
    _described(
        {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [_TERM, {"type": "array", "minItems": 1, "items": _TERM}]},
        }
    ),
]
Distance: TypeAlias = Annotated[
    Marked,
    PlainValidator(_as_read),
    _described({"anyOf": [{"enum": ["sentence", "text"]}, {"type": "integer", "minimum": 1}]}),
]
Trap: TypeAlias = Annotated[
    Marked,
    PlainValidator(_as_read),
    _described(
        {
            "anyOf": [
                _TERM,
                {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": {"enum": list(CONTEXTS)}},
            ]
        }
    ),
]


class Label(Section):
    """What people read in place of an id."""

    en: Text = ""
    kk: Text = ""
    ru: Text = ""


class CueTerms(Section):
    """Terms without weights, by language."""

    ru: Terms = ()
    kk: Terms = ()


class TermGroup(Section):
    """Terms that mean the same thing, in both languages."""

    means: Text
    """What these terms say, in one sentence for a person who adds the next one."""
    ru: Weights = Field(default_factory=dict)
    """Russian terms, by weight."""
    kk: Weights = Field(default_factory=dict)
    """Kazakh terms, by weight."""
    frame: CueTerms | None = None
    """What news of this has: victims, places, deeds. In a short text a term below 4, alone, counts only with one."""


class TermGroups(Grouped):
    """Weight → terms: 1 supports, 2 indicates, 4 is enough alone, 6 decides. Or groups of such, each with a name."""

    __pydantic_extra__: dict[str, TermGroup]

    ru: Weights = Field(default_factory=dict)
    """Russian terms without a group, by weight."""
    kk: Weights = Field(default_factory=dict)
    """Kazakh terms without a group, by weight."""


class Meeting(Section):
    """Terms that weigh something when they meet."""

    means: Text = ""
    """What such a meeting says."""
    weight: Positive
    """What the meeting is worth."""
    within: Distance | None = Field(None, json_schema_extra={"default": "sentence"})
    """What the terms meet in: `sentence`, `text` (the whole title or body), or a number of words in a sentence."""
    all_of: Groups = Field(alias="all")
    """Each of these must be there: a term, or a list of terms one of which is enough."""
    any_of: Terms = Field((), alias="any")
    """One of these must be there."""
    none_of: Terms = Field((), alias="none")
    """None of these may be in the same sentence (or text)."""


Meetings: TypeAlias = Annotated[tuple[Meeting, ...], BeforeValidator(Marked.elements)]


class Nears(Section):
    """Meetings of terms, in any order, by language."""

    ru: Meetings = ()
    kk: Meetings = ()


class Windows(Section):
    """Cues by the window in which they silence a mention."""

    phrase: CueTerms | None = None
    """Silences a mention that it covers."""
    before: CueTerms | None = None
    """Silences a mention directly after it."""
    after: CueTerms | None = None
    """Silences a mention directly before it."""
    clause: CueTerms | None = None
    """Silences the mentions of its clause."""
    sentence: CueTerms | None = None
    """Silences the mentions of its sentence; in the title or the first two sentences, those of the article."""
    text: CueTerms | None = None
    """Silences the mentions of the whole title, or the whole body."""
    overruled: CueTerms | None = None
    """Makes the cues of this context void in its sentence."""


class Yield(Section):
    """Neighbours that this topic gives way to."""

    means: Text
    """Why, in one sentence."""
    to: Topics
    """Topics: where one of them is stronger and the title does not speak of this topic, this topic is not given."""
    kept_by: CueTerms | None = None
    """Terms that keep this topic wherever they are in the article."""


Yields: TypeAlias = Annotated[tuple[Yield, ...], BeforeValidator(Marked.elements)]


class CueGroup(Windows):
    """Cues that mean the same thing, in both languages."""

    means: Text
    """What these cues say, in one sentence."""


class Cues(Windows, Grouped):
    """Cues by the window in which they silence a mention; or groups of such, each with a name."""

    __pydantic_extra__: dict[str, CueGroup]


class Contexts(Section):
    """The contexts a rule listens to, each with cues of its own; their shared cues are in contexts.yaml."""

    other_sense: Cues | None = None
    """The word has another sense here."""
    figurative: Cues | None = None
    """A figure of speech."""
    name_only: Cues | None = None
    """A body or a thing is only named."""
    drill: Cues | None = None
    """An exercise with an imagined attack or fire."""
    sport: Cues | None = None
    """A match or a player."""
    fiction: Cues | None = None
    """A film, a book, a game, a play."""
    historical: Cues | None = None
    """The last century, a jubilee, a museum."""
    statistics_absence: Cues | None = None
    """«No cases registered»."""
    denial: Cues | None = None
    """The report is false."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        fields = dict(source.items())
        for name, value in fields.items():
            check_context(name, value)
        return fields


def check_context(name: str, source: Marked) -> None:
    """Raise ConfigError for a context that is not known."""
    if name not in CONTEXTS:
        raise source.wrong(f"no context is called {name!r}", remedy=f"Known: {', '.join(CONTEXTS)}")


class Examples(Section):
    """Sentences of your own, in one language."""

    yes: Terms = ()
    """Sentences that must get the topic."""
    no: Annotated[tuple[Trap, ...], BeforeValidator(Marked.elements)] = ()
    """Sentences that must not; with `context: sentence`, the context that must be seen."""


class ExamplesByLanguage(Section):
    """Examples by language."""

    ru: Examples | None = None
    kk: Examples | None = None


class RuleFile(Section):
    """A rule of kuzet: one topic."""

    topic: Topic
    """Id of the topic; it never changes."""
    labels: Label
    """Name of the topic, as people read it."""
    threshold: Positive = DEFAULT_THRESHOLD
    """Score from which the topic is given."""
    title_weight: Positive = DEFAULT_TITLE_WEIGHT
    """How many times a mention in the title counts."""
    severity: Grade = Severity.MEDIUM
    """How grave an article of this topic is, before its own words and figures are looked at."""
    terms: TermGroups
    """Words and phrases with their weights, in named groups."""
    near: Nears = Nears.model_construct()
    """What terms weigh together that meet in a sentence."""
    unless: Contexts = Contexts.model_construct()
    """Contexts in which a mention does not count."""
    yields: Yields = ()
    """Neighbour topics that this one gives way to."""
    examples: ExamplesByLanguage = ExamplesByLanguage.model_construct()
    """Sentences that hold the rule right."""
