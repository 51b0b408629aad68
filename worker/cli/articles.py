"""Single articles: `trace` their journey, see to the quarantine, audit the books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError, UsageError
from worker.answers.articles import books_row, quarantined_row, tombstone_row, trace_of, trace_row
from worker.answers.journeys import readable, sentence_of
from worker.answers.selection import find_key
from worker.answers.wording import duration, local_time
from worker.cli.console import FAILED, out, print_json
from worker.cli.console import articles as counted
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import Audit, Tombstone, Trace

commands = typer.Typer()
quarantine = typer.Typer(help="Articles that failed three times: look, replay or drop.", no_args_is_help=True)
commands.add_typer(quarantine, name="quarantine")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


@commands.command("trace")
def trace(
    article: Annotated[
        str, typer.Argument(metavar="URL|ID", help="The entry's link, another address of the article, or its id.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show an article's journey: when it was seen, what happened at each stage, and how it ended.

    Example: kuzet trace https://www.inform.kz/ru/some-news
    """
    from worker.state import Tombstone

    found = trace_of(open_runtime(), article)
    if isinstance(found, Tombstone):
        print_json(tombstone_row(found)) if as_json else show_tombstone(found, article)
    else:
        print_json(trace_row(found)) if as_json else show_trace(found)


def show_tombstone(tombstone: Tombstone, article: str) -> None:
    when = f" on {local_time(tombstone.at)}" if tombstone.at else ""
    out.print(Text(readable(tombstone.url or article), style="bold"), soft_wrap=True)
    out.print(f"It was forgotten{when} by hand and stays out. `kuzet forget --lift` lets it come back.", soft_wrap=True)


def show_trace(found: Trace) -> None:
    out.print(Text(readable(found.url), style="bold"), soft_wrap=True)
    out.print(Text(f"{found.article_id} · {found.source} · revision {found.revision}", style="dim"))
    steps = Table.grid(padding=(0, 2, 0, 0))
    for column in ("time", "after"):
        steps.add_column(column, justify="right", style="dim", no_wrap=True)
    steps.add_column("what", overflow="fold")
    began = found.steps[0].at if found.steps else 0.0
    for step in found.steps:
        steps.add_row(local_time(step.at), f"+{duration(step.at - began)}", Text(readable(sentence_of(step))))
    out.print(steps)
    due = f", due {local_time(found.due_at)}" if found.due_at else ""
    out.print(f"under way: {found.stage}{due}" if found.stage else f"ended: {found.outcome or 'unknown'}", style="bold")
    if found.error:
        out.print(Text(f"last error: {found.error}", style="red"))
    if found.recheck_at:
        out.print("to be looked at again " + ", ".join(local_time(at) for at in found.recheck_at), style="dim")


@commands.command("audit")
def audit(*, as_json: AsJson = False) -> None:
    """Prove the books: every sighting of the last 90 days ended in exactly one outcome or is under way.

    And every item that was read in a feed was sighted, known already, or dropped for a reason.
    Days are those of Kazakhstan (UTC+5). Exit code 1 when a sum does not agree.

    Example: kuzet audit
    """
    runtime = open_runtime()
    books = runtime.state.outcomes.audit(now=runtime.now())
    if as_json:
        print_json(books_row(books))
    else:
        show_books(books)
    if not books.is_balanced:
        raise typer.Exit(FAILED)


def show_books(books: Audit) -> None:
    table = Table("day", "source", "sighted", "under way", "outcomes", "missing", box=None, header_style="bold")
    for account in books.accounts:
        ended, missing = reasons(account.outcomes), difference(account.missing)
        table.add_row(account.day, account.source, str(account.sighted), str(account.under_way), ended, missing)
    out.print(table)
    if books.read:
        show_reads(books)
    out.print(
        "The sums agree." if books.is_balanced else "The sums do not agree.",
        style="green" if books.is_balanced else "red",
    )


def show_reads(books: Audit) -> None:
    """Print what became of the items of feeds: read = sighted + known + dropped."""
    table = Table(
        "day", "source", "items read", "sighted", "known", "dropped", "missing", box=None, header_style="bold"
    )
    for account in filter(lambda each: each.read, books.accounts):
        numbers = map(str, (account.read, account.from_feeds, account.known))
        table.add_row(account.day, account.source, *numbers, reasons(account.dropped), difference(account.vanished))
    out.print()
    out.print(table)


def reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def difference(number: int) -> Text:
    return Text(str(number), style="red" if number else "green")


@quarantine.command("list")
def list_quarantine(*, as_json: AsJson = False) -> None:
    """List what was given up, oldest first."""
    given_up = open_runtime().state.quarantine.list()
    if as_json:
        print_json({"quarantine": [quarantined_row(kept) for kept in given_up]})
        return
    if not given_up:
        out.print("Nothing is in the quarantine.")
    for kept in given_up:
        when, stage = (f"{local_time(kept.at)}  ", "dim"), f"{kept.stage:<8} "
        out.print(Text.assemble(when, stage, (kept.error, "red"), f"  {kept.url}"))


Chosen = Annotated[list[str] | None, typer.Argument(metavar="[URL|ID]…")]
All = Annotated[bool, typer.Option("--all", help="All that is in the quarantine.")]
ErrorWord = Annotated[str, typer.Option("--error", help="With --all: only errors that begin so.")]


@quarantine.command("replay")
def replay(articles: Chosen = None, *, every: All = False, error: ErrorWord = "", as_json: AsJson = False) -> None:
    """Start articles again where they failed, once the cause is gone.

    Example: kuzet quarantine replay --all --error PageUnusable
    """
    runtime = open_runtime()
    now, kept = runtime.now(), runtime.state.quarantine
    replayed = [key for key in chosen_keys(runtime, articles, every=every, error=error) if kept.replay(key, now=now)]
    said = "goes" if len(replayed) == 1 else "go"
    print_json({"replayed": replayed}) if as_json else out.print(f"{counted(len(replayed))} {said} on where it failed.")


@quarantine.command("drop")
def drop(articles: Chosen = None, *, every: All = False, error: ErrorWord = "", as_json: AsJson = False) -> None:
    """Give articles up for good. A changed entry still starts one again.

    Example: kuzet quarantine drop --all --error RecursionError
    """
    runtime = open_runtime()
    kept = runtime.state.quarantine
    dropped = [key for key in chosen_keys(runtime, articles, every=every, error=error) if kept.drop(key)]
    print_json({"dropped": dropped}) if as_json else out.print(f"{counted(len(dropped))} dropped.")


def chosen_keys(runtime: Runtime, articles: list[str] | None, *, every: bool, error: str) -> list[str]:
    """Return the ids of what was named, or of all. Raises KuzetError for one that is not there, UsageError for none."""
    if bool(articles) == every:
        raise UsageError(
            "The quarantine", "needs articles or --all", remedy="`kuzet quarantine list` shows what is there."
        )
    there = runtime.state.quarantine.list()
    if every:
        return [one.article_id for one in there if one.error.startswith(error)]
    keys = {article: find_key(runtime, article) for article in articles or ()}
    for article, key in keys.items():
        if key not in {one.article_id for one in there}:
            raise KuzetError(article, "is not in the quarantine", remedy="`kuzet quarantine list` shows what is.")
    return list(keys.values())
