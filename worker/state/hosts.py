"""Politeness: time slots, rests and robots texts of hosts."""

from __future__ import annotations

from worker.state.scripts import Scripts

ROBOTS_KEEP_S = 86_400
HOST_KEEP_S = 2 * 86_400
LONGEST_HOLD_S = 86_400
ON_TIME_S = 1.5


class Hosts:
    """What is known about hosts. A host that is left alone for two days is forgotten."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis

    def reserve(self, host: str, item: str, *, now: float, spacing_s: float, is_page: bool = False) -> float:
        """Return when this item may ask the host: `now`, or a later time that is reserved for it.

        Never blocks: release the claim until that time, then come back. An item has one slot at a time; asking early
        returns the same. A caller more than ON_TIME_S late on a busy host gets a new slot.
        """
        free_at: str = self._scripts.run(
            "reserve_slot",
            host=host,
            item=item,
            now=now,
            spacing_s=spacing_s,
            is_page=is_page,
            tolerance_s=ON_TIME_S,
            keep_s=HOST_KEEP_S,
        )
        return float(free_at) if free_at else now

    def hold(self, host: str, *, until: float, now: float, pages_only: bool = False) -> None:
        """Let nothing ask the host before then (Retry-After), at most a day; `pages_only`: its feeds still may.

        A page that is refused says nothing about the feeds, and they are what news comes by.
        """
        until = min(until, now + LONGEST_HOLD_S)
        self._scripts.run("hold_host", host=host, until=until, now=now, pages=pages_only, keep_s=HOST_KEEP_S)

    def held(self, *, now: float) -> dict[str, float]:
        """Return the hosts that asked to be left alone, each with the epoch second until when."""
        return dict(self._redis.zrangebyscore(self._scripts.key("held"), now, "+inf", withscores=True))

    def failed(self, host: str) -> int:
        """Count a request that got no answer, and return how many those are in a row."""
        failures: int = self._redis.hincrby(self._key(host), "failures", 1)
        self._redis.expire(self._key(host), HOST_KEEP_S)
        return failures

    def answered(self, host: str) -> None:
        """Forget its failures: the host is alive."""
        self._redis.hdel(self._key(host), "failures")

    def failures(self, host: str) -> int:
        return int(self._redis.hget(self._key(host), "failures") or 0)

    def keep_robots(self, host: str, text: str, *, now: float, keep_s: float = ROBOTS_KEEP_S) -> None:
        """Remember the robots.txt; an empty text allows everything. Keep it shorter when it could not be read."""
        self._redis.hset(self._key(host), mapping={"robots": text, "robots_until": now + keep_s})
        self._redis.expire(self._key(host), HOST_KEEP_S)

    def robots(self, host: str, *, now: float) -> str | None:
        """Recall the robots.txt, None when it has to be fetched."""
        text, until = self._redis.hmget(self._key(host), ["robots", "robots_until"])
        return text if until is not None and float(until) > now else None

    def _key(self, host: str) -> str:
        return self._scripts.key(f"host:{host}")
