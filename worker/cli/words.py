"""What kuzet knows of words: the keys it searches by, and all forms of a word."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from config.settings import Settings
from worker.cli.dictionary import have_dictionary

commands = typer.Typer()


class Language(StrEnum):
    KAZAKH = "kk"
    RUSSIAN = "ru"
    AUTO = "auto"


Chosen = Annotated[Language, typer.Option(help="auto: the keys of both, as the index has them.")]


@commands.command("stem")
def stem(*, language: Chosen = Language.AUTO) -> None:
    """Read one word a line, write its keys, space-separated, one line each.

    Example: echo қылмыстарының | kuzet stem --language kk
    """
    from pipelines.language.keys import Keys
    from worker.dictionaries import read_dictionary

    built = have_dictionary(Settings())
    keys = Keys(read_dictionary(built.parent, built.name))
    for line in sys.stdin:
        sys.stdout.write(" ".join(keys.keys(line.strip(), language=str(language))) + "\n")
        sys.stdout.flush()


@commands.command("inflect")
def inflect(
    word: Annotated[
        str, typer.Argument(help="A word as a dictionary has it; a Kazakh verb as its stem with a hyphen: өлтір-")
    ],
    *,
    language: Chosen = Language.AUTO,
) -> None:
    """Write every form of a word that a rule with it would find.

    Example: kuzet inflect алаяқтық
    """
    from pipelines.language.detect import detect
    from pipelines.language.terms import term_forms

    chosen = detect(word).language if language is Language.AUTO else str(language)
    for form, negated in sorted(term_forms(word, "kk" if word.endswith("-") else chosen).items()):
        typer.echo(f"{form}\tnegated" if negated else form)
