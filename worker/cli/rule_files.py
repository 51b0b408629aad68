"""`kuzet rules format` and `kuzet rules schema`: the layout of rule files, and what they may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli.console import out
from worker.cli.session import open_settings
from worker.files.text import read_text

commands = typer.Typer()

SHARED = ("contexts.yaml", "classes.yaml")
"""The files next to rules/ that have the same layout."""


@commands.command("format")
def format_files(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            exists=True, dir_okay=False, readable=False, help="Rule files; without any, those of the config folder."
        ),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when a file would change.")
    ] = False,
) -> None:
    """Bring rule files into their layout: groups apart, one term a line and sorted. Comments stay, no tag changes.

    Example: kuzet rules format --check
    """
    changed = [file for file in files or _own_files(open_settings().config) if _format(file, check=check)]
    for file in changed:
        out.print(Text.assemble(("would change  " if check else "formatted  ", "dim"), str(file)), soft_wrap=True)
    if check and changed:
        raise KuzetError(f"{len(changed)} of the rule files", "are not in their layout", remedy="kuzet rules format")


def _own_files(config: Path) -> list[Path]:
    shared = (config / name for name in SHARED)
    return [*sorted((config / "rules").glob("*.yaml")), *(file for file in shared if file.exists())]


def _format(file: Path, *, check: bool) -> bool:
    """Return True if the file is not in its layout; it is written again unless it is only checked."""
    from pipelines.tagging.workbench.layout import format_rules

    text = read_text(file)
    laid_out = format_rules(str(file), text)
    if laid_out != text and not check:
        file.write_text(laid_out, encoding="utf-8")
    return laid_out != text


@commands.command("schema")
def schema(
    *, table: Annotated[bool, typer.Option("--table", help="The keys as a table in Markdown, as in the guide.")] = False
) -> None:
    """Print the format of a rule file as a JSON schema, which editors complete and check rules by.

    Example: kuzet rules schema > config/rules.schema.json
    """
    import json

    from pipelines.tagging.rules.schema import keys_table, rule_schema

    typer.echo(keys_table() if table else json.dumps(rule_schema(), ensure_ascii=False, indent=2))
