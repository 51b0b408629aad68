"""What happened, for those who watch: a capped stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.state.records import to_json
from worker.state.scripts import Scripts

EVENTS_KEPT = 10_000
FROM_THE_START = "0-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`kind`: article.indexed, article.revised, feed.state, rebuild.*; `subject`: the article's or feed's id."""

    id: str
    kind: str
    subject: str
    at: float
    data: Mapping[str, Any]


class Events:
    """The newest EVENTS_KEPT events or somewhat more. Articles and feeds publish inside their own scripts."""

    def __init__(self, scripts: Scripts) -> None:
        self._redis = scripts.redis
        self._key = scripts.key("events")

    def publish(self, kind: str, subject: str, *, now: float, data: Mapping[str, Any]) -> str:
        """Publish to the watchers, and return the event's id."""
        fields = {"kind": kind, "subject": subject, "at": now, "data": to_json(data)}
        event_id: str = self._redis.xadd(self._key, fields, maxlen=EVENTS_KEPT, approximate=True)
        return event_id

    def read(self, after: str, *, limit: int = 100, block_ms: int | None = None) -> list[Event]:
        """Read events after that id, oldest first; wait up to `block_ms` (less than the client's socket timeout)."""
        found = self._redis.xread({self._key: after}, count=limit, block=block_ms)
        streams = found.values() if isinstance(found, dict) else [entries for _, entries in found or []]
        return [_event(event_id, fields) for entries in streams for event_id, fields in entries]

    def latest(self, *, batch: int = 100) -> Iterator[Event]:
        """Yield the events that are kept, newest first."""
        before = "+"
        while found := self._redis.xrevrange(self._key, max=before, count=batch):
            yield from (_event(event_id, fields) for event_id, fields in found)
            before = f"({found[-1][0]}"

    def last_id(self) -> str:
        """Where a reader starts that wants only what comes."""
        last = self._redis.xrevrange(self._key, count=1)
        return str(last[0][0]) if last else FROM_THE_START

    def missed(self, after: str) -> bool:
        """Whether events after that id are gone already: the reader fell behind and continues from the index."""
        first = self._redis.xrange(self._key, count=1)
        return bool(first) and after != FROM_THE_START and _order(after) < _order(first[0][0])


def _event(event_id: str, fields: Mapping[str, str]) -> Event:
    return Event(
        id=event_id,
        kind=fields["kind"],
        subject=fields["subject"],
        at=float(fields["at"]),
        data=json.loads(fields["data"]),
    )


def _order(event_id: str) -> tuple[int, int]:
    ms, _, number = event_id.partition("-")
    return int(ms), int(number)
