"""When to look at what: one zset of due times for each stage."""

from __future__ import annotations

from pipelines.models import Stage
from worker.state.hosts import HOST_KEEP_S
from worker.state.scripts import Scripts

LOOKED_AT = 5_000
"""Polling stops when this many pages wait (`worker.tasks.nudges`), so that a flood cannot fill the window."""

RECORDS = {Stage.POLL: "feed:", Stage.PARSE: "feed:", Stage.FETCH: "article:", Stage.EXTRACT: "article:"}


class Due:
    """What is due in poll, parse, fetch and extract. The outbox has its own reader: `Outbox.peek`."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis

    def schedule(self, stage: Stage, item: str, *, at: float) -> None:
        """Look at the item then. Claiming decides whether it is in that stage at all; a wrong guess does no harm."""
        self._redis.zadd(self._key(stage), {item: at})

    def take(self, stage: Stage, *, now: float, lease_s: float, limit: int, spacing_s: float = 0.0) -> list[str]:
        """Move what is due to now + lease and return it, hosts in turn. Two ticks never get the same items.

        spacing_s: shortest time between two requests to a host. With it a host is given what it can answer now, and the
        rest of its items waits without a message.
        """
        if limit <= 0:
            return []
        taken: list[str] = self._scripts.run(
            "take_due",
            stage=stage,
            records=RECORDS[stage],
            now=now,
            until=now + lease_s,
            limit=limit,
            spacing_s=spacing_s,
            host_keep_s=HOST_KEEP_S,
            window=LOOKED_AT,
        )
        return taken

    def size(self, stage: Stage) -> int:
        """How many items wait in the stage, due or not."""
        return int(self._redis.zcard(self._key(stage)))

    def ready(self, stage: Stage, *, now: float) -> int:
        """How many items are due."""
        return int(self._redis.zcount(self._key(stage), "-inf", now))

    def next_at(self, stage: Stage) -> float | None:
        """When the first item is due; None in an empty stage."""
        first = self._redis.zrange(self._key(stage), 0, 0, withscores=True)
        return float(first[0][1]) if first else None

    def at(self, stage: Stage, item: str) -> float | None:
        """When this item is due in the stage; None when it is elsewhere."""
        at: float | None = self._redis.zscore(self._key(stage), item)
        return at

    def _key(self, stage: Stage) -> str:
        return self._scripts.key(f"due:{stage}")
