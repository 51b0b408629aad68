"""`kuzet dictionaries` and `kuzet lexicon`: the words that the search engine, the rules and `kuzet stem` know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from worker.cli.console import out
from worker.cli.progress import shares
from worker.files.layers import Layers

commands = typer.Typer()
dictionaries = typer.Typer(help="The dictionary of the search engine.", no_args_is_help=True)
commands.add_typer(dictionaries, name="dictionaries")
lexicon = typer.Typer(help="The Kazakh words that dictionary and rules know.", no_args_is_help=True)
commands.add_typer(lexicon, name="lexicon")


@dictionaries.command("build")
def build(
    folder: Annotated[Path, typer.Argument(help="Where the search engine looks for dictionaries: …/config/hunspell")],
) -> None:
    """Write the Kazakh and Russian dictionary for a search engine; does nothing when it is there already.

    Example: kuzet dictionaries build /etc/elasticsearch/hunspell
    """
    out.print(str(have_dictionary(Settings(), folder)), soft_wrap=True)


@dictionaries.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is made, or written into.")],
) -> None:
    """Write the dictionary and ready index settings, for an index of your own without the rest of kuzet.

    FOLDER/hunspell goes into the configuration of every node; FOLDER/index.json makes an index with a field `text`.
    For Elasticsearch 9 and OpenSearch 3; docs/guide/analyzer.md shows it.
    Example: kuzet dictionaries export analyzer
    """
    from worker.files.dictionaries import export_analyzer

    settings = Settings()
    built = have_dictionary(settings)
    file = export_analyzer(folder, dictionary=built, lexicons=Layers.of(settings).lexicons)
    out.print(str(file), soft_wrap=True)


def have_dictionary(settings: Settings, folder: Path | None = None) -> Path:
    """Return the dictionary's folder below `folder` (default: the user's cache), built the first time (a minute)."""
    from worker.files.dictionaries import build_dictionaries

    folder = folder or settings.cache / "dictionaries"
    with shares("dictionary") as progress:
        return folder / build_dictionaries(folder, lexicons=Layers.of(settings).lexicons, progress=progress)


@lexicon.command("build")
def build_words(
    counts: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", exists=True, dir_okay=False, readable=False, help="Lines «word» or «word TAB count»."
        ),
    ],
) -> None:
    """Find the Kazakh lemmas in word counts; core.tsv, the part written by hand, is read and kept.

    Afterwards `kuzet dictionaries build` makes the dictionary, and `kuzet reindex` brings it into the index.
    Example: kuzet lexicon build counts.tsv
    """
    from worker.files.lexicons import build_lexicon

    config = Settings().config
    with shares("lexicon") as progress:
        built = build_lexicon(config / "lexicon", counts=counts, config=config, progress=progress)
    words = ", ".join(f"{count} {source}" for source, count in sorted(built.sources.items()))
    out.print(f"{words}; {built.kazakh_only} forms that only look Russian", soft_wrap=True)


@lexicon.command("grow")
def grow(
    counts: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", exists=True, dir_okay=False, readable=False, help="Lines «word» or «word TAB count»."
        ),
    ],
    least: Annotated[int, typer.Option(min=1, help="Leave out what was seen less often.")] = 2,
) -> None:
    """Print words of your texts that the lexicon lacks, as lines for core.tsv with the forms that were seen.

    Nothing is written: delete what is wrong, correct the classes, and add the rest to config/lexicon/core.tsv.
    Words in Latin letters are read into Cyrillic.
    Example: kuzet lexicon grow counts.tsv > proposals.tsv
    """
    from pipelines.language.proposals import render_proposals
    from worker.files.lexicons import grow_lexicon

    proposals = grow_lexicon(Layers.of(Settings()), counts=counts, least=least)
    typer.echo(render_proposals(proposals), nl=False)  # the tabs are part of the format
