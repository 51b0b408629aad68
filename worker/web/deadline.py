"""One end for everything a fetch does."""

from __future__ import annotations

import time
from dataclasses import dataclass


class DeadlinePassedError(TimeoutError):
    """The time for the whole fetch is used up."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def left_s(self) -> float:
        """Return how many seconds are left; raise DeadlinePassedError when none are."""
        left_s = self.at_s - time.monotonic()
        if left_s <= 0:
            raise DeadlinePassedError("the time for the whole fetch is used up")
        return left_s
