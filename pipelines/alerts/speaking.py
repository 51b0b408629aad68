"""When an alert speaks: groups, cool-down, quiet hours, digests, and the cap of a day."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NotRequired, TypedDict

from pipelines.alerts.alert import HEALTH, SILENCE, Alert, QuietHours
from pipelines.alerts.matching import NEW
from pipelines.stories.story import StoryDocument
from pipelines.time_zone import KAZAKHSTAN

HOUR_S = 3600.0
MOST_WORDS = 20
_QUERY_WORD = re.compile(r"(?<![-\w:])[^\W\d_]{3,}(?![\w:])")


class Pending(TypedDict):
    """A story that an alert is to speak of, as it was when it matched. news: why.

    What is no story has a `unit` (spike, silence, health) and a `detail`, and `story` is the id of the signal.
    """

    story: str
    title: str
    titles: dict[str, str]
    url: str
    severity: str
    severity_rank: int
    topics: list[str]
    regions: list[str]
    sources: list[str]
    articles: int
    figures: dict[str, str]
    reasons: list[str]
    first_seen: str
    news: str
    unit: NotRequired[str]
    detail: NotRequired[str]
    words: NotRequired[list[str]]
    excerpt: NotRequired[str]


class Notification(TypedDict):
    """One message to one target. The key is the same however often it is sent: receivers drop what they have.

    next_minutes: when it goes to the next target unless it is acknowledged; waited_minutes: how long it was not.
    """

    key: str
    alert: str
    target: str
    at: float
    stories: list[Pending]
    more: int
    next_minutes: NotRequired[float]
    waited_minutes: NotRequired[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of pending stories: those that are spoken of now, and until when the others wait (0: dropped)."""

    speak: tuple[Pending, ...] = ()
    wait_until: float = 0.0


def pending_of(story: StoryDocument, *, news: str, query: str = "") -> Pending:
    """Return what a message says of a story that concerns an alert with this query."""
    words = [*_QUERY_WORD.findall(query), *(word for member in story["members"] for word in member.get("words", ()))]
    figures = {
        kind: f"{found['low']:g}" if found["low"] == found["high"] else f"{found['low']:g} to {found['high']:g}"
        for kind, found in story["figures"].items()
    }
    newest = story["members"][-1]
    return {
        "story": story["id"],
        "title": story["title"],
        "titles": story["titles"],
        "url": story["members"][0]["url"],
        "severity": story.get("severity", ""),
        "severity_rank": story.get("severity_rank", 0),
        "topics": story["topics"],
        "regions": story["regions"],
        "sources": story["sources"],
        "articles": story["articles"],
        "figures": figures,
        "reasons": newest["reasons"],
        "first_seen": story["first_seen"],
        "news": news,
        "words": list(dict.fromkeys(words))[:MOST_WORDS],
        "excerpt": next((said for member in story["members"] if (said := member.get("excerpt", ""))), ""),
    }


def speak_at(alert: Alert, *, now: float) -> float:
    """Return when a group that begins now is sent: after the wait, or at the end of the digest's period."""
    if not alert.digest_hours:
        return now + alert.wait_s
    period = alert.digest_hours * HOUR_S
    offset = KAZAKHSTAN.utcoffset(None)
    shift = offset.total_seconds() if offset else 0.0
    return (int((now + shift) // period) + 1) * period - shift


def judge(
    alert: Alert, pending: Sequence[Pending], *, cooling: Mapping[str, int], quiet: QuietHours | None, now: float
) -> Verdict:
    """Decide what is said now.

    cooling: key of `cool_keys` → the severity that was spoken of, while its cool-down lasts. A higher one passes. What
    cools down is dropped, and is in the story for those who look; what comes in quiet hours waits for their end.
    """
    warm = [one for one in pending if not _is_cooling(alert, one, cooling)]
    if quiet and (ends_at := quiet_until(quiet, now=now)):
        grave = tuple(one for one in warm if one["severity_rank"] >= quiet.bypass.rank)
        return Verdict(speak=grave, wait_until=ends_at if len(grave) < len(warm) else 0.0)
    return Verdict(speak=tuple(sorted(warm, key=lambda one: (-one["severity_rank"], one["first_seen"], one["story"]))))


def cool_keys(alert: Alert, one: Pending) -> list[str]:
    """Return the keys of alert × region × topic; of a silence or an ill, the key of that alone."""
    if one.get("unit") in (SILENCE, HEALTH):
        return [f"{alert.name}|{one['story']}"]
    return [f"{alert.name}|{region}|{topic}" for region in one["regions"] or [""] for topic in one["topics"] or [""]]


def quiet_until(quiet: QuietHours, *, now: float) -> float:
    """Return when the quiet hours that it is now end; 0 when it is not quiet."""
    here = datetime.fromtimestamp(now, KAZAKHSTAN)
    begin, end = (
        here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) for at in (quiet.begin, quiet.end)
    )
    if begin <= end:
        return end.timestamp() if begin <= here < end else 0.0
    if here >= begin:
        return (end + timedelta(days=1)).timestamp()
    return end.timestamp() if here < end else 0.0


def notification(  # noqa: PLR0913  what a message is made of
    alert: Alert, target: str, speak: Sequence[Pending], *, now: float, step: int = 0, since: float = 0.0
) -> Notification:
    """Return the message to one target; stories beyond the alert's number are counted.

    step: how many targets of `escalate_to` had it with this one; since: when it was said first.
    """
    shown = list(speak[: alert.most_stories])
    said = "\x1f".join([alert.name, target, *(f"{one['story']} {one['news']} {one['severity_rank']}" for one in speak)])
    notice: Notification = {
        "key": hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "alert": alert.name,
        "target": target,
        "at": now,
        "stories": shown,
        "more": len(speak) - len(shown),
    }
    if step < len(alert.escalate_to):
        notice["next_minutes"] = alert.escalate_s / 60
    if step:
        notice["waited_minutes"] = round((now - since) / 60)
    return notice


def subject_of(notice: Notification) -> str:
    """Return the message in one line."""
    first = notice["stories"][0]
    severity = f"[{first['severity']}] " if first["severity"] else ""
    others = len(notice["stories"]) + notice["more"] - 1
    return f"{severity}{first['title']}{f' (and {others} more)' if others else ''}"


def text_of(notice: Notification) -> str:
    """Return the message as plain text."""
    return "\n\n".join([*map(text_of_story, notice["stories"]), *words_after(notice)])


def words_after(notice: Notification) -> list[str]:
    """Return what a message says after its stories, a paragraph each."""
    parts = [f"{notice['more']} more."] if notice["more"] else []
    if waited := notice.get("waited_minutes"):
        parts.append(f"Not acknowledged for {waited:g} minutes.")
    if minutes := notice.get("next_minutes"):
        parts.append(f"It goes to the next target in {minutes:g} minutes, unless: kuzet alerts ack {notice['key']}")
    return [*parts, f"Alert {notice['alert']}, {_moment(notice['at'])}."]


def split_text(text: str, *, most: int) -> list[str]:
    """Cut a text into parts of at most `most` UTF-16 units: between paragraphs, else lines, else anywhere."""
    if length_of(text) <= most:
        return [text]
    parts: list[str] = []
    for separator in ("\n\n", "\n"):
        pieces = text.split(separator)
        if len(pieces) > 1:
            for piece in pieces:
                joined = f"{parts[-1]}{separator}{piece}" if parts else piece
                if parts and length_of(joined) <= most:
                    parts[-1] = joined
                else:
                    parts.append(piece)
            return [small for part in parts for small in split_text(part, most=most)]
    half = most // 2
    return [text[start : start + half] for start in range(0, len(text), half)]


def length_of(text: str) -> int:
    """Return how long Telegram takes a text to be: letters outside the first plane count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Escalation(TypedDict):
    """What goes to the next target unless it is acknowledged. step: how many targets of `escalate_to` had it."""

    alert: str
    step: int
    stories: list[Pending]
    since: float


def escalation(alert: Alert, stories: Sequence[Pending], *, step: int, since: float) -> Escalation | None:
    """Return what is to be escalated after that many steps; None when there is no further target."""
    if step >= len(alert.escalate_to) or not stories:
        return None
    return {"alert": alert.name, "step": step, "stories": list(stories[: alert.most_stories]), "since": since}


def counted(number: int, noun: str) -> str:
    """Return «1 article» and «3 articles»."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def text_of_story(one: Pending) -> str:
    """Return what a message says of one story, as plain text."""
    facts = [
        one["severity"],
        ", ".join(one["topics"]),
        ", ".join(one["regions"]),
        ", ".join(f"{kind} {said}" for kind, said in one["figures"].items()),
        f"{counted(one['articles'], 'article')}: {', '.join(one['sources'])}"
        if one["articles"]
        else ", ".join(one["sources"]),
    ]
    others = [title for title in one["titles"].values() if title != one["title"]]
    news = [] if one["news"] == NEW else [f"Now: {one['news']}"]
    more = (one.get("detail", ""), one.get("excerpt", ""), one["url"])
    lines = [one["title"], *others, *news, " · ".join(filter(None, facts)), *more]
    return "\n".join(filter(None, lines))


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(KAZAKHSTAN).strftime("%d.%m.%Y %H:%M")


def _is_cooling(alert: Alert, one: Pending, cooling: Mapping[str, int]) -> bool:
    ranks = [cooling.get(key, -1) for key in cool_keys(alert, one)]
    return min(ranks) >= one["severity_rank"]
