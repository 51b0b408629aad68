"""The searches that people keep at the desk, by their name: label → query string."""

from __future__ import annotations

from worker.state.scripts import Scripts

MOST_SEARCHES = 50


class KeptSearches:
    """One hash for each person."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis

    def of(self, who: str) -> dict[str, str]:
        """Return the searches of a person, by label in order."""
        return dict(sorted(self._redis.hgetall(self._key(who)).items()))

    def keep(self, who: str, label: str, query: str) -> bool:
        """Keep a search under a label, in place of another of that label; False when there are MOST_SEARCHES others."""
        kept = self._scripts.run("keep_search", who=who, label=label, query=query, most=MOST_SEARCHES)
        return bool(kept)

    def drop(self, who: str, label: str) -> bool:
        """Forget a search; whether there was one."""
        return bool(self._redis.hdel(self._key(who), label))

    def _key(self, who: str) -> str:
        return self._scripts.key(f"desk:searches:{who}")
