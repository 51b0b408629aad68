"""`kuzet stem` and `kuzet inflect`: the keys of words, and all forms of a word."""

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
def stem(
    *,
    language: Chosen = Language.AUTO,
    query: Annotated[
        bool, typer.Option("--query", help="The keys that a query is looked up by: those of related words as well.")
    ] = False,
) -> None:
    """Read one word a line, write its keys, space-separated, one line each.

    Examples: echo қылмыстарының | kuzet stem --language kk; echo ұстау | kuzet stem --query
    """
    from pipelines.language.keys import Keys
    from worker.files.dictionaries import read_dictionary, read_related
    from worker.files.layers import Layers

    settings = Settings()
    built = have_dictionary(settings)
    related = read_related(*Layers.of(settings).lexicons) if query else ()
    keys = Keys(read_dictionary(built.parent, built.name), related=related)
    for line in sys.stdin:
        word = line.strip()
        found = keys.query_keys(word) if query else keys.keys(word, language=str(language))
        sys.stdout.write(" ".join(found) + "\n")
        sys.stdout.flush()


@commands.command("inflect")
def inflect(
    term: Annotated[
        str, typer.Argument(help="A word as a dictionary has it; a Kazakh verb as its stem with a hyphen: өлтір-")
    ],
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD]…", help="Say only what these are.")] = None,
    *,
    language: Chosen = Language.AUTO,
) -> None:
    """Write every form of a word that a rule with it would find; or say whether it would find these words.

    Of the words each line has the word and form, negated or none; the exit code is 1 when one of them is not a form.

    Examples: kuzet inflect алаяқтық; kuzet inflect өлтір- өлтірмеді өлтіргіш
    """
    from pipelines.language.detect import detect
    from pipelines.language.terms import Match, matches, term_forms

    chosen = "kk" if term.endswith("-") else str(language)
    chosen = detect(term).language if chosen == Language.AUTO else chosen
    found = {word: matches(term, word, language=chosen) for word in words or ()}
    for word, match in found.items():
        typer.echo(f"{word}\t{match}")
    if words:
        raise typer.Exit(int(Match.NONE in found.values()))
    for form, negated in sorted(term_forms(term, chosen).items()):
        typer.echo(f"{form}\tnegated" if negated else form)
