"""How a start reports its progress; the caller decides how it looks."""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    """Called from any thread; must not raise."""

    def say(self, sentence: str) -> None: ...

    def progress(self, what: str, *, done: int, total: int) -> None:
        """Called often while `done` bytes of `total` are there; the last call has done == total."""


class Silence:
    """A report that is thrown away."""

    def say(self, sentence: str) -> None:
        pass

    def progress(self, what: str, *, done: int, total: int) -> None:
        pass
