"""config/alerts.yaml: what somebody wants to hear of, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked, read_yaml

ALERTS_FILE = "alerts.yaml"
EMAIL, WEBHOOK, TELEGRAM, APPRISE = "email", "webhook", "telegram", "apprise"
KINDS = (EMAIL, WEBHOOK, TELEGRAM, APPRISE)
FIELDS = ("topics", "regions", "places", "sources", "languages", "persons", "organisations")
"""What a story must have one value of, for each that an alert names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTarget:
    """Where notifications go. Secrets are in files: `secret_file` has the key of a webhook, a bot's token, a password.

    url: of a webhook, an SMTP server (smtp://user@host:587, smtps://…) or an apprise service. to: addresses or a chat.
    """

    name: str
    kind: str
    url: str = ""
    to: tuple[str, ...] = ()
    sender: str = ""
    secret_file: str = ""
    most_a_day: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an alert asks of a story, and how it speaks. Times are in seconds.

    wanted: field of a story → values, any of which will do. figures: kind → least value. least_families: publishers
    with a text of their own. wait_s: how long it waits for more before it speaks. cool_down_s: how long it is silent
    after it spoke of a topic in a region, but for a higher severity.
    """

    name: str
    targets: tuple[str, ...]
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least_severity: Severity | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    least_families: int = 1
    query: str = ""
    wait_s: float = 30.0
    cool_down_s: float = 3600.0
    digest_hours: float = 0.0
    most_stories: int = 10
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Between two times of day in Kazakhstan only what is as grave as `bypass` is sent."""

    begin: time
    end: time
    bypass: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """The whole file. most_age_hours: an article published longer ago than this is archive, and no news."""

    alerts: tuple[Alert, ...] = ()
    targets: Mapping[str, NotifyTarget] = field(default_factory=dict)
    quiet: QuietHours | None = None
    most_age_hours: float = 24.0

    def named(self, name: str) -> Alert | None:
        return next((alert for alert in self.alerts if alert.name == name), None)


def parse_alerts(text: str, *, file: str = ALERTS_FILE) -> AlertRules:
    """Read the file; one that says nothing has no alerts. Raises ConfigError with file, line and key."""
    if not [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]:
        return AlertRules()
    found = read_yaml(file, text).fields(("alerts", "targets", "quiet_hours", "most_age_hours"))
    targets = {name: _target(name, one) for name, one in (found["targets"].items() if "targets" in found else ())}
    alerts = tuple(_alert(name, one, targets) for name, one in (found["alerts"].items() if "alerts" in found else ()))
    return AlertRules(
        alerts=alerts,
        targets=targets,
        quiet=_quiet(found["quiet_hours"]) if "quiet_hours" in found else None,
        most_age_hours=found["most_age_hours"].positive() if "most_age_hours" in found else 24.0,
    )


def _target(name: str, source: Marked) -> NotifyTarget:
    found = source.fields(("kind", "url", "to", "sender", "secret_file", "most_a_day"), required=("kind",))
    kind = found["kind"].choice(KINDS)
    needed = {EMAIL: ("url", "to", "sender"), WEBHOOK: ("url",), TELEGRAM: ("to", "secret_file"), APPRISE: ("url",)}
    for key in needed[kind]:
        if key not in found:
            raise source.wrong(f"a target of kind {kind} needs the key {key!r}")
    return NotifyTarget(
        name=name,
        kind=kind,
        to=tuple(found["to"].texts()) if "to" in found else (),
        most_a_day=int(found["most_a_day"].positive()) if "most_a_day" in found else 200,
        **{key: found[key].text() for key in ("url", "sender", "secret_file") if key in found},
    )


_ALERT_KEYS = (
    *FIELDS,
    *("least_severity", "figures", "least_families", "query", "targets", "wait_seconds", "cool_down_minutes"),
    *("digest_hours", "most_stories", "enabled"),
)


def _alert(name: str, source: Marked, targets: Mapping[str, NotifyTarget]) -> Alert:
    found = source.fields(_ALERT_KEYS, required=("targets",))
    for element in found["targets"].elements():
        if element.text() not in targets:
            raise element.wrong(f"there is no target {element.text()!r}", remedy="Name it under `targets`.")
    if not found.keys() & {*FIELDS, "least_severity", "figures", "query"}:
        raise source.wrong("it asks for nothing, and would speak of every story", remedy="Give topics, regions …")
    numbers: Any = {
        "wait_s": _number(found, "wait_seconds", 30.0),
        "cool_down_s": _number(found, "cool_down_minutes", 60.0) * 60,
        "digest_hours": _number(found, "digest_hours", 0.0),
        "most_stories": int(_number(found, "most_stories", 10)),
        "least_families": int(_number(found, "least_families", 1)),
    }
    figures = {kind: least.number() for kind, least in found["figures"].items()} if "figures" in found else {}
    return Alert(
        name=name,
        targets=tuple(found["targets"].texts()),
        wanted={name: frozenset(found[name].texts()) for name in FIELDS if name in found},
        least_severity=Severity(found["least_severity"].choice(tuple(Severity))) if "least_severity" in found else None,
        figures=figures,
        query=found["query"].text() if "query" in found else "",
        enabled="enabled" not in found or found["enabled"].choice(("true", "false")) == "true",
        **numbers,
    )


def _number(found: Mapping[str, Marked], key: str, default: float) -> float:
    if key not in found:
        return default
    if (number := found[key].number()) < 0:
        raise found[key].wrong("a number from 0 is expected here")
    return number


def _quiet(source: Marked) -> QuietHours:
    found = source.fields(("begin", "end", "bypass"), required=("begin", "end"))
    bypass = found["bypass"].choice(tuple(Severity)) if "bypass" in found else Severity.CRITICAL
    return QuietHours(begin=_time(found["begin"]), end=_time(found["end"]), bypass=Severity(bypass))


def _time(source: Marked) -> time:
    try:
        return time.fromisoformat(source.text())
    except ValueError:
        raise source.wrong("a time of day is expected here, in quotes", remedy='Write "22:00".') from None


def lint(rules: AlertRules) -> list[str]:
    """Say what is allowed and surely not meant."""
    used = {target for alert in rules.alerts for target in alert.targets}
    said = [f"no alert uses the target {name}" for name in rules.targets if name not in used]
    said += [f"the alert {alert.name} is switched off" for alert in rules.alerts if not alert.enabled]
    return said
