"""`kuzet settings`: every setting with its value here, where that is from, and what it means."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.table import Table
from rich.text import Text

from config.settings import PREFIX, LogLevel, Settings, origins, unknown_variables, variable
from worker.cli.console import out, print_json, warn
from worker.cli.loading import commands_below
from worker.cli.session import WATCH, open_settings

commands = typer.Typer()

DEFAULT = "default"
BOUNDS = ((Ge, "ge", "≥"), (Gt, "gt", ">"), (Le, "le", "≤"), (Lt, "lt", "<"))
SET_BY_COMPOSE = frozenset(
    [
        "data",
        "cache",
        "config",
        "site",
        "secrets",
        "alive_file",
        "desk_certificate",
        "desk_key",
        "broker_url",
        "search_url",
        "search_username",
        "search_password",
        "search_ca",
        "search_heap_mb",
        "search_port",
        "jars_url",
    ]
)
"""docker-compose.yml gives these values of its own, or nothing there reads them: a line in .env has no effect on it."""

COPY_THIS = "# Copy this file to .env and take the # away where you want another value."
WITHOUT_COMPOSE = (
    "# ------------------------------------------------------------ without docker compose only\n"
    "# (`kuzet up`, services of your own: docker-compose.yml sets these itself)"
)


@commands.command("settings")
def settings(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table of docs/guide/settings.md.")] = False,
    dotenv: Annotated[bool, typer.Option("--dotenv", help="A .env file with every setting commented out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: settings, with value and origin.")] = False,
) -> None:
    """Show every setting: variables of the environment, lines of .env, or files in the folder KUZET_SECRETS.

    Passwords are hidden. While a watch runs its settings apply, unless they are given here.
    Example: kuzet settings --dotenv > .env
    """
    if markdown:
        typer.echo(markdown_table())
    elif dotenv:
        typer.echo(dotenv_file())
    elif as_json:
        print_json({"settings": [*rows(open_settings())]})
    else:
        show_table(open_settings())


def rows(current: Settings) -> Iterator[dict[str, str]]:
    """Yield every setting with its value here and where that is from."""
    places = origins()
    for name, field in Settings.model_fields.items():
        given = WATCH if name in current.model_fields_set else DEFAULT
        yield {
            "variable": variable(name),
            "value": safe(getattr(current, name)),
            "origin": places.get(name, given),
            "allowed": limits(field),
            "meaning": field.description or "",
        }


def show_table(current: Settings) -> None:
    table = Table(box=None, header_style="bold")
    for column in ("variable", "value", "from", "meaning"):
        table.add_column(column, overflow="fold", no_wrap=column in {"variable", "from"})
    for row in rows(current):
        is_given = row["origin"] != DEFAULT
        value = Text(row["value"], style="yellow" if is_given else "")
        table.add_row(row["variable"], value, row["origin"] if is_given else "", row["meaning"])
    out.print(table)


def safe(value: Any) -> str:
    """A value as people may see it: passwords are hidden, also those inside of a URL."""
    from worker.state.refusals import shown

    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else ""
    text = written(value)
    return shown(text) if "://" in text and "@" in text else text


def markdown_table() -> str:
    """Variable, default, limits and meaning of every setting."""
    listed = [
        f"| `{variable(name)}` | {default(field)} | {limits(field)} | {field.description} |"
        for name, field in _fields()
    ]
    return "\n".join(["| variable | default | allowed | meaning |", "|---|---|---|---|", *listed])


def dotenv_file() -> str:
    """Return every setting as a commented line below its meaning: first those that docker compose passes on."""
    passed_on = [entry for name, entry in _entries() if name not in SET_BY_COMPOSE]
    without = [entry for name, entry in _entries() if name in SET_BY_COMPOSE]
    return "\n\n".join([COPY_THIS, *passed_on, WITHOUT_COMPOSE, *without])


def _entries() -> Iterator[tuple[str, str]]:
    for name, field in _fields():
        yield name, f"# {described(field)}\n# {variable(name)}={written(field.default)}"


def described(field: FieldInfo) -> str:
    allowed = limits(field)
    return f"{field.description} Allowed: {allowed}." if allowed else field.description or ""


def limits(field: FieldInfo) -> str:
    """What a setting may be: `≥ 1, ≤ 2000`, the words of a list; empty when there is no limit."""
    if field.annotation is LogLevel:
        return ", ".join(LogLevel)
    return ", ".join(
        f"{sign} {getattr(bound, name):g}"
        for bound in field.metadata
        for kind, name, sign in BOUNDS
        if isinstance(bound, kind)
    )


def warn_of_unknown_variables(command: Any) -> None:
    """Warn of KUZET_* variables that neither a setting nor an option of a command reads: they are misspelt."""
    if unknown_variables(()):  # else no command need be imported for its options
        _warn_of_misspelt({*_variables(command)})
    if "KUZET_LANG" in os.environ:
        _warn_of_language()


def _warn_of_language() -> None:
    from worker.answers.labels import unknown_language

    if said := unknown_language(os.environ):
        warn(f"KUZET_LANG={said}: labels are in kk and ru, ids in en; ids are shown")


def _warn_of_misspelt(options: set[str]) -> None:
    names = {variable(name) for name in Settings.model_fields} | options
    known = sorted(name.removeprefix(PREFIX) for name in names)  # with it every two names would be alike
    for name in unknown_variables(options):
        near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
        warn(f"{name} is no setting of kuzet" + (f"; did you mean {PREFIX}{near[0]}?" if near else ""))


def _variables(command: Any) -> Iterator[str]:
    """Yield the variables that options of a command and of those below it read."""
    for option in command.params:
        names = getattr(option, "envvar", None) or ()
        yield from (names,) if isinstance(names, str) else names
    for _, below in commands_below(command):
        yield from _variables(below)


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def default(field: FieldInfo) -> str:
    """The default as the guide shows it; folders differ from machine to machine."""
    if field.default_factory is not None:
        return "depends on the machine"
    return f"`{written(field.default)}`" if written(field.default) else ""


def written(value: Any) -> str:
    """A value as a variable holds it."""
    if value is None or repr(value) == "PydanticUndefined":
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)
