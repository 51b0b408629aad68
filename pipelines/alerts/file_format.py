"""The format of alerts.yaml, said once: the reader, `alerts.schema.json` and the table of the guide come from it."""

from __future__ import annotations

from datetime import time
from math import isfinite
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked
from pipelines.reading.sections import Grade, Positive, Section, Text, schema_of, table_of

EMAIL, WEBHOOK, TELEGRAM, APPRISE, DESK = "email", "webhook", "telegram", "apprise", "desk"
KINDS = (EMAIL, WEBHOOK, TELEGRAM, APPRISE, DESK)
NEEDED = {EMAIL: ("url", "to", "sender"), WEBHOOK: ("url",), TELEGRAM: ("to", "secret_file"), APPRISE: (), DESK: ()}
FIELDS = ("topics", "regions", "places", "sources", "languages", "persons", "organisations", "watch")
"""What a story must have one value of, for each that an alert names."""

OF_SIGNALS = {"spike": ("topics", "regions"), "silence": ("sources",), "health": ()}
"""What else may be asked of what is no story."""
OF_STORIES = (*FIELDS, "least_severity", "figures", "least_families", "query")


def _from_zero(source: Marked) -> float:
    if (number := source.number()) < 0 or not isfinite(number):
        raise source.wrong("a number from 0 is expected here")
    return number


def _time(source: Marked) -> time:
    try:
        return time.fromisoformat(source.text())
    except ValueError:
        raise source.wrong("a time of day is expected here, in quotes", remedy='Write "22:00".') from None


def _kind(source: Marked) -> str:
    return source.choice(KINDS)


def _is_true(source: Marked) -> bool:
    return source.choice(("true", "false")) == "true"


def _pairs(source: Marked) -> dict[str, Marked]:
    return dict(source.items())


def _as_read(source: Marked) -> Marked:
    return source


FromZero: TypeAlias = Annotated[float, BeforeValidator(_from_zero), Field(ge=0)]
Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(Marked.texts)]
Flag: TypeAlias = Annotated[bool, BeforeValidator(_is_true)]
TimeOfDay: TypeAlias = Annotated[
    time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]"})
]
Named: TypeAlias = Annotated[
    Marked, PlainValidator(_as_read), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]
Figures: TypeAlias = Annotated[dict[str, Annotated[float, BeforeValidator(Marked.number)]], BeforeValidator(_pairs)]


class TargetSection(Section):
    """Where notifications go. Secrets are in files."""

    kind: Annotated[Literal["email", "webhook", "telegram", "apprise", "desk"], BeforeValidator(_kind)]
    """How it is reached. `desk`: it is read in the browser, on the page of alerts."""
    url: Text = ""
    """Of a webhook, an SMTP server (`smtp://user@host:587`, `smtps://`) or a service of apprise."""
    to: Texts = ()
    """Addresses of a mail, chats of Telegram."""
    sender: Text = ""
    """The address that a mail comes from."""
    secret_file: Text = ""
    """File with the key of a webhook, the token of a bot, the password of a mail server."""
    most_a_day: Positive = 200.0
    """More notifications than this are counted, and not sent."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        found = source.fields(cls.allowed(), required=("kind",))
        kind = found["kind"].choice(KINDS)
        for key in NEEDED[kind]:
            if key not in found:
                raise source.wrong(f"a target of kind {kind} needs the key {key!r}")
        if kind == APPRISE and not found.keys() & {"url", "secret_file"}:
            raise source.wrong("a target of kind apprise needs the key 'url'", remedy="Or give `secret_file`.")
        return found


class SpikeRule(Section):
    """More reports of a topic in a region than at this time of the week before."""

    hours: Positive = 6.0
    """The last hours are compared with the same hours of the weeks before."""
    weeks: Positive = 8.0
    """How many weeks back, 4 or more; it is silent before four of them are filled."""
    chance: Positive = 0.00001
    """It speaks when such a number of reports comes by chance less often than this."""
    least: Positive = 5.0
    """Fewer reports than this are no spike. A publisher counts once an event."""
    severity: Grade = Severity.MEDIUM
    """How grave it is, for quiet hours and cool-downs."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        found = source.fields(cls.allowed())
        if "weeks" in found and not LEAST_WEEKS <= found["weeks"].number() <= MOST_WEEKS:
            raise found["weeks"].wrong(f"a number from {LEAST_WEEKS} to {MOST_WEEKS} is expected here")
        return found


LEAST_WEEKS, MOST_WEEKS = 4, 26


class SilenceRule(Section):
    """A feed, or all feeds of a source, without anything new against their own rhythm."""

    chance: Positive = 0.001
    """It speaks when such a pause comes by chance less often than this."""
    severity: Grade = Severity.LOW
    """How grave it is, for quiet hours and cool-downs."""


class HealthRule(Section):
    """The watch itself is not well."""

    engine_minutes: FromZero = 5.0
    """The search engine does not answer, or takes nothing, for this long."""
    outbox_minutes: FromZero = 15.0
    """An article waits for the index this long."""
    unserved_minutes: FromZero = 5.0
    """A queue has no worker for this long."""
    quarantined: Positive = 100.0
    """This many articles are in quarantine."""
    severity: Grade = Severity.HIGH
    """How grave it is, for quiet hours and cool-downs."""


class AlertSection(Section):
    """What an alert asks for, and how it speaks. All that is named must hold; of a list any value will do."""

    topics: Texts = ()
    """Topics of the story."""
    regions: Texts = ()
    """Its regions."""
    places: Texts = ()
    """Its places."""
    sources: Texts = ()
    """Its sources."""
    languages: Texts = ()
    """Its languages."""
    persons: Texts = ()
    """Persons that it names."""
    organisations: Texts = ()
    """Organisations that it names."""
    watch: Texts = ()
    """Watchlists (`fraudsters`), or entries of them (`fraudsters: +77011234567`), that it names."""
    least_severity: Grade | None = None
    """low, medium, high or critical."""
    figures: Figures = Field(default_factory=dict)
    """Kind → least value: `{killed: 3}`."""
    least_families: FromZero = 1.0
    """Publishers with a text of their own."""
    query: Text = ""
    """An article of the story must be found by this search."""
    spike: SpikeRule | None = None
    """In place of stories: more reports than usual."""
    silence: SilenceRule | None = None
    """In place of stories: feeds and sources that bring nothing."""
    health: HealthRule | None = None
    """In place of stories: the watch is not well."""
    targets: Named
    """Where it goes. The target `desk` is always there."""
    escalate_to: Named | None = None
    """Where a message goes after that, one target after another, until it is acknowledged."""
    escalate_minutes: Positive = 30.0
    """How long it waits for an acknowledgement before the next target."""
    wait_seconds: FromZero = 30.0
    """It gathers that long, and then sends one message."""
    cool_down_minutes: FromZero = 60.0
    """How long it is silent of a topic in a region after it spoke; a higher severity passes."""
    digest_hours: FromZero = 0.0
    """In place of the wait: one message at the end of each period; 24 is a day of Kazakhstan."""
    most_stories: Positive = 10.0
    """Of a message; the rest is counted («12 more»)."""
    enabled: Flag = True
    """`false` switches it off."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Marked) -> dict[str, Marked]:
        found = source.fields(cls.allowed(), required=("targets",))
        signals = [name for name in OF_SIGNALS if name in found]
        if len(signals) > 1:
            raise found[signals[1]].wrong(f"an alert is for one of {', '.join(OF_SIGNALS)}", remedy="Make two alerts.")
        for name in signals:
            for key in OF_STORIES:
                if key in found and key not in OF_SIGNALS[name]:
                    raise found[key].wrong(f"is for stories, and this alert is for a {name}", remedy="Take it out.")
        for key in FIELDS:
            if key in found and not found[key].elements():
                raise found[key].wrong("names nothing", remedy="Take it out: without it any value will do.")
        if not signals and not found.keys() & (set(OF_STORIES) - {"least_families"}):
            raise source.wrong("it asks for nothing, and would speak of every story", remedy="Give topics, regions …")
        return found


class QuietSection(Section):
    """Between two times of day in Kazakhstan only what is as grave as `bypass` is sent."""

    begin: TimeOfDay
    """Time of day, in quotes."""
    end: TimeOfDay
    """Time of day, in quotes."""
    bypass: Grade = Severity.CRITICAL
    """What is sent at any time."""


class AlertsFile(Section):
    """Alerts of kuzet: what somebody wants to hear of, and where it goes."""

    targets: Annotated[dict[str, TargetSection], BeforeValidator(_pairs)] = Field(default_factory=dict)
    """Name → where notifications go."""
    quiet_hours: QuietSection | None = None
    """When only the gravest is sent."""
    most_age_hours: Positive = 24.0
    """An article that was published longer ago than this when it came in is archive, and no news."""
    alerts: Annotated[dict[str, AlertSection], BeforeValidator(_pairs)] = Field(default_factory=dict)
    """Name → what it asks for."""


PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", AlertsFile),
    ("targets.NAME.", TargetSection),
    ("quiet_hours.", QuietSection),
    ("alerts.NAME.", AlertSection),
    ("alerts.NAME.spike.", SpikeRule),
    ("alerts.NAME.silence.", SilenceRule),
    ("alerts.NAME.health.", HealthRule),
)


def alerts_schema() -> dict[str, Any]:
    """Return the JSON schema of alerts.yaml."""
    return schema_of(AlertsFile, "alerts.schema.json")


def alerts_table() -> str:
    """Return the keys of alerts.yaml as a table in Markdown."""
    return table_of(PARTS)
