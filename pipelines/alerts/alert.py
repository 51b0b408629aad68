"""config/alerts.yaml: what somebody wants to hear of, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from pipelines.alerts.file_format import (
    DESK,
    FIELDS,
    AlertSection,
    AlertsFile,
    HealthRule,
    SilenceRule,
    SpikeRule,
    TargetSection,
)
from pipelines.models import Severity
from pipelines.reading.marked_yaml import Marked, read_yaml

ALERTS_FILE = "alerts.yaml"
STORY, SPIKE, SILENCE, HEALTH = "story", "spike", "silence", "health"
"""What an alert speaks of."""


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


DESK_TARGET = NotifyTarget(name=DESK, kind=DESK, most_a_day=1000)
"""There without being named: a message that is read in the browser needs no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an alert asks for, and how it speaks. Times are in seconds.

    wanted: field of a story → values, any of which will do. figures: kind → least value. least_families: publishers
    with a text of their own. spike, silence, health: what it speaks of in place of stories. wait_s: how long it waits
    for more before it speaks. cool_down_s: how long it is silent after it spoke of a topic in a region, but for a
    higher severity. escalate_to: where a message goes that is not acknowledged within escalate_s, one
    after another.
    """

    name: str
    targets: tuple[str, ...]
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least_severity: Severity | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    least_families: int = 1
    query: str = ""
    spike: SpikeRule | None = None
    silence: SilenceRule | None = None
    health: HealthRule | None = None
    wait_s: float = 30.0
    cool_down_s: float = 3600.0
    digest_hours: float = 0.0
    most_stories: int = 10
    escalate_to: tuple[str, ...] = ()
    escalate_s: float = 1800.0
    enabled: bool = True

    @property
    def unit(self) -> str:
        """What it speaks of: stories, spikes, silences, or the health of the watch."""
        rules = {SPIKE: self.spike, SILENCE: self.silence, HEALTH: self.health}
        return next((name for name, rule in rules.items() if rule), STORY)


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
    targets: Mapping[str, NotifyTarget] = field(default_factory=lambda: {DESK: DESK_TARGET})
    quiet: QuietHours | None = None
    most_age_hours: float = 24.0

    def and_also(self, own: Iterable[Alert]) -> AlertRules:
        """Return the file's alerts with others after them; a name that the file has is the file's."""
        return replace(self, alerts=(*self.alerts, *(alert for alert in own if self.named(alert.name) is None)))

    def named(self, name: str) -> Alert | None:
        return next((alert for alert in self.alerts if alert.name == name), None)


def parse_alerts(text: str, *, file: str = ALERTS_FILE) -> AlertRules:
    """Read the file; one that says nothing has no alerts. Raises ConfigError with file, line and key."""
    if not [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]:
        return AlertRules()
    found = AlertsFile.model_validate(read_yaml(file, text))
    targets = {DESK: DESK_TARGET} | {name: _target(name, one) for name, one in found.targets.items()}
    quiet = found.quiet_hours
    return AlertRules(
        alerts=tuple(_alert(name, one, targets) for name, one in found.alerts.items()),
        targets=targets,
        quiet=QuietHours(begin=quiet.begin, end=quiet.end, bypass=quiet.bypass) if quiet else None,
        most_age_hours=found.most_age_hours,
    )


def parse_own_alerts(text: str, *, file: str, rules: AlertRules) -> tuple[Alert, ...]:
    """Read alerts that were made in the browser, which name targets of the file.

    A message to a target that the file has no longer goes to the desk. Raises ConfigError with file, line and key.
    """
    found = AlertsFile.model_validate(read_yaml(file, text))
    asked = {name for one in found.alerts.values() for name in one.targets.texts()}
    stead = {name: rules.targets.get(name, DESK_TARGET) for name in asked}
    alerts = (_alert(name, one, stead) for name, one in found.alerts.items())
    return tuple(
        replace(alert, targets=tuple(dict.fromkeys(stead[name].name for name in alert.targets))) for alert in alerts
    )


def _target(name: str, found: TargetSection) -> NotifyTarget:
    return NotifyTarget(
        name=name,
        kind=found.kind,
        url=found.url,
        to=found.to,
        sender=found.sender,
        secret_file=found.secret_file,
        most_a_day=int(found.most_a_day),
    )


def _alert(name: str, found: AlertSection, targets: Mapping[str, NotifyTarget]) -> Alert:
    return Alert(
        name=name,
        targets=_known(found.targets, targets),
        wanted={name: frozenset(getattr(found, name)) for name in FIELDS if getattr(found, name)},
        least_severity=found.least_severity,
        figures=found.figures,
        least_families=int(found.least_families),
        query=found.query,
        spike=found.spike,
        silence=found.silence,
        health=found.health,
        wait_s=found.wait_seconds,
        cool_down_s=found.cool_down_minutes * 60,
        digest_hours=found.digest_hours,
        most_stories=int(found.most_stories),
        escalate_to=_known(found.escalate_to, targets) if found.escalate_to else (),
        escalate_s=found.escalate_minutes * 60,
        enabled=found.enabled,
    )


def _known(named: Marked, targets: Mapping[str, NotifyTarget]) -> tuple[str, ...]:
    for element in named.elements():
        if element.text() not in targets:
            raise element.wrong(f"there is no target {element.text()!r}", remedy="Name it under `targets`.")
    return tuple(named.texts())


def lint(rules: AlertRules) -> list[str]:
    """Say what is allowed and surely not meant."""
    used = {target for alert in rules.alerts for target in (*alert.targets, *alert.escalate_to)}
    said = [f"no alert uses the target {name}" for name in rules.targets if name not in {DESK, *used}]
    said += [
        f"the alert {alert.name} escalates to {target}, which has had the message"
        for alert in rules.alerts
        for target in alert.escalate_to
        if target in alert.targets
    ]
    said += [f"the alert {alert.name} is switched off" for alert in rules.alerts if not alert.enabled]
    return said
