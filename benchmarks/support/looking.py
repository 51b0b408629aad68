"""A thread that looks at a running watch again and again, as long as a block lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def looking(look: Callable[[], object], *, every_s: float) -> Iterator[None]:
    """Call `look` every `every_s` seconds until the end of the block; the last call is waited for."""
    over = threading.Event()

    def again() -> None:
        while not over.wait(every_s):
            look()

    thread = threading.Thread(target=again, name="looking", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
