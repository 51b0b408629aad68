"""Locks that the broker ends by itself: one process at a time, or once in a time."""

from __future__ import annotations

from worker.state.records import new_token
from worker.state.scripts import Scripts

LONGEST_S = 60.0
"""As in lease.lua: no lock lasts longer, unless its own lease is."""


def take_lock(scripts: Scripts, name: str, *, lease_s: float) -> str | None:
    """Take a lock and return its token, None while another has it. One of a clock that was ahead counts for nothing."""
    token = new_token()
    taken = scripts.run(
        "take_lock", lock=name, token=token, lease_ms=_ms(lease_s), longest_ms=_ms(max(lease_s, LONGEST_S))
    )
    return token if taken else None


def keep_lock(scripts: Scripts, name: str, token: str, *, lease_s: float) -> bool:
    """Prolong a lock to `lease_s` from now, or give it up with 0; False if it ran out and may be another's."""
    return bool(scripts.run("renew_lock", lock=name, token=token, lease_ms=_ms(lease_s)))


def is_taken(scripts: Scripts, name: str, *, lease_s: float) -> bool:
    """True while another has the lock, as `take_lock` would find it."""
    left_ms = int(scripts.redis.pttl(scripts.key(name)))
    return 0 < left_ms <= _ms(max(lease_s, LONGEST_S))


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
