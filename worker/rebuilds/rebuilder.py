"""Rebuilds of the index in short steps: begun by a person or a task, continued by any free worker, safe to interrupt.

How far a rebuild is, is in Redis (`worker.state.rebuilds`). A step reads that, does its work, and writes what is next.
A worker that dies in a step holds it until its lease ends; then the step is done again. Doing it twice is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any, Protocol, TypeAlias

import structlog
from redis.exceptions import RedisError

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from worker.state.rebuilds import Rebuild, Rebuilds

LEASE_S = 10.0
"""A worker without a sign of life for this time counts as dead, and its step is done again."""

BEAT_S = 3.0
LONGEST_STEP_S = 90.0
"""A step takes seconds, and at worst a few answers of the engine. One that hangs gives no sign of life after this."""

MAX_ATTEMPTS = 10
"""A step that was begun this often and never ended makes its rebuild fail."""

DONE = "done"

Progress: TypeAlias = Mapping[str, Any]
"""How far a rebuild is, as JSON. All kinds have `step` (a word, DONE at the end), `done` and `total` (articles)."""

Checkpoint: TypeAlias = Callable[[Progress], None]
"""Writes progress down and prolongs the claim. Raises EngineUnavailableError when another has taken the step over."""

log = structlog.get_logger(__name__)


class RebuildKind(Protocol):
    """What a kind of rebuild knows. It keeps nothing itself: the caller writes down what `advance` returns."""

    def plan(self, options: Mapping[str, Any]) -> Progress:
        """Return the progress it begins with, and clean up after an unfinished one."""

    def advance(self, progress: Progress, *, attempts: int, checkpoint: Checkpoint) -> Progress:
        """Do the next step. Raises EngineUnavailableError to be asked again, another KuzetError to be abandoned."""

    def abandon(self, progress: Progress) -> None:
        """Undo what was begun."""

    def waits(self, progress: Progress) -> bool:
        """True if the next step has to wait for the next tick."""


class Rebuilder:
    """Begins rebuilds and does their steps, one rebuild at a time."""

    def __init__(self, rebuilds: Rebuilds, kinds: Mapping[str, RebuildKind], *, now: Callable[[], float]) -> None:
        self._rebuilds = rebuilds
        self._kinds = kinds
        self._now = now

    def begin(self, kind: str, *, owner: str, **options: Any) -> Rebuild:  # noqa: ANN401  each kind has its own
        """Write a rebuild down. Raises BusyError, which names its owner, when one is under way."""
        if running := self._rebuilds.current():
            raise BusyError(running)
        progress = self._kinds[kind].plan(options)
        run_id = self._rebuilds.begin(kind, owner=owner, progress=progress, now=self._now())
        if not run_id and (running := self._rebuilds.current()):
            raise BusyError(running)
        return Rebuild(id=run_id, kind=kind, owner=owner, began_at=self._now(), progress=progress)

    def step(self) -> bool:
        """Do the next step; True if the one after it may follow at once.

        A refusal ends the rebuild and undoes it; an engine that is away is asked again later.
        """
        claim = self._rebuilds.take(now=self._now(), lease_s=LEASE_S)
        if claim is None:
            return False
        kind = self._kinds[claim.kind]
        try:
            progress = self._advance(kind, claim)
        except EngineUnavailableError:
            self._rebuilds.release(claim, claim.progress)
            raise
        except KuzetError as error:
            self._give_up(kind, claim, problem=str(error))
            raise
        return self._write_down(kind, claim, progress)

    def _advance(self, kind: RebuildKind, claim: Rebuild) -> Progress:
        if claim.attempts > MAX_ATTEMPTS:
            step = claim.progress["step"]
            raise EngineRefusedError(claim.kind, f"its step «{step}» ended {MAX_ATTEMPTS} workers")
        with self._signs_of_life(claim):
            return kind.advance(
                claim.progress, attempts=claim.attempts, checkpoint=lambda progress: self._renew(claim, progress)
            )

    @contextmanager
    def _signs_of_life(self, claim: Rebuild) -> Iterator[None]:
        """Prolong the claim while the step lasts; this ends with the process, or when the process is stopped."""
        over = Event()

        def beat() -> None:
            for _ in range(int(LONGEST_STEP_S / BEAT_S)):
                if over.wait(BEAT_S):
                    return
                with suppress(RedisError):
                    self._rebuilds.renew(claim, now=self._now(), lease_s=LEASE_S)

        Thread(target=beat, name="signs-of-life", daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _renew(self, claim: Rebuild, progress: Progress) -> None:
        if not self._rebuilds.renew(claim, progress, now=self._now(), lease_s=LEASE_S):
            raise EngineUnavailableError(claim.kind, "another worker has taken this step over")

    def _give_up(self, kind: RebuildKind, claim: Rebuild, *, problem: str) -> None:
        """End a rebuild that cannot succeed. An engine that is away cannot lift its fence, so then: try again."""
        self._renew(claim, claim.progress)
        kind.abandon(claim.progress)
        self._rebuilds.end(claim, claim.progress, now=self._now(), problem=problem)
        log.warning("rebuild failed", kind=claim.kind, owner=claim.owner, problem=problem)

    def _write_down(self, kind: RebuildKind, claim: Rebuild, progress: Progress) -> bool:
        if progress["step"] == DONE:
            self._rebuilds.end(claim, progress, now=self._now())
            log.info("rebuild done", kind=claim.kind, owner=claim.owner, articles=progress["done"])
            return False
        return self._rebuilds.release(claim, progress) and not kind.waits(progress)


class BusyError(EngineRefusedError):
    """A rebuild is under way already: follow it, or come back."""

    def __init__(self, running: Rebuild) -> None:
        step, done, total = (running.progress[name] for name in ("step", "done", "total"))
        problem = f"{running.owner} is running a {running.kind} ({step}, {done} of {total} articles)"
        super().__init__("The index", problem, remedy=f"`kuzet {running.kind} --attach` follows it.")
