"""Where a feed is asked for: its address in the catalogue, or another that took its place."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.feeds.health import DOWN_AFTER_FAILURES
from pipelines.models import Feed

MOVED = "moved for good"
ALTERNATE = "the address before it failed"
NEWEST_SITEMAP = "newest of a sitemap index"

MOVED_AFTER = 3
"""Redirects for good to one place that are believed, in a row: a wrong redirect lasts an hour on a broken site."""

INDEX_AGAIN_S = 6 * 3600.0
"""A sitemap index is read again after this: a new day or month begins a new sitemap."""

ALTERNATE_S = 24 * 3600.0
_NOT_THERE = ("http_404", "http_410")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAt:
    """Where to ask for a feed from now on; an empty `address` is the catalogue's. `until` 0: for good."""

    address: str
    why: str = ""
    until: float = 0.0


def after_answer(*, asked: str, moved_to: str, moved: int) -> AskAt | None:
    """Return the address that the last answers redirected to for good, or None."""
    return AskAt(address=moved_to, why=MOVED) if moved >= MOVED_AFTER and moved_to not in {"", asked} else None


def after_failure(  # noqa: PLR0913  one argument a fact
    feed: Feed, *, asked: str, why: str, failures: int, note: str, now: float
) -> AskAt | None:
    """Return where to ask after the last of `failures` in a row, None for the same address again.

    A sitemap that is gone sends back to its index; an address that is down to the next alternate, in turn with the
    catalogue's own, which is tried again after a day.
    """
    if why == NEWEST_SITEMAP and note.startswith(_NOT_THERE):
        return AskAt(address="")
    if failures % DOWN_AFTER_FAILURES:
        return None
    ways = [feed.url, *feed.alternates]
    place = ways.index(asked) if asked in ways else -1
    address = ways[(place + 1) % len(ways)]
    if address == asked:
        return None
    return AskAt(address="") if address == feed.url else AskAt(address=address, why=ALTERNATE, until=now + ALTERNATE_S)
