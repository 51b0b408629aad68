"""`kuzet stats`: how much came, of what and from where, against the same days of the week before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.time_zone import KAZAKHSTAN
from worker.cli.console import FAILED, UsageError, out, print_json
from worker.cli.labels import names
from worker.cli.selecting import Selection, selecting
from worker.cli.session import open_runtime
from worker.cli.shapes import ChangeRow, StatsAnswer

if TYPE_CHECKING:
    from pipelines.search.statistics import Change, Period, Statistics

commands = typer.Typer()

USUAL_DAYS = 7
BAR_COLUMNS = 24
SHOWN = 10
TABLES = ("topic", "region", "source")
GROWING = ("topic", "region", "source", "severity")


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
    wanted = replace(chosen.resolved(runtime), since=None, until=None).request(query)
    found = runtime.search.statistics(wanted, period)
    silent = silent_feeds(found, [feed.id for feed in runtime.catalogue if feed.enabled])
    if as_json:
        print_json(statistics_row(found, silent))
    else:
        show_statistics(found, silent)
    if not found.total.now and not found.total.before:
        raise typer.Exit(FAILED)


def period_of(chosen: Selection) -> Period:
    """The period that was chosen; by default whole days, today's as far as it has come. Raises UsageError."""
    from pipelines.search.statistics import Period

    until = chosen.until or chosen.now
    midnight = until.astimezone(KAZAKHSTAN).replace(hour=0, minute=0, second=0, microsecond=0)
    since = chosen.since or midnight - timedelta(days=USUAL_DAYS - 1)
    if since >= until:
        raise UsageError("--since", "is not before the end of the period")
    return Period(since=since, until=until)


def silent_feeds(found: Statistics, watched: Iterable[str]) -> list[str]:
    """Name the watched feeds that gave nothing at all, now or before."""
    heard = {change.value for change in found.groups["feed"]}
    return sorted(set(watched) - heard)


def statistics_row(found: Statistics, silent: Sequence[str]) -> StatsAnswer:
    """The stable answer of `kuzet stats --json`."""
    period = found.period
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "before": {"since": period.before.since.isoformat(), "until": period.before.until.isoformat()},
        "total": {"now": found.total.now, "before": found.total.before},
        "days": [change_row(change) for change in found.days],
        "groups": {name: [*map(change_row, changes)] for name, changes in found.groups.items()},
        "grown": [{"group": name, **change_row(change)} for name, change in found.grown(GROWING)],
        "feeds": {
            "quiet": [change.value for change in found.quiet()],
            "noisy": [change.value for change in found.noisy()],
            "silent": [*silent],
        },
    }


def change_row(change: Change) -> ChangeRow:
    return {"value": change.value, "now": change.now, "before": change.before}


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
