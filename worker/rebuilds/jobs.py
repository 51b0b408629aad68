"""Long jobs in short steps: begun by a person or a task, carried on by whoever is free, safe to interrupt.

How far a job is stands in Redis (`worker.state.rebuilds`); a step reads that, does its work, and writes what is next.
A worker that dies in a step holds it until its lease ends; then the step is done again, which every job must bear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any, Protocol, TypeAlias

import structlog
from redis.exceptions import RedisError

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from worker.state.rebuilds import Run, Upkeep

LEASE_S = 10.0
"""So long after its last sign of life a worker is taken for dead, and its step is done again."""

BEAT_S = 3.0
LONGEST_STEP_S = 90.0
"""A step takes seconds, and at worst a few answers of the engine; one that hangs gives no sign of life after this."""

MAX_TRIES = 10
"""A step that was begun so often and never ended ends its job."""

DONE = "done"

Facts: TypeAlias = Mapping[str, Any]
"""JSON. All jobs have `step` (a word, DONE at the end), `done` and `total` (articles)."""

Hold: TypeAlias = Callable[[Facts], None]
"""Writes facts down and prolongs the claim. Raises EngineUnavailableError when another has taken the step over."""

log = structlog.get_logger(__name__)


class Job(Protocol):
    """What a kind of job knows. It keeps nothing itself: the caller writes down what `advance` returns."""

    def plan(self, options: Mapping[str, Any]) -> Facts:
        """Say where it begins, and clean up after one that nobody finished."""

    def advance(self, facts: Facts, *, tries: int, hold: Hold) -> Facts:
        """Do the next step. Raises EngineUnavailableError to be asked again, another KuzetError to be abandoned."""

    def abandon(self, facts: Facts) -> None:
        """Leave everything as it was."""

    def waits(self, facts: Facts) -> bool:
        """Whether the next step is worth nothing before a second is over."""


class Jobs:
    """Begins jobs and does their steps, one job at a time."""

    def __init__(self, upkeep: Upkeep, jobs: Mapping[str, Job], *, now: Callable[[], float]) -> None:
        self._upkeep = upkeep
        self._jobs = jobs
        self._now = now

    def begin(self, kind: str, *, owner: str, **options: Any) -> Run:  # noqa: ANN401  each job has its own
        """Write a job down. Raises EngineRefusedError, naming who runs it, when one is under way."""
        if running := self._upkeep.current():
            raise BusyError(running)
        facts = self._jobs[kind].plan(options)
        run_id = self._upkeep.begin(kind, owner=owner, facts=facts, now=self._now())
        if not run_id and (running := self._upkeep.current()):
            raise BusyError(running)
        return Run(id=run_id, kind=kind, owner=owner, began_at=self._now(), facts=facts)

    def step(self) -> bool:
        """Do the next step; whether the one after it may follow at once.

        A refusal ends the job and leaves everything as it was; an engine that is away is asked again later.
        """
        claim = self._upkeep.take(now=self._now(), lease_s=LEASE_S)
        if claim is None:
            return False
        job = self._jobs[claim.kind]
        try:
            further = self._advance(job, claim)
        except EngineUnavailableError:
            self._upkeep.keep(claim, claim.facts)
            raise
        except KuzetError as error:
            self._give_up(job, claim, problem=str(error))
            raise
        return self._write_down(job, claim, further)

    def _advance(self, job: Job, claim: Run) -> Facts:
        if claim.tries > MAX_TRIES:
            raise EngineRefusedError(claim.kind, f"its step «{claim.facts['step']}» ended {MAX_TRIES} workers")
        with self._signs_of_life(claim):
            return job.advance(claim.facts, tries=claim.tries, hold=lambda facts: self._hold(claim, facts))

    @contextmanager
    def _signs_of_life(self, claim: Run) -> Iterator[None]:
        """Prolong the claim while the step lasts; they end with the process, or when it is stopped."""
        over = Event()

        def beat() -> None:
            for _ in range(int(LONGEST_STEP_S / BEAT_S)):
                if over.wait(BEAT_S):
                    return
                with suppress(RedisError):
                    self._upkeep.hold(claim, now=self._now(), lease_s=LEASE_S)

        Thread(target=beat, name="signs-of-life", daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _hold(self, claim: Run, facts: Facts) -> None:
        if not self._upkeep.hold(claim, facts, now=self._now(), lease_s=LEASE_S):
            raise EngineUnavailableError(claim.kind, "another worker has taken this step over")

    def _give_up(self, job: Job, claim: Run, *, problem: str) -> None:
        """End a job that cannot succeed; an engine that is away cannot lift its fence, so then: try again."""
        self._hold(claim, claim.facts)
        job.abandon(claim.facts)
        self._upkeep.end(claim, claim.facts, now=self._now(), problem=problem)
        log.warning("rebuild failed", kind=claim.kind, owner=claim.owner, problem=problem)

    def _write_down(self, job: Job, claim: Run, further: Facts) -> bool:
        if further["step"] == DONE:
            self._upkeep.end(claim, further, now=self._now())
            log.info("rebuild done", kind=claim.kind, owner=claim.owner, articles=further["done"])
            return False
        return self._upkeep.keep(claim, further) and not job.waits(further)


class BusyError(EngineRefusedError):
    """A job is under way already: follow it, or come back."""

    def __init__(self, running: Run) -> None:
        step, done, total = (running.facts[name] for name in ("step", "done", "total"))
        problem = f"{running.owner} is running a {running.kind} ({step}, {done} of {total} articles)"
        super().__init__("The index", problem, remedy=f"`kuzet {running.kind} --attach` follows it.")
