"""Starting a long job and following it with a bar; a person may leave and come back."""

from __future__ import annotations

import getpass
import socket
import time
from collections.abc import Callable
from typing import Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.errors import KuzetError
from worker.answers.shapes import BegunAnswer, RebuildAnswer
from worker.answers.wording import duration
from worker.cli.console import BUSY, err, fail, out, print_json
from worker.rebuilds import open_rebuilder
from worker.rebuilds.rebuilder import BusyError
from worker.runtime import Runtime
from worker.state import Rebuild
from worker.state.workers import present, slots
from worker.tasks.nudges import REBUILD_QUEUES

LOOK_S = 0.2
STEPS = {
    "create": "making the new index",
    "copy": "copying",
    "catch_up": "copying what came meanwhile",
    "switch": "comparing and switching",
    "tag": "tagging",
    "extract": "reading pages",
    "join": "finding stories",
    "done": "ending",
}


def carry_out(  # noqa: PLR0913 - the wishes that all rebuilds share
    runtime: Runtime,
    kind: str,
    *,
    sentence: Callable[[Rebuild], str],
    attach: bool,
    wait: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Begin a job, or attach to the one under way; then follow it to its end, or leave it to the workers."""
    job = running(runtime, kind) if attach else begin(runtime, kind, **options)
    if wait:
        follow(runtime, job, as_json=as_json, sentence=sentence)
    else:
        leave(job, as_json=as_json)


def begin(runtime: Runtime, kind: str, **options: Any) -> Rebuild:
    """Hand the job to the workers. Ends the command with BUSY when another one is under way."""
    try:
        return open_rebuilder(runtime).begin(kind, owner=f"{_user()} at {socket.gethostname()}", **options)
    except BusyError as error:
        fail(error, code=BUSY)


def running(runtime: Runtime, kind: str) -> Rebuild:
    """Return the job of this kind that is under way or has just ended. Raises KuzetError without one."""
    rebuilds = runtime.state.rebuilds
    rebuild = rebuilds.current() or rebuilds.last()
    if rebuild is None or rebuild.kind != kind:
        raise KuzetError(f"A {kind}", "is not under way", remedy=f"`kuzet {kind}` begins one.")
    return rebuild


def follow(runtime: Runtime, rebuild: Rebuild, *, as_json: bool, sentence: Callable[[Rebuild], str]) -> None:
    """Show how far it is until it ends; Ctrl-C leaves it to the workers. Raises KuzetError when it failed."""
    try:
        watch(runtime, rebuild)
    except KeyboardInterrupt:
        err.print(f"It goes on without you. `kuzet {rebuild.kind} --attach` follows it again.")
        raise typer.Exit from None
    ended = runtime.state.rebuilds.last()
    if ended is None or ended.id != rebuild.id:
        raise KuzetError(f"The {rebuild.kind}", "ended, and another one has begun since")
    if ended.problem:
        raise KuzetError(f"The {rebuild.kind}", f"failed: {ended.problem}", remedy=how_it_is_left(ended))
    took_s = ended.ended_at - ended.began_at
    print_json(rebuild_row(ended)) if as_json else out.print(f"{sentence(ended)} It took {duration(took_s)}.")


def how_it_is_left(failed: Rebuild) -> str:
    """Say what a failed rebuild has changed: the parts of the index that it was done with."""
    if not (moved := failed.progress.get("moved")):
        return "Everything is as it was before."
    return f"{', '.join(one['target'] for one in moved)} took over before; everything else is as it was."


def leave(rebuild: Rebuild, *, as_json: bool) -> None:
    """Say what the workers do from now on, and how to follow it."""
    if as_json:
        begun: BegunAnswer = {"kind": rebuild.kind, "owner": rebuild.owner, "began_at": rebuild.began_at}
        print_json(begun)
        return
    out.print(f"The {rebuild.kind} is with the workers. `kuzet {rebuild.kind} --attach` follows it.", soft_wrap=True)


def rebuild_row(ended: Rebuild) -> dict[str, Any]:
    """Return what the guide promises of a rebuild that is over; the rest of its progress is for the workers."""
    counts = {name: ended.progress[name] for name in RebuildAnswer.__annotations__ if name in ended.progress}
    return {"kind": ended.kind, "took_s": ended.ended_at - ended.began_at, **counts}


def watch(runtime: Runtime, rebuild: Rebuild) -> None:
    """Draw the bar until the job is no longer the one under way."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("waiting for a worker", total=None)
        while (now := runtime.state.rebuilds.current()) and now.id == rebuild.id:
            step = STEPS.get(now.progress["step"], now.progress["step"])
            if left := now.progress.get("left"):
                step = f"{now.progress['source']}, {len(left)} more after it: {step}"
            away = (
                ""
                if is_served(runtime, rebuild.kind)
                else f" (no worker serves the queue {REBUILD_QUEUES[rebuild.kind]})"
            )
            progress.update(bar, description=step + away, completed=now.progress["done"], total=now.progress["total"])
            time.sleep(LOOK_S)


def is_served(runtime: Runtime, kind: str) -> bool:
    """True if a worker is there for the job's steps."""
    workers = present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now())
    return slots(workers, REBUILD_QUEUES[kind]) > 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"  # a container's user has no name
