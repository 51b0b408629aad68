"""`kuzet`: what concerns every command. loading.py says which file has which."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Annotated

import typer

from worker.cli import console
from worker.cli.endings import Commands
from worker.cli.settings import warn_of_unknown_variables

app = typer.Typer(
    name="kuzet",
    cls=Commands,
    help="The watch over Kazakhstan's news: polls feeds, tags what concerns security, says why, finds it again."
    "\n\n" + console.EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"kuzet {version('kuzet')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text (also: NO_COLOR=1).")] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=lambda wanted: _version(wanted=wanted), is_eager=True
        ),
    ] = False,
) -> None:
    """Set what concerns every command."""
    os.environ["KUZET_DEBUG"] = "1" if debug else os.environ.get("KUZET_DEBUG", "")
    if no_color:
        console.out.no_color = console.err.no_color = True


def main() -> None:
    """Run a command."""
    command = typer.main.get_command(app)
    warn_of_unknown_variables(command)
    command()
