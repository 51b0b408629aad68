"""`kuzet export`: all articles a query selects, as JSON lines that `kuzet import` takes back, or as a table (CSV)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import UsageError
from pipelines.models import ArticleDocument
from worker.answers.exports import heading, rows, table
from worker.answers.selection import Selection
from worker.cli.archives import kind_of, writing
from worker.cli.console import FAILED, articles, err, out, warn
from worker.cli.selecting import selecting
from worker.cli.session import open_runtime

commands = typer.Typer()

TABLE = ".csv"
KINDS = (".jsonl", ".ndjson", TABLE)


@commands.command("export")
@selecting
def export(
    words: Annotated[
        list[str], typer.Argument(metavar="[QUERY] FILE", help="What to export, as in `kuzet search`, and where to.")
    ],
    *,
    chosen: Selection,
) -> None:
    """Write all articles that a query selects to FILE: .jsonl or .csv, also .gz and .zst; - is JSON on standard output.

    Example: kuzet export --topic drugs --since 30d drugs.csv
    """
    *query, file = words
    check_name(file, query)
    runtime = open_runtime()
    engine, request = runtime.search, chosen.resolved(runtime, warn=warn).request(" ".join(query))
    found = tracked(engine.scan(request, now=chosen.now), total=engine.count(request, now=chosen.now))
    written = write_lines(table(found), file, heading=heading()) if is_table(file) else write_lines(rows(found), file)
    if file != "-":
        out.print(f"{articles(written)} {'is' if written == 1 else 'are'} in {file}.", soft_wrap=True)
    if not written:
        raise typer.Exit(FAILED)


def check_name(file: str, query: list[str]) -> None:
    """A forgotten FILE must not make a file of the query's last word."""
    if len(query) > 1:
        raise UsageError(
            " ".join(query), "is more than one argument", remedy="Put the query in quotes; FILE comes last."
        )
    if file != "-" and kind_of(Path(file)) not in KINDS:
        raise UsageError(
            file, "is no name for an export", remedy="Call it NAME.jsonl or NAME.csv, with .gz or .zst behind it."
        )


def is_table(file: str) -> bool:
    return file != "-" and kind_of(Path(file)) == TABLE


def write_lines(lines: Iterable[str], file: str, *, heading: str = "") -> int:
    """Write the heading and one line an article; return the number of articles."""
    written = 0
    with writing(file) as stream:
        stream.write(heading.encode())
        for line in lines:
            stream.write(line.encode())
            written += 1
    return written


def tracked(found: Iterable[ArticleDocument], *, total: int) -> Iterator[ArticleDocument]:
    from rich.progress import track

    yield from track(
        found, total=total, description="exporting", console=err, transient=True, disable=not err.is_terminal
    )
