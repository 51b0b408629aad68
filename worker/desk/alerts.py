"""Alerts: how each is, what was sent, what one would have sent of the past; mute and acknowledge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import yaml

from pipelines.alerts.alert import parse_alerts
from pipelines.errors import UsageError
from pipelines.models import Severity
from pipelines.search.request import Sort
from worker.answers.alerts import acknowledge, alert_named, alerts_row, is_acknowledged, mute, played, test_row
from worker.answers.selection import moment
from worker.answers.shapes import AlertsLog, AlertTest, NoticeRow
from worker.desk.access import Role
from worker.desk.asked import Asked, read_asked
from worker.desk.visits import Moved, Page, View, Visit
from worker.state.alerts import Notice

NOTICES_SHOWN = 30
TRIED_ON = "30d"
PERIODS = ("7d", "30d")
HOURS = ("0", "1", "8", "24", "168")
"""For how long an alert can be muted here; 0 lets it speak again."""
KEYS = {
    "topic": "topics", "region": "regions", "place": "places", "source": "sources", "language": "languages",
    "person": "persons", "organisation": "organisations",
}  # fmt: skip
"""Filter of a search → key of an alert."""
TRIED_FOR = timedelta(days=30)
NO_TARGET = "duty"
ANY_TARGET = {"kind": "webhook", "url": "https://example.kz/"}
"""A target that a draft names while it is tried: nothing is sent."""
STATES = {"delivered": "", "quarantined": "bad", "due": "unsure"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the log. `stories`: id and title of each, the id empty for what is no story."""

    notice: Notice
    stories: tuple[tuple[str, str], ...]
    is_acknowledged: bool


def alerts(visit: Visit) -> View:
    """Return every alert with its state, and the newest messages."""
    runtime = visit.runtime
    row, log = alerts_row(runtime), runtime.state.alerts.log(limit=NOTICES_SHOWN)
    shown = [message(visit, notice) for notice in log]
    values = {
        **row,
        "units": {alert.name: alert.unit for alert in runtime.alert_file.rules.alerts},
        "log": shown,
        "hours": HOURS[1:],
        "states": STATES,
        "problem": runtime.alert_file.problem,
        "file": runtime.alert_file.file.name,
    }
    answer: AlertsLog = {**row, "log": [notice_row(one) for one in shown]}
    return View(template="alerts.html", row=answer, values=values)


def message(visit: Visit, notice: Notice) -> Shown:
    body: Any = notice.body  # JSON that was a Notification
    stories = tuple(("" if one.get("unit") else one["story"], title_of(one, visit.language)) for one in body["stories"])
    return Shown(notice, stories, is_acknowledged(visit.runtime, notice))


def title_of(pending: dict[str, Any], language: str) -> str:
    return str(pending["titles"].get(language) or pending["title"])


def notice_row(shown: Shown) -> NoticeRow:
    notice = shown.notice
    return {
        "key": notice.key,
        "at": notice.at,
        "alert": notice.alert,
        "target": notice.target,
        "state": notice.state,
        "attempts": notice.attempts,
        "error": notice.error,
        "acknowledged": shown.is_acknowledged,
        "titles": [title for _, title in shown.stories],
    }


def alert(visit: Visit) -> View | Moved:
    """Return one alert, and what it would have said of the last days, which takes some seconds."""
    rules = visit.runtime.alert_file.rules
    if not visit.one("name"):
        return Moved(to="/alerts")
    chosen = alert_named(rules, visit.one("name"))
    since = visit.one("since", TRIED_ON)
    found = played(visit.runtime, chosen, rules, since=moment(since, now=visit.now))
    row: AlertTest = test_row(chosen, found)
    values = {
        "alert": chosen,
        "draft": "",
        "tried": row,
        "since": since,
        "periods": PERIODS,
        "notices": found.notices[::-1],
    }
    return View(template="alert.html", row=row, values=values)


def draft(visit: Visit) -> View | Moved:
    """Return what alerts.yaml needs for an alert on a search, and what that would have said of the last days."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    asks, rules = what_it_asks(asked), visit.runtime.alert_file.rules
    if not asks:
        return Moved(to="/search")
    target = next(iter(rules.targets), NO_TARGET)
    text = dumped({"alerts": {visit.say("my-alert"): {**asks, "targets": [target]}}})
    tried = parse_alerts(dumped({"targets": {target: ANY_TARGET}, "alerts": {"draft": {**asks, "targets": [target]}}}))
    values: dict[str, Any] = {"alert": None, "draft": text, "has_target": target in rules.targets, "periods": ()}
    if asked.text:  # a replay does not ask for words: it would show stories without them
        lately = replace(asked.selection, since=visit.now - TRIED_FOR)
        count = visit.runtime.search.count(lately.request(asked.text), now=visit.now)
        return View(template="alert.html", row={"articles": count}, values=values | {"articles": count, "notices": ()})
    found = played(visit.runtime, tried.alerts[0], rules, since=visit.now - TRIED_FOR)
    row: AlertTest = test_row(tried.alerts[0], found)
    return View(template="alert.html", row=row, values=values | {"tried": row, "notices": found.notices[::-1]})


def what_it_asks(asked: Asked) -> dict[str, Any]:
    """Return a search as an alert asks for it."""
    lists = {key: [*asked.chosen(name)] for name, key in KEYS.items() if asked.chosen(name)}
    ranks = [Severity(value) for value in asked.chosen("severity") if value in set(Severity)]
    least = {"least_severity": str(min(ranks, key=lambda each: each.rank))} if ranks else {}
    return {**({"query": asked.text} if asked.text else {}), **lists, **least}


def dumped(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)


def mute_alert(visit: Visit) -> Moved:
    """Let an alert be silent for some hours, or speak again. Raises KuzetError."""
    name, hours = visit.form.get("name", ""), visit.form.get("hours", "")
    if hours not in HOURS:
        raise UsageError("hours", f"is one of {', '.join(HOURS)}")
    mute(visit.runtime, name, hours=float(hours))
    visit.note("muted the alert" if hours != "0" else "let the alert speak again", name)
    return Moved(to=f"/alerts?done={'muted' if hours != '0' else 'unmuted'}")


def acknowledge_message(visit: Visit) -> Moved:
    """Say no more of the stories of a message. Raises KuzetError for an unknown one."""
    titles = acknowledge(visit.runtime, visit.part["notice"])
    visit.note("acknowledged", "; ".join(titles.values()))
    return Moved(to="/alerts?done=acknowledged")


DONE: dict[str, str] = {
    "muted": "The alert is silent; what it would have said is dropped.",
    "unmuted": "The alert speaks again.",
    "acknowledged": "No alert says more of it.",
}

PAGES = (
    Page(
        path="/alerts",
        title="Alerts",
        answer=alerts,
        about="Alerts and their log.",
        twin="/alerts.json",
        shape=AlertsLog,
    ),
    Page(path="/alerts/mute", answer=mute_alert, about="Mute an alert, or not.", change=Role.ANALYST),
    Page(
        path="/notices/{notice:str}/acknowledge",
        answer=acknowledge_message,
        about="Acknowledge a message.",
        change=Role.ANALYST,
    ),
    Page(path="/alerts/new", answer=draft, about="An alert on a search."),
    Page(
        path="/alerts/try",
        twin="/alerts/try.json",
        answer=alert,
        about="What an alert would have said.",
        shape=AlertTest,
    ),
)
