"""Articles that failed too often, kept for a person to look at, replay or drop."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipelines.models import Stage
from worker.state.records import day_of
from worker.state.scripts import Scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An article that was given up, and where a replay begins."""

    article_id: str
    stage: Stage
    error: str
    attempts: int
    at: float
    url: str
    source: str
    page: str


class Quarantine:
    """What ended as `quarantined:…`. A replay is a sighting of its own; a changed entry takes an article out, too."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("quarantine")

    def list(self) -> list[Quarantined]:
        """All of it, oldest first."""
        kept = [_quarantined(article_id, text) for article_id, text in self._redis.hgetall(self._key).items()]
        return sorted(kept, key=lambda each: each.at)

    @property
    def size(self) -> int:
        return int(self._redis.hlen(self._key))

    def replay(self, article_id: str, *, now: float) -> bool:
        """Start the article again where it failed; False if it is not here (any more)."""
        return bool(self._scripts.run("replay_article", id=article_id, now=now, day=day_of(now)))

    def drop(self, article_id: str) -> bool:
        """Give it up for good; False if it is not here. A changed entry still starts it."""
        return bool(self._redis.hdel(self._key, article_id))


def _quarantined(article_id: str, text: str) -> Quarantined:
    kept = json.loads(text)
    return Quarantined(
        article_id=article_id,
        stage=Stage(kept["stage"]),
        error=kept["error"],
        attempts=int(kept["attempts"]),
        at=float(kept["at"]),
        url=kept["url"],
        source=kept["source"],
        page=kept.get("page", ""),
    )
