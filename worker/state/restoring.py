"""The mark of a restore under way: no worker may take half a state for a whole one."""

from __future__ import annotations

from worker.state.scripts import Scripts

KEY = "restoring"


class Restoring:
    """Set from the beginning of a restore to its end. One that was interrupted leaves it."""

    def __init__(self, scripts: Scripts) -> None:
        self._redis = scripts.redis
        self._key = scripts.key(KEY)

    def begin(self, folder: str, *, now: float) -> None:
        self._redis.hset(self._key, mapping={"folder": folder, "since": f"{now:.3f}"})

    def end(self) -> None:
        self._redis.delete(self._key)

    @property
    def folder(self) -> str:
        """The folder of the backup that is being restored; empty when none is."""
        return str(self._redis.hget(self._key, "folder") or "")

    @property
    def problem(self) -> str:
        """A sentence for people while the mark is there; empty else."""
        if not self.folder:
            return ""
        return f"A restore was begun and has not ended, so no work is done: run `kuzet restore {self.folder}` again."
