"""Single articles: `trace` their journey, see to the quarantine, audit the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli.console import FAILED, local_time, out, print_json
from worker.cli.selecting import key_of
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.state import Trace

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
    """Tell an article's journey: when it was seen, what happened at each stage, and how it ended.

    Example: kuzet trace https://www.inform.kz/ru/some-news
    """
    runtime = open_runtime()
    key = key_of(article)
    found = runtime.state.articles.trace(key) or runtime.state.articles.trace(runtime.state.articles.alias_owner(key))
    if found is None:
        raise KuzetError(article, "was never seen", remedy="`kuzet feeds list` shows what is polled.")
    if as_json:
        print_json(trace_row(found))
    else:
        show_trace(found)


def trace_row(found: Trace) -> dict[str, Any]:
    return {
        "id": found.article_id,
        "url": found.url,
        "source": found.source,
        "stage": found.stage and str(found.stage),
        "outcome": found.outcome,
        "attempts": found.attempts,
        "error": found.error,
        "revision": found.revision,
        "version": found.version,
        "recheck_at": found.recheck_at,
        "steps": [{"at": step.at, "event": step.event, "detail": step.detail} for step in found.steps],
    }


def show_trace(found: Trace) -> None:
    out.print(Text(found.url, style="bold"), soft_wrap=True)
    out.print(Text(f"{found.article_id} · {found.source} · revision {found.revision}", style="dim"))
    began = found.steps[0].at if found.steps else 0.0
    for step in found.steps:
        out.print(
            Text.assemble(
                (f"{local_time(step.at):>12} {step.at - began:>+8.1f} s  ", "dim"),
                (f"{step.event:<12}", "cyan"),
                step.detail,
            )
        )
    where = (
        f"in {found.stage}, due {local_time(found.due_at)}" if found.stage else f"ended: {found.outcome or 'unknown'}"
    )
    out.print(where, style="bold")
    if found.recheck_at:
        out.print("looked at again " + ", ".join(local_time(at) for at in found.recheck_at), style="dim")


@commands.command("forget")
def forget_article(article: Annotated[str, typer.Argument(metavar="URL|ID")]) -> None:
    """Delete an article for good: it is not found, and no feed, recheck, replay, rebuild or import brings it back.

    Its fetched page goes with the other pages of its day (KUZET_PAGES_KEEP_DAYS).
    Example: kuzet forget https://www.inform.kz/ru/some-news
    """
    from worker.rebuilds.forget import forget

    runtime = open_runtime()
    key = key_of(article)
    owner = runtime.state.articles.alias_owner(key) or key
    was_there = [
        forget(one, engine=runtime.search, state=runtime.state, now=runtime.now())
        for one in dict.fromkeys((key, owner))
    ]
    out.print("It is forgotten." if any(was_there) else "It was not in the index; should it come, it stays out.")


@commands.command("audit")
def audit(*, as_json: AsJson = False) -> None:
    """Prove the books: every sighting of the last 90 days ended in exactly one outcome or is under way.

    Example: kuzet audit
    """
    runtime = open_runtime()
    books = runtime.state.outcomes.audit(now=runtime.now())
    if as_json:
        print_json(
            {
                "sighted": books.sighted,
                "under_way": books.under_way,
                "outcomes": books.outcomes,
                "balanced": books.is_balanced,
            }
        )
    else:
        table = Table("day", "source", "sighted", "under way", "outcomes", "missing", box=None, header_style="bold")
        for account in books.accounts:
            ended = ", ".join(f"{name} {count}" for name, count in sorted(account.outcomes.items()))
            missing = Text(str(account.missing), style="red") if account.missing else Text("0", style="green")
            table.add_row(account.day, account.source, str(account.sighted), str(account.under_way), ended, missing)
        out.print(table)
        out.print(
            "The sums agree." if books.is_balanced else "The sums do not agree.",
            style="green" if books.is_balanced else "red",
        )
    if not books.is_balanced:
        raise typer.Exit(FAILED)


@quarantine.command("list")
def list_quarantine(*, as_json: AsJson = False) -> None:
    """List what was given up, oldest first."""
    for kept in open_runtime().state.quarantine.list():
        if as_json:
            print_json(
                {"id": kept.article_id, "url": kept.url, "stage": str(kept.stage), "error": kept.error, "at": kept.at}
            )
        else:
            out.print(
                Text.assemble(
                    (f"{local_time(kept.at)}  ", "dim"), f"{kept.stage:<8} ", (kept.error, "red"), f"  {kept.url}"
                )
            )


@quarantine.command("replay")
def replay(article: Annotated[str, typer.Argument(metavar="URL|ID")]) -> None:
    """Start an article again where it failed."""
    runtime = open_runtime()
    if not runtime.state.quarantine.replay(key_of(article), now=runtime.now()):
        raise KuzetError(article, "is not in the quarantine", remedy="`kuzet quarantine list` shows what is.")
    out.print("It goes on where it failed.")


@quarantine.command("drop")
def drop(article: Annotated[str, typer.Argument(metavar="URL|ID")]) -> None:
    """Give an article up for good."""
    if not open_runtime().state.quarantine.drop(key_of(article)):
        raise KuzetError(article, "is not in the quarantine", remedy="`kuzet quarantine list` shows what is.")
    out.print("It is dropped.")
