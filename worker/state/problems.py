"""What goes wrong between the stages, in a sentence each, for `kuzet status`."""

from __future__ import annotations

from worker.state.scripts import Scripts

KEEP_S = 120.0


class Problems:
    """Sentences by what they are about. One that is not noted again within its time counts as over."""

    def __init__(self, scripts: Scripts) -> None:
        self._redis = scripts.redis
        self._key = scripts.key("problems")

    def note(self, about: str, sentence: str, *, now: float, keep_s: float = KEEP_S) -> None:
        """Remember the sentence for that time, in place of the one before."""
        self._redis.hset(self._key, about, f"{now + keep_s:.3f} {sentence}")

    def end(self, about: str) -> None:
        self._redis.hdel(self._key, about)

    def current(self, *, now: float) -> list[str]:
        """Return the sentences that are not over, by what they are about."""
        noted = (text.split(" ", 1) for _, text in sorted(self._redis.hgetall(self._key).items()))
        return [sentence for until, sentence in noted if float(until) > now]
