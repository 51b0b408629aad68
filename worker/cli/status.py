"""`kuzet status`: engines, workers, queues, stages, feeds, the outbox, the last article, and what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from worker.answers.status import Status, is_there, look, usual
from worker.answers.wording import duration
from worker.cli.console import FAILED, NO_ENGINE, OK, out, print_json
from worker.cli.session import open_runtime

commands = typer.Typer()


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
    """Show how the watch is doing. Exit code 1 when something is wrong, 3 when an engine does not answer.

    Wrong are: an engine, a worker or the clock that is away, a feed that is down, feeds most of which fail, articles in
    the outbox that cannot be written, a backlog that does not move, a silence that is not usual, a file of config/ that
    cannot be used.

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
    if found.problems:
        raise typer.Exit(FAILED)


def show(found: Status, *, now: float) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", justify="right")
    table.add_column()
    table.add_row("broker", found.broker)
    index = f"{found.search.articles} articles in {found.search.index or '–'}"
    where = found.search.address.removeprefix("The search engine ")
    table.add_row("search", f"{found.search.server or 'away'} {where}, {index}")
    for worker in found.workers:
        seen = f"seen {duration(now - worker.seen_at)} ago"
        table.add_row("worker", f"{worker.name}: {', '.join(worker.queues)} · {worker.slots} slots · {seen}")
    table.add_row("queues", ", ".join(f"{queue} {count}" for queue, count in found.queues.items()))
    table.add_row(
        "stages",
        ", ".join(f"{stage} {counts['due']} due of {counts['waiting']}" for stage, counts in found.stages.items()),
    )
    table.add_row("feeds", ", ".join(f"{count} {state}" for state, count in found.feeds.items()) or "none yet")
    table.add_row("backlog", str(found.backlog))
    table.add_row("outbox", f"{found.outbox['documents']} documents, {found.outbox['bytes'] / 1e6:.1f} MB")
    table.add_row("quarantine", str(found.quarantined))
    if found.rebuild:
        table.add_row("rebuild", found.rebuild)
    if found.last_article:
        age = now - datetime.fromisoformat(found.last_article["observed_at"]).timestamp()
        table.add_row("last article", Text(f"came in {duration(age)} ago: {found.last_article['title']}"))
    if found.silence.usual_s:
        table.add_row("last news", f"{duration(found.silence.lasting_s)} ago; {usual(found.silence)}")
    out.print(table)
    for problem in found.problems:
        out.print(Text(problem, style="red"), soft_wrap=True)
    if not found.problems:
        out.print("All is well.", style="green")
