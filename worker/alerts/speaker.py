"""From stories that have changed to notifications that are written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import structlog

from pipelines.alerts.alert import STORY, Alert, AlertRules
from pipelines.alerts.matching import NEW, Heard, concerns, heard_of, is_news, what_is_new
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
from pipelines.errors import EngineUnavailableError, KuzetError
from pipelines.search.request import SearchRequest
from pipelines.stories.story import Member, StoryDocument, build_story
from worker.search.engine import SearchEngine
from worker.state.alerts import Alerts, ToSay
from worker.state.records import to_json
from worker.state.stories import Stories

BATCH = 1_000
"""Stories at once. What a query costs is hardly more for many articles than for one, so few looks are cheap."""

log = structlog.get_logger(__name__)

Search = Callable[[Sequence[str], Mapping[str, str]], Mapping[str, frozenset[str]]]
"""Article ids and queries by name → id → names of the queries that find it. What is not yet searchable is missing."""

IDS_AT_ONCE, QUERIES_AT_ONCE = 1_000, 50
"""Their product is below the buckets of an answer (65,536)."""
LONGEST_WAIT_S = 86_400.0
"""A story is looked at again for this long until its articles are searchable; some never are."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0


def found_by(engine: SearchEngine, ids: Sequence[str], queries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """Return article id → names of the queries that find it; one that is not yet searchable is missing."""
    return engine.selected_by(ids, {name: SearchRequest(text=query) for name, query in queries.items()})


@dataclass(frozen=True)
class Looked:
    """A story, the mark of its change, and the alerts that it concerns with why they speak; queries are asked later."""

    id: str
    seen: str
    story: StoryDocument | None
    concerned: tuple[tuple[Alert, str], ...] = ()

    @property
    def article_ids(self) -> list[str]:
        return [member["id"] for member in self.story["members"]] if self.story else []

    @cached_property
    def queries(self) -> dict[str, str]:
        return {alert.name: alert.query for alert, _ in self.concerned if alert.query}


class Speaker:
    """Looks at stories and lets alerts speak. Everything is one script a step: doing a step again changes nothing."""

    def __init__(self, alerts: Alerts, stories: Stories, *, rules: Callable[[], AlertRules], search: Search) -> None:
        self._alerts = alerts
        self._stories = stories
        self._rules = rules
        self._search = search

    def look(self, *, now: float) -> int:
        """Match the stories that have changed against all alerts; return how many are done with.

        The queries of all alerts are asked at once. A story whose articles are not yet searchable is looked at again
        for the alerts that have a query; the others do not wait for it, nor for an engine that is away.
        """
        rules = self._rules()
        changed = self._alerts.changed(limit=BATCH, now=now)
        if not changed:
            return 0
        muted = self._alerts.muted([alert.name for alert in rules.alerts], now=now)
        speaking = [alert for alert in rules.alerts if _speaks(alert) and alert.name not in muted]
        looked = self._looked(changed, speaking, rules)
        answers = self._answers([one for one in looked if one.queries])
        found = [self._to_say(one, answers, now=now) for one in looked]
        self._alerts.pend(found, now=now)
        return sum(not one.again for one in found)

    def _looked(self, changed: Sequence[tuple[str, str]], speaking: Sequence[Alert], rules: AlertRules) -> list[Looked]:
        ids = [story_id for story_id, _ in changed]
        known = zip(changed, self._stories.members_of(ids), self._alerts.heard_of(ids), strict=True)
        looked = []
        for (story_id, seen), members, heard in known:
            story = build_story(story_id, cast("list[Member]", members)) if members else None
            concerned = _concerned(story, heard, speaking) if story and is_news(story, rules) else ()
            looked.append(Looked(story_id, seen, story, concerned))
        return looked

    def _answers(self, asking: Sequence[Looked]) -> dict[str, frozenset[str]]:
        """Ask the engine for all stories; what it cannot say now is missing, as if nothing were searchable yet.

        First which articles are searchable: most are looked at before they are, and the queries cost the most.
        """
        ids = [article_id for one in asking for article_id in one.article_ids]
        queries = list({name: query for one in asking for name, query in one.queries.items()}.items())
        answers: dict[str, frozenset[str]] = {}
        try:
            for start in range(0, len(ids), IDS_AT_ONCE):
                answers |= self._search(ids[start : start + IDS_AT_ONCE], {})
            there = list(answers)
            for start in range(0, len(there), IDS_AT_ONCE):
                for first in range(0, len(queries), QUERIES_AT_ONCE):
                    found = self._asked(there[start : start + IDS_AT_ONCE], queries[first : first + QUERIES_AT_ONCE])
                    answers |= {key: names | answers[key] for key, names in found.items()}
        except EngineUnavailableError as error:
            log.warning("alerts with a query wait", error=str(error))
            return {}
        return answers

    def _asked(self, ids: Sequence[str], queries: Sequence[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
        """Ask queries at once; when the engine refuses, each half. One that it refuses by itself finds nothing."""
        try:
            return self._search(ids, dict(queries))
        except EngineUnavailableError:
            raise
        except KuzetError as error:
            if len(queries) == 1:
                log.warning("the query of an alert is refused", alert=queries[0][0], error=str(error))
                return self._search(ids, {})
        half = len(queries) // 2
        one, other = (self._asked(ids, part) for part in (queries[:half], queries[half:]))
        return {key: names | other.get(key, frozenset()) for key, names in one.items()}

    def _to_say(self, one: Looked, answers: Mapping[str, frozenset[str]], *, now: float) -> ToSay:
        """Return what the alerts say of a story, and when to look again if not all of them could be asked."""
        found = [answers[article_id] for article_id in one.article_ids if article_id in answers]
        names = frozenset().union(*found)
        waits = bool(one.queries.keys() - names) and len(found) < len(one.article_ids)
        said = [(alert, news) for alert, news in one.concerned if not alert.query or alert.name in names]
        items = [self._item(alert, news, one.story, now=now) for alert, news in said if one.story]
        since = self._alerts.waits_since(one.id) or now if waits else now
        pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, (now - since) / 10))
        again = now + pause_s if waits and now - since <= LONGEST_WAIT_S else 0.0
        heard = heard_of(one.story).to_record() if one.story else {}
        return ToSay(story=one.id, seen=one.seen, heard=heard, items=items, again=again)

    def _item(self, alert: Alert, news: str, story: StoryDocument, *, now: float) -> dict[str, Any]:
        return {
            "alert": alert.name,
            "pending": pending_of(story, news=news, query=alert.query),
            "at": speak_at(alert, now=now),
        }

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


def _concerned(
    story: StoryDocument, heard: Mapping[str, Mapping[str, Any]] | None, speaking: Sequence[Alert]
) -> tuple[tuple[Alert, str], ...]:
    """Return the alerts that a story concerns, each with why it speaks; none of a story that is acknowledged."""
    if heard is None:
        return ()
    news = {alert: what_is_new(story, Heard.from_record(record)) for alert, record in heard.items()}
    said = ((alert, news.get(alert.name, NEW)) for alert in speaking)
    return tuple((alert, why) for alert, why in said if why and concerns(alert, story))


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
