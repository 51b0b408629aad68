"""`kuzet export`: whole documents of the index as JSON lines, which `kuzet import` takes back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.errors import KuzetError
from pipelines.models import Severity
from worker.cli.archives import kind_of, writing
from worker.cli.console import ASTANA, FAILED, err, out
from worker.cli.search import Filter, moment
from worker.cli.session import open_runtime

commands = typer.Typer()

KINDS = (".jsonl", ".ndjson")


@commands.command("export")
def export(  # noqa: PLR0913  one option a facet
    words: Annotated[
        list[str], typer.Argument(metavar="[QUERY] FILE", help="What to export, as in `kuzet search`, and where to.")
    ],
    *,
    topic: Filter = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Any of these.")] = None,
    region: Filter = None,
    source: Filter = None,
    language: Filter = None,
    person: Filter = None,
    organisation: Filter = None,
    context: Filter = None,
    figure: Filter = None,
    since: Annotated[str, typer.Option(help="2026-11-01, 2026-11-01T08:00, or an age: 90m, 24h, 7d.")] = "",
    until: Annotated[str, typer.Option(help="The same.")] = "",
) -> None:
    """Write all articles that a query selects to FILE (.jsonl, .jsonl.gz, .jsonl.zst, or - for standard output).

    Example: kuzet export --topic drugs --since 30d drugs.jsonl.zst
    """
    from pipelines.exports import to_row
    from pipelines.queries import SearchRequest

    *query, file = words
    check_name(file, query)
    filters = {
        "topic": topic, "severity": [str(rank) for rank in severity or ()], "region": region, "source": source,
        "language": language, "person": person, "organisation": organisation, "context": context, "figure": figure,
    }  # fmt: skip
    runtime, now = open_runtime(), datetime.now(ASTANA)
    request = SearchRequest(
        text=" ".join(query),
        filters={name: tuple(values) for name, values in filters.items() if values},
        since=moment(since, now=now),
        until=moment(until, now=now),
    )
    total = runtime.search.count(request, now=now)
    rows = (to_row(stored.document, version=stored.version) for stored in runtime.search.scan(request, now=now))
    written = write_rows(rows, file, total=total)
    if file != "-":
        out.print(f"{written} articles are in {file}.", soft_wrap=True)
    if not written:
        raise typer.Exit(FAILED)


def check_name(file: str, query: list[str]) -> None:
    """A forgotten FILE must not make a file of the query's last word."""
    if len(query) > 1:
        raise KuzetError(
            " ".join(query), "is more than one argument", remedy="Put the query in quotes; FILE comes last."
        )
    if file != "-" and kind_of(Path(file)) not in KINDS:
        raise KuzetError(
            file, "is no name for an export", remedy="Call it NAME.jsonl, NAME.jsonl.gz or NAME.jsonl.zst."
        )


def write_rows(rows: Iterable[dict[str, Any]], file: str, *, total: int) -> int:
    """Write one line each, with a bar, and count them."""
    written = 0
    with writing(file) as stream:
        for row in tracked(rows, total=total):
            stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            written += 1
    return written


def tracked(rows: Iterable[dict[str, Any]], *, total: int) -> Iterator[dict[str, Any]]:
    from rich.progress import track

    yield from track(rows, total=total, description="exporting", console=err, transient=True)
