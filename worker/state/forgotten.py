"""Articles that a person wanted gone for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.state.scripts import Scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A forgotten article. `at` and `url` are 0 and empty for one that a version up to 0.1 forgot."""

    article_id: str
    at: float = 0.0
    url: str = ""


class Forgotten:
    """Tombstones. A forgotten article is never sighted again; deleting it from the index is not this class's job."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key("forgotten")
        self._notes = scripts.key("forgotten:notes")

    def forget(self, article_id: str, *, now: float, url: str = "") -> None:
        """Put up the tombstone and delete all state; sightings under way end as `rejected:forgotten`."""
        self._scripts.run("forget_article", id=article_id, now=now, url=url)

    def lift(self, article_id: str) -> bool:
        """Take the tombstone away; False if there was none. The next feed that lists the article brings it back."""
        return bool(self._scripts.run("lift_tombstone", id=article_id))

    def tombstone(self, article_id: str) -> Tombstone | None:
        """Return what is known of a forgotten article, None if it is not forgotten."""
        if article_id not in self:
            return None
        return _tombstone(article_id, self._redis.hget(self._notes, article_id))

    def __iter__(self) -> Iterator[Tombstone]:
        """Yield every tombstone, the oldest first."""
        notes: dict[str, str] = self._redis.hgetall(self._notes)
        yield from sorted(
            (_tombstone(key, notes.get(key)) for key in self.ids()), key=lambda one: (one.at, one.article_id)
        )

    def __contains__(self, article_id: str) -> bool:
        return bool(self._redis.sismember(self._key, article_id))

    def ids(self) -> set[str]:
        return set(self._redis.smembers(self._key))


def _tombstone(article_id: str, note: str | None) -> Tombstone:
    at, _, url = (note or "0 ").partition(" ")
    return Tombstone(article_id=article_id, at=float(at), url=url)
