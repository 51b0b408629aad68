"""`kuzet`: one file per group of commands; this one puts them together and turns errors into sentences."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from worker.cli import (
    arrivals,
    articles,
    console,
    demo,
    dictionary,
    exporting,
    feeds,
    importing,
    kibana,
    language,
    rebuilds,
    rules,
    search,
    settings,
    setup,
    stages,
    status,
    up,
)
from worker.cli.session import broker_trouble

app = typer.Typer(
    name="kuzet",
    help="The watch over Kazakhstan's news: polls feeds, tags what concerns security, says why, finds it again."
    "\n\n" + console.EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, asked: bool) -> None:
    if asked:
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
            "--version", help="Print the version.", callback=lambda asked: _version(asked=asked), is_eager=True
        ),
    ] = False,
) -> None:
    """Keep what concerns every command."""
    os.environ["KUZET_DEBUG"] = "1" if debug else os.environ.get("KUZET_DEBUG", "")
    if no_color:
        console.out.no_color = console.err.no_color = True


for group in (
    up,
    demo,
    status,
    search,
    arrivals,
    articles,
    feeds,
    importing,
    exporting,
    rebuilds,
    rules,
    stages,
    language,
    dictionary,
    kibana,
    setup,
    settings,
):
    app.add_typer(group.commands)


def main() -> None:
    """Run a command; an error of ours is one sentence and an exit code, and a traceback only with --debug."""
    try:
        app()
    except (EngineUnavailableError, EngineRefusedError) as error:
        _tell(error, console.NO_ENGINE)
    except KuzetError as error:
        _tell(error, console.FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(console.FAILED)
    except Exception as error:
        if trouble := broker_trouble(error):
            _tell(trouble, console.NO_ENGINE)
        raise


def _tell(error: KuzetError, code: int) -> None:
    if os.environ.get("KUZET_DEBUG"):
        raise error
    console.tell(error)
    sys.exit(code)
