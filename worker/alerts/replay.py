"""What an alert would have said of the past: stories are played to it report by report. Nothing is written or sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from pipelines.alerts.alert import Alert, AlertRules
from pipelines.alerts.matching import NEW, Heard, concerns, heard_of, is_news, what_is_new
from pipelines.alerts.signals import Signal, heard_signal, news_of, pending_signal
from pipelines.alerts.speaking import (
    HOUR_S,
    Notification,
    Pending,
    cool_keys,
    judge,
    notification,
    pending_of,
    speak_at,
)
from pipelines.stories.story import StoryDocument, build_story
from worker.alerts.speaker import IDS_AT_ONCE, Search
from worker.stories.index import MOST_STORIES, StoryIndex, StoryRequest

MOST_PLAYED = 20_000
"""Stories; a month of a large watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """`stories` that were played, of spikes the hours; how many the alert spoke of; `notices`: one for each message."""

    stories: int
    matched: int
    notices: tuple[Notification, ...]


def replay(index: StoryIndex, alert: Alert, rules: AlertRules, *, since: datetime | None, search: Search) -> Replayed:
    """Play the stories since then, up to MOST_PLAYED of them, the last changed. A query is asked of their articles.

    search: asks queries of articles, as the watch does.
    """
    stories = tuple(islice(index.each(StoryRequest(since=since, size=MOST_STORIES)), MOST_PLAYED))
    return play(alert, rules, stories, found=found_by_query(alert, stories, search=search))


def found_by_query(alert: Alert, stories: Iterable[StoryDocument], *, search: Search) -> frozenset[str] | None:
    """Return the articles that the query of an alert finds; None for an alert without one."""
    if not alert.query:
        return None
    ids = [member["id"] for story in stories for member in story["members"]]
    found: set[str] = set()
    for start in range(0, len(ids), IDS_AT_ONCE):
        answers = search(ids[start : start + IDS_AT_ONCE], {alert.name: alert.query})
        found |= {article_id for article_id, names in answers.items() if names}
    return frozenset(found)


def play(
    alert: Alert, rules: AlertRules, stories: tuple[StoryDocument, ...], *, found: frozenset[str] | None = None
) -> Replayed:
    """Let an alert hear of each report at the time when it came in. found: articles that its query finds."""
    said = list(_of_stories(alert, rules, stories, found))
    return _replayed(alert, rules, said, played=len(stories))


def _of_stories(
    alert: Alert, rules: AlertRules, stories: tuple[StoryDocument, ...], found: frozenset[str] | None
) -> Iterator[tuple[float, Pending]]:
    heard: dict[str, Heard] = {}
    for at, story in moments(stories):
        if found is not None and found.isdisjoint(member["id"] for member in story["members"]):
            continue
        news = what_is_new(story, heard.get(story["id"]))
        if news and is_news(story, rules) and concerns(alert, story):
            heard[story["id"]] = heard_of(story)
            yield at, pending_of(story, news=news, query=alert.query)


def replay_spikes(
    find: Callable[[float], Iterable[Signal]], alert: Alert, rules: AlertRules, *, since: float, until: float
) -> Replayed:
    """Look for spikes at each hour of the past; `find` returns those of a moment (epoch seconds)."""
    hours = [since + HOUR_S * number for number in range(1, int((until - since) // HOUR_S) + 1)]
    heard: dict[str, Heard] = {}
    said: list[tuple[float, Pending]] = []
    for at in hours:
        for signal in find(at):
            if news := news_of(signal, heard.get(signal.id)):
                heard[signal.id] = heard_signal(signal)
                said.append((at, pending_signal(signal, news=news, now=at)))
    return _replayed(alert, rules, said, played=len(hours))


def replay_now(signals: Iterable[Signal], alert: Alert, rules: AlertRules, *, now: float) -> Replayed:
    """Say what an alert would speak of now, as if it had said nothing before."""
    said = [(now, pending_signal(signal, news=NEW, now=now)) for signal in signals]
    return _replayed(alert, rules, said, played=len(said))


def _replayed(alert: Alert, rules: AlertRules, said: list[tuple[float, Pending]], *, played: int) -> Replayed:
    """Gather what matched as the watch does, and speak when the time has come."""
    gathered: dict[str, Pending] = {}
    cooling: dict[str, tuple[float, int]] = {}
    notices: list[Notification] = []
    due = 0.0
    for at, pending in said:
        while due and at >= due:
            due = _speak(alert, rules, gathered, cooling, notices, now=due)
        gathered[pending["story"]] = pending
        due = due or speak_at(alert, now=at)
    while due:
        due = _speak(alert, rules, gathered, cooling, notices, now=due)
    return Replayed(stories=played, matched=len({one["story"] for _, one in said}), notices=tuple(notices))


def moments(stories: tuple[StoryDocument, ...]) -> Iterator[tuple[float, StoryDocument]]:
    """Yield each story after each of its reports, all in the order of time."""
    reports = [
        (datetime.fromisoformat(member["observed_at"]).astimezone(UTC).timestamp(), story["id"], number, story)
        for story in stories
        for number, member in enumerate(story["members"], start=1)
    ]
    for at, story_id, number, story in sorted(reports, key=lambda report: report[:3]):
        yield at, build_story(story_id, story["members"][:number])


def _speak(  # noqa: PLR0913  the state of a replay
    alert: Alert,
    rules: AlertRules,
    gathered: dict[str, Pending],
    cooling: dict[str, tuple[float, int]],
    notices: list[Notification],
    *,
    now: float,
) -> float:
    """Speak at a time; return when to speak again, 0 for «when something comes»."""
    ranks = {key: rank for key, (until, rank) in cooling.items() if until > now}
    verdict = judge(alert, list(gathered.values()), cooling=ranks, quiet=rules.quiet, now=now)
    if verdict.speak:
        notices.append(notification(alert, alert.targets[0], verdict.speak, now=now))
    for one in verdict.speak:
        gathered.pop(one["story"], None)
        for key in cool_keys(alert, one) if alert.cool_down_s else ():
            cooling[key] = (now + alert.cool_down_s, max(one["severity_rank"], ranks.get(key, 0)))
    if not verdict.wait_until:
        gathered.clear()
    return verdict.wait_until
