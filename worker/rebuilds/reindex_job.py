"""The reindex as a job: the steps of worker.rebuilds.reindex, written down in Redis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.rebuilds.jobs import Facts, Hold
from worker.rebuilds.reindex import KEEP_DAYS, Rebuild, Rebuilder, ReindexStep


class ReindexJob:
    """`rollback`: go back to the index before. `keep_days`: how long the replaced index is kept."""

    def __init__(self, rebuilder: Rebuilder) -> None:
        self._rebuilder = rebuilder

    def plan(self, options: Mapping[str, Any]) -> Facts:
        self._rebuilder.clean_up()
        plan = self._rebuilder.plan_rollback if options.get("rollback") else self._rebuilder.plan
        return plan(keep_days=options.get("keep_days", KEEP_DAYS)).facts

    def advance(self, facts: Facts, *, tries: int, hold: Hold) -> Facts:
        del tries  # doing a step again is harmless
        rebuild = Rebuild.from_facts(facts)
        further = self._rebuilder.advance(rebuild, hold=lambda: hold(facts))
        if further.step is ReindexStep.DONE:
            self._rebuilder.drop_old()
        return further.facts

    def abandon(self, facts: Facts) -> None:
        self._rebuilder.abandon(Rebuild.from_facts(facts))

    def waits(self, facts: Facts) -> bool:
        """The engine is copying."""
        return bool(facts["task"])
