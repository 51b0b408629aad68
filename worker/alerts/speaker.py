"""From stories that have changed to notifications that are written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import structlog

from pipelines.alerts.alert import STORY, Alert, AlertRules
from pipelines.alerts.matching import Heard, concerns, heard_of, is_news, what_is_new
from pipelines.alerts.speaking import (
    Escalation,
    Pending,
    cool_keys,
    escalation,
    judge,
    notification,
    pending_of,
    speak_at,
)
from pipelines.stories.story import Member, StoryDocument, build_story
from worker.state.alerts import Alerts
from worker.state.records import to_json
from worker.state.stories import Stories

BATCH = 200

log = structlog.get_logger(__name__)

HasWords = Callable[[StoryDocument, str], bool | None]
"""Whether an article of a story is found by a query; None while not all of them are searchable."""

LONGEST_WAIT_S = 600.0
"""A story is looked at again for this long until its articles are searchable; some never are."""


class Speaker:
    """Looks at stories and lets alerts speak. Everything is one script a step: doing a step again changes nothing."""

    def __init__(
        self, alerts: Alerts, stories: Stories, *, rules: Callable[[], AlertRules], has_words: HasWords
    ) -> None:
        self._alerts = alerts
        self._stories = stories
        self._rules = rules
        self._has_words = has_words

    def look(self, *, now: float) -> int:
        """Match the stories that have changed against all alerts; return how many are done with.

        A story whose articles are not yet searchable stays for the alerts that have a query.
        """
        rules = self._rules()
        changed, done = self._alerts.changed(limit=BATCH), 0
        muted = self._alerts.muted([alert.name for alert in rules.alerts], now=now) if changed else frozenset()
        speaking = [alert for alert in rules.alerts if _speaks(alert) and alert.name not in muted]
        for story_id, seen in changed:
            members = self._stories.members(story_id)
            story = build_story(story_id, cast("list[Member]", members)) if members else None
            items, is_whole = self._matches(story, speaking, rules, now=now) if story else ([], True)
            is_done = is_whole or now - float(seen) > LONGEST_WAIT_S
            self._alerts.pend(story_id, seen if is_done else "", items)
            done += is_done
        return done

    def _matches(
        self, story: StoryDocument, speaking: Sequence[Alert], rules: AlertRules, *, now: float
    ) -> tuple[list[dict[str, Any]], bool]:
        """Return what is to be written down, and whether all alerts could be asked."""
        if not is_news(story, rules) or self._alerts.is_acknowledged(story["id"]):
            return [], True
        heard = self._alerts.heard(story["id"])
        items, is_whole = [], True
        for alert in speaking:
            before = Heard.from_record(heard[alert.name]) if alert.name in heard else None
            news = what_is_new(story, before)
            answer = self._concerns(alert, story) if news else False
            is_whole = is_whole and answer is not None
            if answer:
                items.append(
                    {
                        "alert": alert.name,
                        "heard": heard_of(alert, story).to_record(),
                        "pending": pending_of(story, news=news, query=alert.query),
                        "at": speak_at(alert, now=now),
                    }
                )
        return items, is_whole

    def _concerns(self, alert: Alert, story: StoryDocument) -> bool | None:
        if not concerns(alert, story):
            return False
        return self._has_words(story, alert.query) if alert.query else True

    def speak(self, *, now: float) -> int:
        """Let the alerts speak whose time has come; return how many did."""
        rules, due = self._rules(), self._alerts.due(now=now)
        for name in due:
            alert = rules.named(name)
            gathered = self._alerts.pending(name)
            if alert is None:  # it was taken out of the file
                self._alerts.speak(name, said=gathered, notices=[], cool=[], next_at=0.0, now=now)
            else:
                self._speak(alert, gathered, rules, now=now)
        return len(due)

    def escalate(self, *, now: float) -> int:
        """Send what was not acknowledged in time to the next target; return how much was."""
        rules, sent = self._rules(), 0
        for record in self._alerts.escalations(now=now):
            found: Escalation = json.loads(record)
            alert, step = rules.named(found["alert"]), found["step"]
            open_ones = [one for one in found["stories"] if not self._alerts.is_acknowledged(one["story"])]
            following = escalation(alert, open_ones, step=step, since=found["since"]) if alert else None
            if alert is None or following is None:
                self._alerts.escalate(record, notices=[], escalate_at=0.0, now=now)
                continue
            target = alert.escalate_to[step]
            notice = self._notice(alert, target, open_ones, rules, now=now, step=step + 1, since=found["since"])
            next_one = escalation(alert, open_ones, step=step + 1, since=found["since"])
            self._alerts.escalate(
                record,
                notices=[notice],
                escalate=to_json(next_one) if next_one else "",
                escalate_at=now + alert.escalate_s,
                now=now,
            )
            sent += 1
        return sent

    def _speak(self, alert: Alert, gathered: Mapping[str, str], rules: AlertRules, *, now: float) -> None:
        pending: list[Pending] = [json.loads(text) for text in gathered.values()]
        cooling = self._alerts.cooling(key for one in pending for key in cool_keys(alert, one))
        verdict = judge(alert, pending, cooling=cooling, quiet=rules.quiet, now=now)
        spoken = {one["story"] for one in verdict.speak}
        done = {story: text for story, text in gathered.items() if not verdict.wait_until or story in spoken}
        notices = [
            self._notice(alert, target, verdict.speak, rules, now=now) for target in alert.targets if verdict.speak
        ]
        following = escalation(alert, verdict.speak, step=0, since=now)
        over = self._alerts.speak(
            alert.name,
            said=done,
            notices=notices,
            cool=cool_downs(alert, verdict.speak),
            next_at=verdict.wait_until,
            now=now,
            escalate=to_json(following) if following else "",
            escalate_at=now + alert.escalate_s,
        )
        log.info("alert", alert=alert.name, stories=len(spoken), notifications=len(notices) - over, over_cap=over)

    def _notice(  # noqa: PLR0913  what a message is made of
        self,
        alert: Alert,
        target: str,
        speak: Sequence[Pending],
        rules: AlertRules,
        *,
        now: float,
        step: int = 0,
        since: float = 0.0,
    ) -> dict[str, Any]:
        notice = notification(alert, target, speak, now=now, step=step, since=since)
        most = rules.targets[target].most_a_day
        return {"key": notice["key"], "target": target, "most": most, "body": json.dumps(notice, ensure_ascii=False)}


def _speaks(alert: Alert) -> bool:
    return alert.enabled and alert.unit == STORY


def cool_downs(alert: Alert, speak: Sequence[Pending]) -> list[dict[str, Any]]:
    """Return the cool-downs that begin when an alert speaks of stories."""
    if not alert.cool_down_s:
        return []
    ranks: dict[str, int] = {}
    for one in speak:
        for key in cool_keys(alert, one):
            ranks[key] = max(ranks.get(key, 0), one["severity_rank"])
    return [{"key": key, "rank": rank, "seconds": int(alert.cool_down_s)} for key, rank in ranks.items()]
