"""Who is signed in at the desk, and how often a sign-in was tried. Keys expire by themselves."""

from __future__ import annotations

import hashlib
import json
from secrets import token_urlsafe

from redis import Redis

SESSION_S = 12 * 3600
"""How long a session lasts without a request."""
TRY_WINDOW_S = 15 * 60


class Sessions:
    """Sessions by their token; the broker keeps a hash of it, so that a copy of its data opens no session."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = f"{prefix}desk:"

    def begin(self, name: str, *, epoch: str) -> str:
        """Begin a session of an account, and return its token."""
        token = token_urlsafe(32)
        self._redis.set(self._session(token), json.dumps({"name": name, "epoch": epoch}), ex=SESSION_S)
        return token

    def find(self, token: str) -> tuple[str, str] | None:
        """Return the account's name and epoch, and let the session live on; None for one that has ended."""
        found = self._redis.getex(self._session(token), ex=SESSION_S)
        if not found:
            return None
        kept = json.loads(str(found))
        return str(kept["name"]), str(kept["epoch"])

    def end(self, token: str) -> None:
        self._redis.delete(self._session(token))

    def tried(self, *whom: str) -> int:
        """Count one more sign-in for each of them, and return the highest count of the last quarter of an hour."""
        counts = []
        for each in whom:
            key = f"{self._prefix}tries:{_hash(each)}"
            with self._redis.pipeline(transaction=True) as steps:
                steps.set(key, 0, ex=TRY_WINDOW_S, nx=True)
                steps.incr(key)
                counts.append(int(steps.execute()[1]))
        return max(counts, default=0)

    def forgive(self, *whom: str) -> None:
        """Forget the tries after a sign-in that went well."""
        self._redis.delete(*(f"{self._prefix}tries:{_hash(each)}" for each in whom))

    def _session(self, token: str) -> str:
        return f"{self._prefix}session:{_hash(token)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
