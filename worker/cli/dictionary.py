"""`kuzet dictionaries`: the one dictionary for Kazakh and Russian that the search engine and `kuzet stem` read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from worker.cli.console import out
from worker.cli.progress import shares

commands = typer.Typer()
dictionaries = typer.Typer(help="The dictionary of the search engine.", no_args_is_help=True)
commands.add_typer(dictionaries, name="dictionaries")


@dictionaries.command("build")
def build(
    folder: Annotated[Path, typer.Argument(help="Where the search engine looks for dictionaries: …/config/hunspell")],
) -> None:
    """Write the Kazakh and Russian dictionary for a search engine; does nothing when it is there already.

    Example: kuzet dictionaries build /etc/elasticsearch/hunspell
    """
    out.print(str(have_dictionary(Settings(), folder)), soft_wrap=True)


def have_dictionary(settings: Settings, folder: Path | None = None) -> Path:
    """The dictionary's folder below `folder` (default: the user's cache), built the first time, which takes 20 s."""
    from worker.dictionaries import build_dictionaries

    folder = folder or settings.cache / "dictionaries"
    with shares("dictionary") as progress:
        return folder / build_dictionaries(folder, lexicon_dir=settings.config / "lexicon", progress=progress)
