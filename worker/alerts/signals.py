"""Looks at what is no story: spikes, silences, the health of the watch; and writes down what alerts will say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from pipelines.alerts.alert import HEALTH, SILENCE, SPIKE, STORY, Alert, AlertRules
from pipelines.alerts.matching import Heard
from pipelines.alerts.signals import (
    JudgedFeed,
    Signal,
    WatchHealth,
    heard_signal,
    ills,
    news_of,
    pending_signal,
    silences,
    wrong_now,
)
from pipelines.alerts.speaking import speak_at
from pipelines.alerts.spikes import spikes
from pipelines.errors import KuzetError
from pipelines.search.baselines import Baseline, Spans
from worker.search.engine import SearchEngine
from worker.state.alerts import Alerts, ToSay

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What the alerts may look at, each asked only when an alert needs it."""

    engine: SearchEngine
    feeds: Callable[[], Iterable[JudgedFeed]]
    health: Callable[[], WatchHealth]


class SignalLooker:
    """Finds what holds now. A look that is done again changes nothing: a signal has one id while it lasts."""

    def __init__(self, alerts: Alerts, senses: Senses, *, rules: Callable[[], AlertRules]) -> None:
        self._alerts = alerts
        self._senses = senses
        self._rules = rules

    def look(self, units: Iterable[str], *, now: float) -> int:
        """Look for the alerts on these units (spike, silence, health); return how many signals are new.

        An engine that is away is left to the alerts on health.
        """
        rules, wanted, found = self._rules(), frozenset(units), 0
        for alert in rules.alerts:
            if alert.unit == STORY or alert.unit not in wanted or not alert.enabled:
                continue
            if self._alerts.muted_until(alert.name) > now:
                continue
            try:
                signals = self.signals(alert, rules, now=now)
            except KuzetError as error:
                log.warning("alert could not look", alert=alert.name, error=str(error))
                continue
            found += sum(self._pend(alert, signal, now=now) for signal in signals)
        return found

    def signals(self, alert: Alert, rules: AlertRules, *, now: float) -> list[Signal]:
        """Return what holds now of what an alert asks for. Raises KuzetError when the engine cannot be asked."""
        if alert.spike:
            return spikes_at(self._senses.engine, alert, rules, now=now)
        if alert.silence:
            return silences(alert.silence, self._senses.feeds(), sources=alert.wanted.get("sources", frozenset()))
        if alert.health:
            found = self._senses.health()
            begun = self._alerts.follow(wrong_now(found), now=now)
            return ills(alert.health, found, begun=begun, now=now)
        return []

    def _pend(self, alert: Alert, signal: Signal, *, now: float) -> bool:
        heard = self._alerts.heard(signal.id)
        before = Heard.from_record(heard[alert.name]) if alert.name in heard else None
        news = news_of(signal, before)
        if not news or self._alerts.is_acknowledged(signal.id):
            return False
        item = {
            "alert": alert.name,
            "pending": pending_signal(signal, news=news, now=now),
            "at": speak_at(alert, now=now),
        }
        self._alerts.pend([ToSay(story=signal.id, seen="", heard=heard_signal(signal).to_record(), items=[item])])
        return True


def spikes_at(engine: SearchEngine, alert: Alert, rules: AlertRules, *, now: float) -> list[Signal]:
    """Return the spikes of a moment, also of one in the past. Raises KuzetError when the engine cannot be asked."""
    if alert.spike is None:
        return []
    found = baselines(engine, alert, rules, now=now)
    return spikes(alert.spike, found, regions="regions" in alert.wanted, now=now)


def baselines(
    engine: SearchEngine, alert: Alert, rules: AlertRules, *, now: float
) -> Mapping[tuple[str, str], Baseline]:
    rule = alert.spike
    if rule is None:
        return {}
    spans = Spans(
        until=datetime.fromtimestamp(now, UTC),
        hours=rule.hours,
        weeks=int(rule.weeks),
        most_age=timedelta(hours=rules.most_age_hours),
    )
    wanted = alert.wanted
    return engine.baselines(spans, topics=wanted.get("topics", ()), regions=wanted.get("regions", ()))


UNITS_EVERY_S = {SPIKE: 600.0, SILENCE: 60.0, HEALTH: 60.0}
"""How often is looked for each. A spike is counted over hours, and costs the engine a query."""
