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
    """Give the claim back with its attempt when the store is away: the item is not at fault, and waits.

    `kuzet status` shows why for as long as items wait.
    """
    try:
        yield
    except EngineUnavailableError as error:
        now = runtime.now()
        release(claim, not_before=now + STORE_WAIT_S, now=now, give_back_attempt=True)
        runtime.state.problems.note("pages", str(error), now=now, keep_s=2 * STORE_WAIT_S)
        raise


def require_room(runtime: Runtime, claim: Claim, release: Callable[..., bool]) -> None:
    """Raise EngineUnavailableError, the claim given back, when a page could not be stored: then do not ask for it."""
    with waits_for_store(runtime, claim, release):
        runtime.pages.check_room()
