"""Alerts as commands and the desk show them: what each says, has said and would have said; acknowledge, mute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.alerts.alert import STORY
from pipelines.errors import KuzetError, UsageError
from worker.answers.selection import find_key
from worker.stories.reading import find_story

if TYPE_CHECKING:
    from pipelines.alerts.alert import Alert, AlertRules
    from worker.alerts.replay import Replayed
    from worker.answers.shapes import AlertRow, AlertsAnswer, AlertTest
    from worker.runtime import Runtime
    from worker.state.alerts import Notice

HOUR_S = 3600
REPLAYED_S = 30 * 86_400
LONGEST_NAME = 60


def alert_named(rules: AlertRules, name: str) -> Alert:
    """Return an alert of the file. Raises KuzetError for an unknown one."""
    if alert := rules.named(name):
        return alert
    known = ", ".join(one.name for one in rules.alerts) or "no alerts yet"
    raise KuzetError(name, "is no alert", remedy=f"There are: {known}.")


def alerts_row(runtime: Runtime) -> AlertsAnswer:
    """Return every alert of the file, and what became of today's notifications."""
    state = runtime.state.alerts
    return {
        "alerts": [alert_row(runtime, alert) for alert in runtime.alert_file.rules.alerts],
        "today": state.outcomes(now=runtime.now()),
        "quarantined": state.quarantined(),
        "waiting": state.waiting,
    }


def alert_row(runtime: Runtime, alert: Alert) -> AlertRow:
    state, now = runtime.state.alerts, runtime.now()
    muted = state.muted_until(alert.name)
    return {
        "name": alert.name,
        "targets": list(alert.targets),
        "state": "on" if alert.enabled else "off",
        "muted_until": muted if muted > now else 0.0,
        "gathered": len(state.pending(alert.name)),
    }


def played(runtime: Runtime, alert: Alert, rules: AlertRules, *, since: datetime | None) -> Replayed:
    """Play the past to an alert. Raises UsageError for one on silences or the watch's health: they have no past."""
    from worker.alerts.replay import replay, replay_spikes
    from worker.alerts.signals import spikes_at
    from worker.alerts.speaker import found_by

    if alert.unit == STORY:
        return replay(runtime.story_index, alert, rules, since=since, search=partial(found_by, runtime.search))
    if alert.spike is None:
        raise UsageError(alert.name, "speaks of what is wrong now, and that has no past to be tried on")
    now = runtime.now()
    find = partial(spikes_at, runtime.search, alert, rules)
    begins_at = since.timestamp() if since else now - REPLAYED_S
    return replay_spikes(lambda at: find(now=at), alert, rules, since=begins_at, until=now)


def test_row(alert: Alert, found: Replayed) -> AlertTest:
    return {
        "alert": alert.name,
        "stories": found.stories,
        "matched": found.matched,
        "notifications": [
            {"at": notice["at"], "stories": len(notice["stories"]) + notice["more"],
             "titles": [one["title"] for one in notice["stories"]]}
            for notice in found.notices
        ],
        "sent": "",
    }  # fmt: skip


def add_alert(runtime: Runtime, name: str, section: Mapping[str, Any]) -> None:
    """Add an alert of a person. Raises UsageError for a name that is taken, ConfigError for what it may not ask."""
    rules = runtime.alert_file.check()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise UsageError("The alert", f"needs a name of at most {LONGEST_NAME} letters")
    if rules.named(name):
        raise UsageError(name, "is an alert already", remedy="Choose another name.")
    if unknown := [one for one in section["targets"] if one not in rules.targets]:
        raise UsageError(unknown[0], "is no target of alerts.yaml")
    runtime.alert_file.own.put(name, section, rules=rules)


def remove_alert(runtime: Runtime, name: str) -> None:
    """Remove an alert that a person has added. Raises UsageError for one that is not theirs to remove."""
    if name not in runtime.alert_file.own.names():
        raise UsageError(
            name, "is no alert that was made here", remedy="Those of alerts.yaml are removed in that file."
        )
    runtime.alert_file.own.drop(name, rules=runtime.alert_file.check())


def mute(runtime: Runtime, name: str, *, hours: float) -> float:
    """Let an alert be silent for some hours, 0: let it speak. Return until when. Raises KuzetError."""
    alert_named(runtime.alert_file.rules, name)
    if not hours:
        runtime.state.alerts.unmute(name)
        return 0.0
    until = runtime.now() + hours * HOUR_S
    runtime.state.alerts.mute(name, until=until, now=runtime.now())
    return until


def acknowledge(runtime: Runtime, named: str) -> Mapping[str, str]:
    """Say no more of the stories of a message, or of a story; return story → title. Raises KuzetError."""
    state = runtime.state.alerts
    titles = {one["story"]: one["title"] for one in notice["stories"]} if (notice := state.notice(named)) else {}
    if not titles:
        key = find_key(runtime, named)
        story = find_story(runtime.state.stories, runtime.story_index, key, story_of=runtime.search.story_of)
        if story is None:
            raise KuzetError(named, "is no message, no story, and no article of one")
        titles = {story["id"]: story["title"]}
    for story_id in titles:
        state.acknowledge(story_id)
    return titles


def is_acknowledged(runtime: Runtime, notice: Notice) -> bool:
    """True if somebody has taken over every story of a message."""
    return all(runtime.state.alerts.is_acknowledged(one["story"]) for one in notice.body["stories"])
