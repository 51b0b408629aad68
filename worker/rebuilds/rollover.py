"""Rollover: a new part of the index begins, and takes the new articles from then on. Nothing is moved or copied.

    create   the index of the new part, behind no alias
    switch   the newest index is closed to writes for a moment, and the aliases change in one step
    done

Writes under way are over when the aliases change, and those that come meanwhile wait in the outbox: no article is
written to the part before and to the new one. A worker that dies leaves an empty index, or a fence that the next try of
the step lifts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.errors import EngineRefusedError
from pipelines.search.parts import Part, PartName, newest
from pipelines.time_zone import KAZAKHSTAN
from worker.rebuilds.generations import Indices
from worker.rebuilds.rebuilder import DONE, Checkpoint, Progress
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors, no_index

BYTES_PER_GB = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverPlan:
    """What a rollover would do. size: of the newest index, in bytes; limit: when it is due, 0 for never."""

    source: str
    target: str
    articles: int
    size: int
    limit: int

    @property
    def is_due(self) -> bool:
        return bool(self.articles and self.limit) and self.size >= self.limit


class Rollover:
    """The rollover as a kind of rebuild, so that no other one is under way. It has no options."""

    def __init__(
        self,
        engine: SearchEngine,
        analysis: Callable[[], Mapping[str, Any]],
        *,
        limit_gb: float,
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._analysis = analysis
        self._limit = int(limit_gb * BYTES_PER_GB)
        self._now = now
        self._indices = Indices(engine)

    def look(self) -> RolloverPlan:
        """Say what a rollover would do, and do nothing."""
        part = self._newest()
        self._indices.refresh(part.index)
        return RolloverPlan(
            source=part.index,
            target=self._engine.names.index(self._next(part), 1),
            articles=self._indices.count(part.index),
            size=self._indices.size(part.index),
            limit=self._limit,
        )

    def plan(self, options: Mapping[str, Any]) -> Progress:
        del options
        plan = self.look()
        if not plan.articles:
            raise EngineRefusedError(
                self._engine.address, f"{plan.source} has no article yet, so there is nothing to part"
            )
        return {"step": "create", "source": plan.source, "target": plan.target, "done": 0, "total": plan.articles}

    def advance(self, progress: Progress, *, attempts: int, checkpoint: Checkpoint) -> Progress:
        del attempts  # doing a step again is harmless
        if progress["step"] == "create":
            self._create(progress["target"])
            return {**progress, "step": "switch"}
        self._switch(progress, still_ours=lambda: checkpoint(progress))
        return {**progress, "step": DONE, "done": progress["total"]}

    def abandon(self, progress: Progress) -> None:
        if not self._is_live(progress["target"]):
            self._indices.lift_block(progress["source"])
            self._indices.drop(progress["target"])

    def waits(self, progress: Progress) -> bool:
        del progress
        return False

    def _create(self, target: str) -> None:
        """Make it anew: a worker that died here may have left one."""
        if self._is_live(target):
            return
        self._indices.drop(target)
        with engine_errors(self._engine.address):
            self._engine.create_index(target, self._engine.schema(self._analysis()), aliases={})

    def _switch(self, progress: Progress, *, still_ours: Callable[[], None]) -> None:
        source, target = progress["source"], progress["target"]
        try:
            if not self._is_live(target):  # else we died after the aliases had changed
                still_ours()
                self._indices.block_writes(source)
                still_ours()
                self._roll_over(source, target)
        finally:
            self._indices.lift_block(source)

    def _roll_over(self, source: str, target: str) -> None:
        part = self._newest()
        begins = self._engine.names.generation_of(target)
        if part.index != source or begins is None:
            raise EngineRefusedError(self._engine.address, f"{source} is not the newest index any more")
        self._indices.roll_over(part, target=target, begins=begins[0])

    def _is_live(self, index: str) -> bool:
        return any(part.index == index for part in self._engine.parts())

    def _newest(self) -> Part:
        if (part := newest(self._engine.parts())) is None:
            raise no_index(self._engine.address)
        return part

    def _next(self, part: Part) -> PartName:
        return part.name.next(year=datetime.fromtimestamp(self._now(), KAZAKHSTAN).year)
