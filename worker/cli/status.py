"""`kuzet status`: engines, workers, queues, stages, feeds, the outbox, the last article."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from socket import gethostname
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.models import Stage
from worker.cli.console import NO_ENGINE, OK, duration, local_time, out, print_json
from worker.cli.session import open_runtime
from worker.state.workers import QUEUES, STILL_AFTER_S, WorkerPresence, present, ticked_at

HOSTS_NAMED = 5

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.search.engine import EngineHealth
    from worker.state import Rebuild

commands = typer.Typer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that can be said at one moment. `problems` are sentences for a person, empty when all is well."""

    broker: str
    search: EngineHealth
    workers: tuple[WorkerPresence, ...]
    queues: dict[str, int]
    stages: dict[str, dict[str, int]]
    feeds: dict[str, int]
    outbox: dict[str, int]
    quarantined: int
    rebuild: str
    last_article: dict[str, Any]
    problems: tuple[str, ...]


@commands.command("status")
def status(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Print nothing; exit 0 when every queue is served and the clock beats.")
    ] = False,
    worker: Annotated[
        str, typer.Option(help="With --check: exit 0 when this machine's worker of that name works.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Show how the watch is doing. Exit code 3 when an engine does not answer.

    Example: kuzet status --json
    """
    runtime = open_runtime()
    if check:
        raise typer.Exit(OK if is_there(runtime, worker) else NO_ENGINE)
    found = look(runtime)
    if as_json:
        print_json(asdict(found))
    else:
        show(found, now=runtime.now())
    if found.search.problem and not found.search.index:
        raise typer.Exit(NO_ENGINE)


def is_there(runtime: Runtime, worker: str) -> bool:
    """What a container's health check asks: for its own worker, or for the whole."""
    workers = workers_of(runtime)
    if worker:
        return f"{worker}@{gethostname()}" in {each.name for each in workers}
    return not idle(runtime, workers)


def workers_of(runtime: Runtime) -> tuple[WorkerPresence, ...]:
    return tuple(present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now()))


def look(runtime: Runtime) -> Status:
    """Ask everybody. Raises RedisError when the broker is away; a search engine that is away is one of the problems."""
    from worker.state.refusals import shown

    now, state, prefix = runtime.now(), runtime.state, runtime.settings.redis_prefix
    workers = workers_of(runtime)
    snapshots = [state.feeds.snapshot(feed_id) for feed_id in state.feeds.ids()]
    search = runtime.search.health()
    return Status(
        broker=f"{runtime.redis.info('server')['redis_version']} at {shown(runtime.settings.broker_url)}",
        search=search,
        workers=workers,
        queues={queue: int(runtime.redis.llen(f"{prefix}celery:{queue}")) for queue in QUEUES},
        stages={
            str(stage): {"waiting": state.due.size(stage), "due": state.due.ready(stage, now=now)} for stage in Stage
        },
        feeds=dict(Counter(snapshot.state for snapshot in snapshots if snapshot)),
        outbox={"documents": state.outbox.size, "bytes": state.outbox.bytes_used},
        quarantined=state.quarantine.size,
        rebuild=rebuild_of(state.rebuilds.current()),
        last_article=last_article(runtime) if not search.problem else {},
        problems=tuple(problems(runtime, workers, search)),
    )


def problems(runtime: Runtime, workers: tuple[WorkerPresence, ...], search: EngineHealth) -> list[str]:
    from worker.setup.expiry import ending_soon

    found = [*idle(runtime, workers), *ending_soon(runtime.settings, now=datetime.fromtimestamp(runtime.now(), UTC))]
    if said := search_problems(runtime, search):
        found += said
    elif search.index:
        found += [f"{reason}: run `kuzet reindex`." for reason in runtime.search.outdated(runtime.analysis)]
    found += runtime.state.problems.current(now=runtime.now())
    found += held_hosts(runtime)
    broken = filter(None, (runtime.catalogue.check(), runtime.rules.check()))
    return [*found, *(f"Kept as it was before: {problem}" for problem in broken)]


def held_hosts(runtime: Runtime) -> list[str]:
    """One sentence about the hosts that want to be left alone, the longest first."""
    now = runtime.now()
    held = sorted(runtime.state.hosts.held(now=now).items(), key=lambda each: -each[1])
    if not held:
        return []
    named = ", ".join(f"{host} for {duration(until - now)}" for host, until in held[:HOSTS_NAMED])
    more = f" and {len(held) - HOSTS_NAMED} more" if len(held) > HOSTS_NAMED else ""
    return [f"Sites that asked for a rest: {named}{more}."]


def search_problems(runtime: Runtime, search: EngineHealth) -> list[str]:
    """What we see of the engine, and what the drain says of it: its settings or rights may be others than ours."""
    drain = runtime.state.outbox.problem if search.server or not search.problem else ""
    said = list(dict.fromkeys(filter(None, (search.problem, drain))))
    if said and runtime.state.outbox.size:
        said[-1] = said[-1].removesuffix(".") + ". Articles wait in the outbox."
    return said


def idle(runtime: Runtime, workers: tuple[WorkerPresence, ...]) -> list[str]:
    """Who is missing among those that do the work."""
    served = {queue for worker in workers for queue in worker.queues}
    found = [
        f"Nobody serves the queue {queue}: `kuzet up` or the service of that name is not running."
        for queue in QUEUES
        if queue not in served
    ]
    silent_s = runtime.now() - ticked_at(runtime.redis, runtime.settings.redis_prefix)
    if "tick" in served and silent_s > STILL_AFTER_S:
        found.append("Nobody has looked for due work lately: `kuzet up` or the service beat is not running.")
    return found


def rebuild_of(rebuild: Rebuild | None) -> str:
    """What rewrites the index just now, and who wanted it; empty when nothing does."""
    if rebuild is None:
        return ""
    step, done, total = (rebuild.progress[name] for name in ("step", "done", "total"))
    return f"{rebuild.kind} by {rebuild.owner}: {step}, {done} of {total} articles"


def last_article(runtime: Runtime) -> dict[str, Any]:
    from pipelines.search.request import SearchRequest, Sort

    result = runtime.search.search(SearchRequest(sort=Sort.TIME, size=1, facets=(), histogram=False))
    return dict(result.hits[0].document) if result.hits else {}


def show(found: Status, *, now: float) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", justify="right")
    table.add_column()
    table.add_row("broker", found.broker)
    index = f"{found.search.articles} articles in {found.search.index or '–'}"
    table.add_row("search", f"{found.search.server or 'away'}, {index}: {found.search.address}")
    for worker in found.workers:
        seen = f"seen {duration(now - worker.seen_at)} ago"
        table.add_row("worker", f"{worker.name}: {', '.join(worker.queues)} · {worker.slots} slots · {seen}")
    table.add_row("queues", ", ".join(f"{queue} {count}" for queue, count in found.queues.items()))
    table.add_row(
        "stages",
        ", ".join(f"{stage} {counts['due']} due of {counts['waiting']}" for stage, counts in found.stages.items()),
    )
    table.add_row("feeds", ", ".join(f"{count} {state}" for state, count in found.feeds.items()) or "none yet")
    table.add_row("outbox", f"{found.outbox['documents']} documents, {found.outbox['bytes'] / 1e6:.1f} MB")
    table.add_row("quarantine", str(found.quarantined))
    if found.rebuild:
        table.add_row("rebuild", found.rebuild)
    if found.last_article:
        table.add_row(
            "last article", Text(f"{local_time(found.last_article['published_at'])} {found.last_article['title']}")
        )
    out.print(table)
    for problem in found.problems:
        out.print(Text(problem, style="red"), soft_wrap=True)
    if not found.problems:
        out.print("All is well.", style="green")
