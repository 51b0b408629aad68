"""What a page store without room or answer means for the item that needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pipelines.errors import EngineUnavailableError
from worker.runtime import Runtime

STORE_WAIT_S = 60.0
Claim = TypeVar("Claim")


@contextmanager
def waits_for_store(runtime: Runtime, claim: Claim, release: Callable[..., bool]) -> Iterator[None]:
    """Give the claim back with its attempt when the store is away: that is no fault of the item's, and it waits."""
    try:
        yield
    except EngineUnavailableError:
        now = runtime.now()
        release(claim, not_before=now + STORE_WAIT_S, now=now, give_back_attempt=True)
        raise
