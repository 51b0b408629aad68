"""What the last check of each source against its sitemap found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.feeds.recall import Recall
from worker.state.records import to_json
from worker.state.scripts import Scripts

MISSED_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallResult:
    """One check. `at`: epoch second; `missed`: link, title, published_at (ISO 8601), why, seen; at most MISSED_KEPT."""

    at: float
    sitemap: str
    listed: int
    seen: int
    missed: tuple[Mapping[str, Any], ...] = ()
    problem: str = ""


class Recalls:
    """By source; the newest check takes the place of the one before."""

    def __init__(self, scripts: Scripts) -> None:
        self._redis = scripts.redis
        self._key = scripts.key("recalls")

    def keep(self, found: Recall, *, now: float) -> RecallResult:
        missed = tuple(
            {**asdict(each), "published_at": each.published_at.isoformat()} for each in found.missed[:MISSED_KEPT]
        )
        result = RecallResult(at=now, sitemap=found.sitemap, listed=found.listed, seen=found.seen, missed=missed)
        self._put(found.source, result)
        return result

    def keep_problem(self, source: str, problem: str, *, sitemap: str, now: float) -> RecallResult:
        """Remember that the check could not be made, so that it is not tried again before its time."""
        result = RecallResult(at=now, sitemap=sitemap, listed=0, seen=0, problem=problem)
        self._put(source, result)
        return result

    def last(self, source: str) -> RecallResult | None:
        kept = self._redis.hget(self._key, source)
        return _result(kept) if kept else None

    def all(self) -> dict[str, RecallResult]:
        return {source: _result(kept) for source, kept in self._redis.hgetall(self._key).items()}

    def _put(self, source: str, result: RecallResult) -> None:
        self._redis.hset(self._key, source, to_json(asdict(result)))


def _result(text: str) -> RecallResult:
    fields = json.loads(text)
    return RecallResult(**{**fields, "missed": tuple(fields["missed"])})
