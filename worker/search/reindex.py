"""A rebuild written down in Redis: begun by a person or a task, carried on by whoever is free, safe to interrupt."""

from __future__ import annotations

from pipelines.errors import EngineRefusedError, EngineUnavailableError
from worker.search.rebuild import Rebuild, Rebuilder, Step
from worker.state.upkeep import Run, Upkeep

KIND = "reindex"
STEP_S = 30.0
"""A step takes less; after this, its worker is taken for dead."""


class Reindex:
    """Joins the machine of `Rebuilder` and the record of `Upkeep`."""

    def __init__(self, rebuilder: Rebuilder, upkeep: Upkeep) -> None:
        self._rebuilder = rebuilder
        self._upkeep = upkeep

    def begin(self, *, owner: str, now: float, rollback: bool = False) -> Rebuild:
        """Write a rebuild down, and clean up after one that nobody finished.

        Raises EngineRefusedError, naming who runs it, when one is under way.
        """
        if running := self._upkeep.current():
            raise EngineRefusedError("The index", f"{running.owner} is rebuilding it ({running.facts['step']})")
        self._rebuilder.clean_up()
        rebuild = self._rebuilder.plan_rollback() if rollback else self._rebuilder.plan()
        if not self._upkeep.begin(KIND, owner=owner, facts=rebuild.facts, now=now):
            raise EngineRefusedError("The index", "somebody else has just begun to rebuild it")
        return rebuild

    def current(self) -> Rebuild | None:
        """How far it is, for whoever watches; None when nothing is under way."""
        run = self._upkeep.current()
        return Rebuild.from_facts(run.facts) if run else None

    def step(self, *, now: float) -> Rebuild | None:
        """Do the next step; None when there is nothing to do or somebody is at it.

        A refusal ends the rebuild and leaves everything as it was; an engine that is away is asked again later.
        """
        claim = self._upkeep.take(now=now, lease_s=STEP_S)
        return self._carry_on(claim) if claim else None

    def _carry_on(self, claim: Run) -> Rebuild:
        rebuild = Rebuild.from_facts(claim.facts)
        try:
            further = self._rebuilder.advance(rebuild)
        except EngineUnavailableError:
            self._upkeep.keep(claim, claim.facts)
            raise
        except EngineRefusedError:
            self._rebuilder.abandon(rebuild)
            self._upkeep.end(claim)
            raise
        if further.step is Step.DONE:
            self._upkeep.end(claim)
        else:
            self._upkeep.keep(claim, further.facts)
        return further
