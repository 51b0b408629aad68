"""Whether a story concerns an alert, and says anything that the alert has not heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.alerts.alert import Alert, AlertRules
from pipelines.stories.story import StoryDocument

NEW = "new"
"""Why an alert speaks of what it has not spoken of before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an alert has said of a story: a higher severity or a greater figure is a reason to speak again."""

    severity_rank: int = 0
    figures: Mapping[str, float]

    def to_record(self) -> dict[str, Any]:
        return {"severity_rank": self.severity_rank, "figures": dict(self.figures)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Heard:
        return cls(severity_rank=int(record["severity_rank"]), figures=dict(record["figures"]))


def concerns(alert: Alert, story: StoryDocument) -> bool:
    """Return whether a story has what the alert asks for; its query is asked of the search engine."""
    has: Mapping[str, Any] = story
    if any(not values.intersection(has.get(name, ())) for name, values in alert.wanted.items()):
        return False
    if alert.least_severity and story.get("severity_rank", 0) < alert.least_severity.rank:
        return False
    if story["corroboration"] < alert.least_families:
        return False
    figures = story["figures"]
    return all(kind in figures and figures[kind]["high"] >= least for kind, least in alert.figures.items())


def is_news(story: StoryDocument, rules: AlertRules) -> bool:
    """Return whether the newest report was published shortly before it came in: an archive is no news."""
    newest = story["members"][-1]
    age = datetime.fromisoformat(newest["observed_at"]) - datetime.fromisoformat(newest["published_at"])
    return age <= timedelta(hours=rules.most_age_hours)


def heard_of(story: StoryDocument) -> Heard:
    """Return what an alert will have said of a story after it speaks now."""
    highs = {kind: found["high"] for kind, found in story["figures"].items()}
    return Heard(severity_rank=story.get("severity_rank", 0), figures=highs)


def what_is_new(story: StoryDocument, before: Heard | None) -> str:
    """Say why to speak: «new», what rose, or nothing. A reprint and a further report say nothing new."""
    if before is None:
        return NEW
    rose = [
        f"{kind} {before.figures[kind]:g} → {found['high']:g}"
        for kind, found in story["figures"].items()
        if kind in before.figures and found["high"] > before.figures[kind]
    ]
    if story.get("severity_rank", 0) > before.severity_rank:
        rose.insert(0, f"severity rose to {story['severity']}")
    return ", ".join(rose)
