"""`kuzet stats`: how much came, of what and from where, against the same days of the week before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from worker.answers.selection import Selection
from worker.answers.statistics import GROWING, period_of, silent_feeds, statistics_row
from worker.cli.console import FAILED, out, print_json, warn
from worker.cli.labels import names
from worker.cli.selecting import selecting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.search.statistics import Change, Statistics

commands = typer.Typer()

BAR_COLUMNS = 24
SHOWN = 10
TABLES = ("topic", "region", "source")


@commands.command("stats")
@selecting
def stats(
    query: Annotated[str, typer.Argument(help="As in `kuzet search`: count only what it finds.")] = "",
    *,
    chosen: Selection,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Count the articles of the last 7 days (--since: of another time) against the same days of the week before.

    They are counted by the time they were seen, so that late arrivals are not missed.

    Example: kuzet stats --topic drugs --since 14d
    """
    runtime = open_runtime()
    period = period_of(chosen)
    wanted = replace(chosen.resolved(runtime, warn=warn), since=None, until=None).request(query)
    found = runtime.search.statistics(wanted, period)
    silent = silent_feeds(found, [feed.id for feed in runtime.catalogue if feed.enabled])
    if as_json:
        print_json(statistics_row(found, silent))
    else:
        show_statistics(found, silent)
    if not found.total.now and not found.total.before:
        raise typer.Exit(FAILED)


def show_statistics(found: Statistics, silent: Sequence[str]) -> None:
    """Print the days, what grew most, a table for each group, and feeds to look at."""
    first, last = (datetime.fromisoformat(change.value) for change in (found.days[0], found.days[-1]))
    total = (
        f"{found.total.now} articles seen {first:%d.%m} to {last:%d.%m}; {found.total.before} on the same days before"
    )
    out.print(total, style="bold")
    if not found.compares:
        out.print("Nothing is known of the days before yet, so nothing is compared.", style="dim")
    out.print(counts_table("day", [*map(by_weekday, found.days)]))
    if grown := found.grown(GROWING)[:SHOWN]:
        out.print("\nGrew most", style="bold")
        out.print(counts_table("", [renamed(change, f"{name} {shown(name, change)}") for name, change in grown]))
    for name in TABLES:
        if changes := found.groups[name][:SHOWN]:
            out.print()
            out.print(counts_table(name, [renamed(change, shown(name, change)) for change in changes]))
    show_feeds(found, silent)


def counts_table(title: str, changes: Sequence[Change]) -> Table:
    """One row a value: its count now, before, the difference, and a bar of now."""
    most = max(change.now for change in changes)
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(title, no_wrap=True, min_width=20)
    for column in ("now", "before", ""):
        table.add_column(column, justify="right")
    table.add_column("")
    for change in changes:
        table.add_row(change.value, str(change.now), str(change.before), difference(change), bar(change.now, most))
    return table


def difference(change: Change) -> Text:
    """The difference in words of a table: +12, -3, nothing for none; in colour when it is more than chance."""
    from pipelines.search.statistics import TELLING

    number = change.now - change.before
    chance = abs(change.strength) < TELLING
    return Text(f"{number:+d}" if number else "", style="dim" if chance else "red" if number > 0 else "cyan")


def bar(count: int, most: int) -> str:
    return "█" * round(BAR_COLUMNS * count / most) if most else ""


def by_weekday(change: Change) -> Change:
    return renamed(change, f"{datetime.fromisoformat(change.value):%a %d.%m}")


def renamed(change: Change, value: str) -> Change:
    return type(change)(value, change.now, change.before)


def shown(name: str, change: Change) -> str:
    return names().of(name, change.value)


def show_feeds(found: Statistics, silent: Sequence[str]) -> None:
    lines = {
        "quieter feeds": ", ".join(f"{one.value} ({one.before} → {one.now})" for one in found.quiet()),
        "noisier feeds": ", ".join(f"{one.value} ({one.before} → {one.now})" for one in found.noisy()),
        "silent feeds": ", ".join(silent),
    }
    out.print()
    for name, text in lines.items():
        if text:
            out.print(Text.assemble((f"{name}  ", "bold"), text))
