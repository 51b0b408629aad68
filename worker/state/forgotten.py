"""Articles that a person wanted gone for good."""

from __future__ import annotations

from worker.state.scripts import Scripts


class Forgotten:
    """Tombstones. A forgotten article is never sighted again; deleting it from the index is not this class's job."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("forgotten")

    def forget(self, article_id: str, *, now: float) -> None:
        """Put up the tombstone and delete all state; sightings under way end as `rejected:forgotten`."""
        self._scripts.run("forget_article", id=article_id, now=now)

    def __contains__(self, article_id: str) -> bool:
        return bool(self._redis.sismember(self._key, article_id))

    def ids(self) -> set[str]:
        return set(self._redis.smembers(self._key))
