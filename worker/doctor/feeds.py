"""The feeds: those that fail, and a silence that is not usual, as `kuzet status` has them."""

from __future__ import annotations

from collections.abc import Iterator

from worker.answers.status import WatchedFeeds
from worker.doctor.findings import Find, ok, warning
from worker.runtime import Runtime


def feeds(runtime: Runtime) -> Iterator[Find]:
    """Yield a warning for each sentence about them."""
    found = WatchedFeeds.of(runtime).problems()
    for sentence in found:
        yield warning(sentence, "`kuzet feeds check ID` shows what the site answers.")
    if not found:
        yield ok("they answer as usual")
