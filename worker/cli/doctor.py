"""`kuzet doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from worker.cli.console import FAILED, err, out, print_json
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.doctor.findings import Check, Finding

commands = typer.Typer()

STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@commands.command("doctor")
def doctor(
    *,
    article: Annotated[
        bool, typer.Option("--article/--no-article", help="Send a test article through the workers, and delete it.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Examine engines, workers, clock, disk, settings, rules and feeds, and send a test article through them all.

    Each finding says what to do. Exit code 1 when something does not work; a warning is no failure. It changes
    nothing; the test article has no topic, and is counted under the source kuzet-doctor.

    Example: kuzet doctor --no-article
    """
    from worker.doctor.findings import examine

    runtime = open_runtime()
    with err.status("Examining …"):
        found = list(examine(runtime, checks(article=article)))
    print_json({"findings": [asdict(one) for one in found]}) if as_json else show(found)
    if any(one.verdict == "problem" for one in found):
        raise typer.Exit(FAILED)


def checks(*, article: bool) -> dict[str, Check]:
    """Return the checks in their order: what others depend on comes first."""
    from worker.doctor import alerts, chain, engines, feeds, machine

    listed: dict[str, Check] = {
        "broker": engines.broker,
        "search": engines.search,
        "certificates": engines.certificates,
        "clock": engines.clock,
        "disk": machine.disk,
        "settings": machine.settings,
        "files": machine.files,
        "workers": engines.workers,
        "feeds": feeds.feeds,
        "alerts": alerts.alerts,
    }
    return listed | ({"article": chain.chain} if article else {})


def show(found: list[Finding]) -> None:
    """Print one line a finding, its remedy below."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        sentence = Text(one.sentence)
        if one.remedy:
            sentence.append(f"\n{one.remedy}", style="dim")
        table.add_row(one.about, Text(one.verdict, style=STYLES[one.verdict]), sentence)
    out.print(table)
    wrong = sum(one.verdict == "problem" for one in found)
    said = f"{wrong} of {len(found)} findings are problems." if wrong else "Everything works."
    out.print(said, style="bold red" if wrong else "bold green")
