"""`kuzet demo`: the whole chain on this machine; no internet needed."""

from __future__ import annotations

from typing import Annotated

import typer

commands = typer.Typer()


@commands.command("demo")
def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up with news coming in, and print what to try.")] = False,
) -> None:
    """Run the whole chain on this machine: engines, workers, the newsroom's sample sites, search; then stop it all.

    Example: kuzet demo --keep
    """
    from worker.cli.demo_report import run_demo

    run_demo(keep=keep)
