"""Rebuilding the index behind the aliases without losing a write: short steps that may die between any two.

    create      the next index, quiet
    copy        `_reindex` of everything, as a task of the engine that we look at from time to time
    catch_up    the same for what was written meanwhile, until that is little
    switch      fence the old index, copy the rest, compare, move the aliases: seconds, in which writes wait
    done

Documents keep their versions, so whatever is copied twice or late changes nothing. Readers see the old index until the
aliases move. What is deleted during the copy is deleted again before the switch (`forgotten`).

An index that was rolled over has several parts. They are rebuilt one after the other, each by the steps above.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from elasticsearch import NotFoundError

from pipelines.errors import EngineRefusedError, EngineUnavailableError
from pipelines.search.parts import Part, PartName
from worker.rebuilds.comparison import differences
from worker.rebuilds.generations import Generation, Indices
from worker.rebuilds.rebuilder import Checkpoint, Progress
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors, is_taken, reason_of

LITTLE = 500
"""So few documents are copied behind the fence."""

MOST_PASSES = 8
"""After this many passes a writer that outruns the copy is fenced; the last pass then takes longer."""

EVERYTHING = -1

KEEP_DAYS = 7.0
"""A replaced index is kept for this time, to go back to."""


OPAQUE_ID = "X-Opaque-Id"
"""A header that both engines promise to show with a task; the wording of a task's description changes (9.4)."""


class ReindexStep(StrEnum):
    CREATE = "create"
    COPY = "copy"
    CATCH_UP = "catch_up"
    SWITCH = "switch"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A part that is rebuilt: its old index, its new one, and how many articles that has."""

    source: str
    target: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexProgress:
    """How far it is. `copied_to`: all operations up to this one are in the target; `task`: the copy under way.

    reaches: what `copied_to` becomes when the task is done. own_target: we made it, so we may delete it.
    keep_days: how long the source is kept afterwards. left: indices of other parts that come next; moved: what is over.
    begun_at: when the first of them began, which marks all that this rebuild replaces.
    """

    source: str
    target: str
    step: ReindexStep = ReindexStep.CREATE
    copied_to: int = EVERYTHING
    reaches: int = EVERYTHING
    task: str = ""
    passes: int = 0
    done: int = 0
    total: int = 0
    own_target: bool = True
    keep_days: float = KEEP_DAYS
    left: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    begun_at: float = 0.0

    @classmethod
    def from_json(cls, progress: Progress) -> ReindexProgress:
        lists = {
            "left": tuple(progress.get("left", ())),
            "moved": tuple(Moved(**one) for one in progress.get("moved", ())),
        }
        return cls(**{**progress, "step": ReindexStep(progress["step"]), **lists})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Reindexer:
    """Does one step at a time. Keeps nothing itself: the caller writes down what `advance` returns."""

    def __init__(
        self,
        engine: SearchEngine,
        analysis: Mapping[str, Any],
        *,
        forgotten: Callable[[], Collection[str]],
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._analysis = analysis
        self._forgotten = forgotten
        self._now = now
        self.indices = Indices(engine)

    # ------------------------------------------------------------ beginning

    def plan(self, *, indices: Sequence[str] = (), keep_days: float = KEEP_DAYS) -> ReindexProgress:
        """Say what a reindex would do, and do nothing. indices: the live indices that are chosen; all without any."""
        sources = self._chosen(indices)
        first = replace(self._planned(sources[0]), keep_days=keep_days, begun_at=self._now())
        return replace(first, left=tuple(sources[1:]))

    def plan_rollback(self, *, keep_days: float = KEEP_DAYS) -> ReindexProgress:
        """Go back to what the last rebuild replaced; what is newer is copied back into it."""
        live = {part.name: part.index for part in self._parts()}
        made = self.indices.generations()
        older = [one for one in made if one.replaced_at and not one.is_live and one.part in live]
        if not older:
            raise EngineRefusedError(self._engine.address, "there is no older index to go back to")
        last = max(older, key=lambda one: one.replaced_at)
        sources = [
            live[one.part] for one in older if one is last or (one.replaced_by and one.replaced_by == last.replaced_by)
        ]
        first = replace(self._planned(sources[0], own_target=False), keep_days=keep_days, begun_at=self._now())
        return replace(first, left=tuple(sources[1:]))

    def next_part(self, done: ReindexProgress) -> ReindexProgress:
        """Return how to go on after a part: with the next one, or done with all."""
        moved = (*done.moved, Moved(source=done.source, target=done.target, articles=done.total))
        if not done.left:
            articles = sum(part.articles for part in moved)
            return replace(done, moved=moved, done=articles, total=articles)
        first, *left = done.left
        begun = self._planned(first, own_target=done.own_target)
        return replace(begun, left=tuple(left), moved=moved, keep_days=done.keep_days, begun_at=done.begun_at)

    def _planned(self, source: str, *, own_target: bool = True) -> ReindexProgress:
        """Plan the rebuild of one part, into a new index or back into the one that was replaced last."""
        part = self._part_of(source).name
        older = [one for one in self.indices.of_part(part) if one.replaced_at and not one.is_live]
        target = self.indices.next_name(part) if own_target else max(older, key=lambda one: one.replaced_at).name
        return ReindexProgress(source=source, target=target, total=self.indices.count(source), own_target=own_target)

    def clean_up(self) -> list[str]:
        """Delete what an unfinished rebuild has left, and lift its fence; return the names."""
        live = {part.name: part.index for part in self._parts()}
        made = self.indices.generations()
        number_of = {one.part: one.number for one in made if one.is_live}
        unfinished = (one for one in made if not one.replaced_at and self._is_unfinished(one, number_of))
        orphans = [one.name for one in unfinished]
        for name in orphans:
            self.indices.drop(name)
        for name in live.values():
            self.indices.lift_block(name)
        return orphans

    def _is_unfinished(self, one: Generation, number_of: Mapping[PartName, int]) -> bool:
        """True for a later generation than the live one, and for the empty index of a rollover that was not done.

        number_of: part → number of its live generation.
        """
        if one.part in number_of:
            return one.number > number_of[one.part]
        return one.part > max(number_of) and not self.indices.count(one.name)

    def drop_old(self) -> list[str]:
        """Delete replaced generations whose time is over; return their names."""
        now = self._now()
        old = [one.name for one in self.indices.generations() if not one.is_live and 0 < one.kept_until <= now]
        for name in old:
            self.indices.drop(name)
        return old

    def _parts(self) -> Sequence[Part]:
        if not (parts := self._engine.parts()):
            raise EngineRefusedError(self._engine.address, "there is no index to rebuild", remedy="Start kuzet once.")
        return parts

    def _part_of(self, index: str) -> Part:
        """Return the part whose live index this is."""
        return next(part for part in self._parts() if part.index == index)

    def _chosen(self, indices: Sequence[str]) -> list[str]:
        live = [part.index for part in self._parts()]
        if unknown := [index for index in indices if index not in live]:
            remedy = f"Live are: {', '.join(live)}."
            raise EngineRefusedError(self._engine.address, f"{unknown[0]} is not a live index", remedy=remedy)
        return [index for index in live if index in indices or not indices]

    def _is_live(self, index: str) -> bool:
        return any(part.index == index for part in self._engine.parts())

    # ------------------------------------------------------------ going on

    def advance(self, rebuild: ReindexProgress, *, still_ours: Callable[[], None] = lambda: None) -> ReindexProgress:
        """Do the next step, which takes seconds. Doing one again after a crash is harmless.

        `still_ours` is called before each act that two workers must not do at once; it raises when another took over.
        Raises EngineUnavailableError when the engine is away (the same step again later) and EngineRefusedError when
        the rebuild cannot succeed; `abandon` it then.
        """
        match rebuild.step:
            case ReindexStep.CREATE:
                return self._create(rebuild)
            case ReindexStep.COPY | ReindexStep.CATCH_UP:
                return self._look(rebuild) if rebuild.task else self._start_pass(rebuild)
            case ReindexStep.SWITCH:
                return self._switch(rebuild, still_ours=still_ours)
            case ReindexStep.DONE:
                return rebuild

    def abandon(self, rebuild: ReindexProgress) -> None:
        """Leave readers and writers as they were: lift the fence, stop the copy, delete what we made."""
        if self._is_live(rebuild.target):
            return
        self.indices.lift_block(rebuild.source)
        self._stop_copies(rebuild.target)
        if rebuild.own_target or not self.indices.is_ours(rebuild.target):
            self.indices.drop(rebuild.target)

    def _create(self, rebuild: ReindexProgress) -> ReindexProgress:
        if rebuild.own_target:
            self._make_target(rebuild)
        else:
            self.indices.lift_block(rebuild.target)
        return replace(rebuild, step=ReindexStep.COPY)

    def _make_target(self, rebuild: ReindexProgress) -> None:
        """Make it anew. The request of a worker that died here may be done only after we looked: then once more."""
        self._stop_copies(rebuild.target)
        self.indices.drop(rebuild.target)
        try:
            self.indices.create_quiet(rebuild.target, self._analysis)
        except EngineRefusedError as error:
            if is_taken(error):
                problem = f"{rebuild.target} has just been made by a worker that died"
                raise EngineUnavailableError(self._engine.address, problem) from error
            raise

    def _start_pass(self, rebuild: ReindexProgress) -> ReindexProgress:
        """Note how far the source is, make all of that searchable, and let the engine copy it."""
        self._require_ours(rebuild)
        reaches = self.indices.last_seq_no(rebuild.source)
        self.indices.refresh(rebuild.source)
        with engine_errors(self._engine.address):
            client = self._engine.client.options(opaque_id=_opaque_id(rebuild.target))
            started = client.reindex(**self._copy(rebuild), wait_for_completion=False)
        return replace(rebuild, task=started["task"], reaches=reaches)

    def _look(self, rebuild: ReindexProgress) -> ReindexProgress:
        """See how far the engine's task is. A task that a restart has lost is started again from where it began."""
        try:
            task = self._task("GET", f"/{rebuild.task}")
        except EngineRefusedError as error:
            if isinstance(error.__cause__, NotFoundError):
                return replace(rebuild, task="")
            raise
        status = task["task"]["status"]
        if not task["completed"]:
            return replace(rebuild, done=_handled(status), total=max(rebuild.total, status["total"]))
        self._require_success(task)
        passed = replace(rebuild, task="", copied_to=rebuild.reaches, passes=rebuild.passes + 1)
        is_little = status["total"] <= LITTLE and rebuild.step is ReindexStep.CATCH_UP
        last = is_little or passed.passes >= MOST_PASSES
        return replace(passed, step=ReindexStep.SWITCH if last else ReindexStep.CATCH_UP, done=rebuild.total)

    def _stop_copies(self, target: str) -> None:
        """Cancel every copy into it, also one whose worker died before its name was written down.

        Else it would go on into an index that is deleted, which the engine would make again with guessed fields.
        """
        listed = self._task("GET", "?actions=*reindex")
        tasks = {name: task for node in listed["nodes"].values() for name, task in node["tasks"].items()}
        for name, task in tasks.items():
            if task.get("headers", {}).get(OPAQUE_ID) == _opaque_id(target):
                with suppress(EngineRefusedError):  # it has ended by itself
                    self._task("POST", f"/{name}/_cancel?wait_for_completion=true")

    def _task(self, method: str, path: str) -> Mapping[str, Any]:
        """Ask about a task of the engine; the client's own method warns that its form may change."""
        with engine_errors(self._engine.address):
            answer = self._engine.client.perform_request(
                method, f"/_tasks{path}", headers={"accept": "application/json"}
            )
        return dict(answer.body)

    def _require_success(self, task: Mapping[str, Any]) -> None:
        failures = task.get("response", {}).get("failures", [])
        reason = reason_of(failures[0].get("cause", {})) if failures else reason_of(task.get("error", {}))
        if reason:
            raise EngineRefusedError(self._engine.address, f"the copy failed: {reason}")

    def _copy(self, rebuild: ReindexProgress) -> dict[str, Any]:
        """Describe the copy: newer versions win, equal and older ones stay; fields the target lacks are left out."""
        source: dict[str, Any] = {"index": rebuild.source, "size": 500}
        if rebuild.copied_to != EVERYTHING:
            source["query"] = {"range": {"_seq_no": {"gt": rebuild.copied_to}}}
        known = self.indices.fields(rebuild.target)
        if self.indices.fields(rebuild.source) - known:
            source["_source"] = sorted(known)
        dest = {"index": rebuild.target, "version_type": "external"}
        return {"source": source, "dest": dest, "conflicts": "proceed"}

    # ------------------------------------------------------------ the switch

    def _switch(self, rebuild: ReindexProgress, *, still_ours: Callable[[], None]) -> ReindexProgress:
        """Close the old index, copy the rest, compare, move the aliases; whatever fails, it is opened again."""
        if self._is_live(rebuild.target):
            return replace(rebuild, step=ReindexStep.DONE)  # we died after the aliases had moved
        self.indices.lift_block(rebuild.source)  # we died behind the fence
        self.indices.wake(rebuild.target)
        self.indices.delete_documents(rebuild.source, self._forgotten())
        still_ours()
        self.indices.block_writes(rebuild.source)
        try:
            self._finish_copy(rebuild, still_ours=still_ours)
            self.indices.switch(
                self._part_of(rebuild.source),
                target=rebuild.target,
                now=self._now(),
                keep_days=rebuild.keep_days,
                begun_at=rebuild.begun_at,
            )
        except EngineRefusedError:
            self._open_again(rebuild)
            raise
        except EngineUnavailableError:
            still_ours()  # else the fence is another's by now
            self._open_again(rebuild)
            raise
        return replace(rebuild, step=ReindexStep.DONE)

    def _open_again(self, rebuild: ReindexProgress) -> None:
        if not self._is_live(rebuild.target):
            self.indices.lift_block(rebuild.source)

    def _require_ours(self, rebuild: ReindexProgress) -> None:
        """Refuse a target that was deleted: a copy under way has the engine make it again, with guessed fields."""
        if not self.indices.is_ours(rebuild.target):
            raise EngineRefusedError(self._engine.address, f"{rebuild.target} was deleted while it was being filled")

    def _finish_copy(self, rebuild: ReindexProgress, *, still_ours: Callable[[], None]) -> None:
        self._require_ours(rebuild)
        self.indices.refresh(rebuild.source)
        with engine_errors(self._engine.address):
            self._require_success({"response": self._engine.client.reindex(**self._copy(rebuild)).body})
        still_ours()
        self.indices.refresh(rebuild.target)
        self.indices.delete_documents(rebuild.target, self._forgotten())
        if found := differences(self._engine, rebuild.source, rebuild.target, seed=int(self._now())):
            raise EngineRefusedError(self._engine.address, f"the new index is not the same: {'; '.join(found)}")
        still_ours()


class Reindex:
    """The reindex as a kind of rebuild.

    Options: `rollback`, go back to the index before; `keep_days`, how long the replaced index is kept; `indices`, of
    which parts.
    """

    def __init__(self, reindexer: Reindexer) -> None:
        self._reindexer = reindexer

    def plan(self, options: Mapping[str, Any]) -> Progress:
        self._reindexer.clean_up()
        keep_days = options.get("keep_days", KEEP_DAYS)
        if options.get("rollback"):
            return self._reindexer.plan_rollback(keep_days=keep_days).to_json()
        return self._reindexer.plan(indices=options.get("indices") or (), keep_days=keep_days).to_json()

    def advance(self, progress: Progress, *, attempts: int, checkpoint: Checkpoint) -> Progress:
        del attempts  # doing a step again is harmless
        before = ReindexProgress.from_json(progress)
        after = self._reindexer.advance(before, still_ours=lambda: checkpoint(progress))
        if after.step is ReindexStep.DONE:
            self._reindexer.drop_old()
            after = self._reindexer.next_part(after)
        return after.to_json()

    def abandon(self, progress: Progress) -> None:
        self._reindexer.abandon(ReindexProgress.from_json(progress))

    def waits(self, progress: Progress) -> bool:
        """True while the engine is copying."""
        return bool(progress["task"])


def _handled(status: Mapping[str, int]) -> int:
    return status["created"] + status["updated"] + status["deleted"] + status["version_conflicts"]


def _opaque_id(target: str) -> str:
    """Return what marks the copies into an index as ours."""
    return f"kuzet-reindex-{target}"
