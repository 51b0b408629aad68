"""Alerts: how each is, what was sent, what one would have sent of the past; make, remove, mute, acknowledge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import yaml

from pipelines.alerts.alert import parse_alerts
from pipelines.alerts.file_format import DESK
from pipelines.errors import UsageError
from pipelines.models import Severity
from pipelines.search.request import FILTERS, Sort
from worker.answers.alerts import (
    LONGEST_NAME,
    acknowledge,
    add_alert,
    alert_named,
    alerts_row,
    is_acknowledged,
    mute,
    played,
    remove_alert,
    test_row,
)
from worker.answers.selection import moment
from worker.answers.shapes import AlertsLog, AlertTest, NoticeRow
from worker.desk.access import Role
from worker.desk.asked import MOST_VALUES, Asked, read_asked
from worker.desk.found import chips, label
from worker.desk.visits import Moved, Page, View, Visit
from worker.state.alerts import Notice

NOTICES_SHOWN = 30
TRIED_ON = "30d"
PERIODS = ("7d", "30d")
HOURS = ("0", "1", "8", "24", "168")
"""For how long an alert can be muted here; 0 lets it speak again."""
KEYS = {
    "topic": "topics", "region": "regions", "place": "places", "source": "sources", "language": "languages",
    "person": "persons", "organisation": "organisations", "watch": "watch",
}  # fmt: skip
"""Filter of a search → key of an alert."""
ASKED_FOR = frozenset(KEYS) | {"severity"}
LEFT_OUT = frozenset(FILTERS) - ASKED_FOR
"""Filters that an alert does not know."""
TRIED_FOR = timedelta(days=30)
A_DAY_H = 24
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
        "own": runtime.alert_file.own.names(),
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
    """Return a search as an alert: a form that makes it, its lines for alerts.yaml, what it would have said lately."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    asks, rules = what_it_asks(asked), visit.runtime.alert_file.rules
    if not asks:
        return Moved(to="/search")
    name = name_of(visit, asked)
    values: dict[str, Any] = {
        "alert": None,
        "draft": dumped({"alerts": {name: {**asks, "targets": [DESK]}}}),
        "name": name,
        "query": asked.search,
        "asks": chips(visit, asked, names=ASKED_FOR),
        "words": asked.text,
        "left_out": [said for said, _ in chips(visit, asked, names=LEFT_OUT)],
        "targets": sorted(rules.targets, key=lambda one: (one != DESK, one)),
        "periods": (),
    }
    if asked.text:  # a replay does not ask for words: it would show stories without them
        lately = replace(asked.selection, since=visit.now - TRIED_FOR)
        count = visit.runtime.search.count(lately.request(asked.text), now=visit.now)
        return View(template="alert.html", row={"articles": count}, values=values | {"articles": count, "notices": ()})
    [tried] = parse_alerts(dumped({"alerts": {name: {**asks, "targets": [DESK]}}})).alerts
    found = played(visit.runtime, tried, rules, since=visit.now - TRIED_FOR)
    row: AlertTest = test_row(tried, found)
    return View(template="alert.html", row=row, values=values | {"tried": row, "notices": found.notices[::-1]})


def name_of(visit: Visit, asked: Asked) -> str:
    """Return a name for an alert on a search: its words and filters."""
    parts = [asked.text, *(label(visit, name, value) for name, value in asked.pairs if name in ASKED_FOR)]
    return " · ".join(filter(None, parts))[:LONGEST_NAME]


def add(visit: Visit) -> Moved:
    """Make a search an alert. Raises KuzetError for a name that is taken, and for a search that asks for nothing."""
    pairs = parse_qsl(visit.form.get("query", "").removeprefix("?"), max_num_fields=MOST_VALUES)
    asks = what_it_asks(read_asked(visit.runtime, pairs, now=visit.now, default=Sort.TIME))
    if not asks:
        raise UsageError("The alert", "asks for nothing, and would speak of every story")
    name = visit.form.get("name", "").strip()
    targets = [key.removeprefix("to:") for key in visit.form if key.startswith("to:")] or [DESK]
    digest = {"digest_hours": A_DAY_H} if visit.form.get("when") == "daily" else {}
    add_alert(visit.runtime, name, {**asks, "targets": targets, **digest})
    visit.note("made the alert", name)
    return Moved(to="/alerts?done=alert-made")


def remove(visit: Visit) -> Moved:
    """Remove an alert that was made here. Raises UsageError for one of alerts.yaml."""
    name = visit.form.get("name", "")
    remove_alert(visit.runtime, name)
    visit.note("removed the alert", name)
    return Moved(to="/alerts?done=alert-removed")


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
    "alert-made": "The alert is made. What it says is listed below.",
    "alert-removed": "The alert is removed.",
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
    Page(path="/alerts/add", answer=add, about="Make a search an alert.", change=Role.ANALYST),
    Page(path="/alerts/remove", answer=remove, about="Remove an alert that was made here.", change=Role.ANALYST),
    Page(
        path="/alerts/try",
        twin="/alerts/try.json",
        answer=alert,
        about="What an alert would have said.",
        shape=AlertTest,
    ),
)
