"""`kuzet settings`: every setting with its value here, its default and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from worker.cli.console import out

commands = typer.Typer()

SET_BY_COMPOSE = frozenset(
    [
        "data",
        "cache",
        "config",
        "secrets",
        "alive_file",
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
) -> None:
    """Show every setting: variables of the environment, lines of .env, or files in the folder KUZET_SECRETS.

    Example: kuzet settings --dotenv > .env
    """
    if markdown:
        typer.echo(markdown_table())
    elif dotenv:
        typer.echo(dotenv_file())
    else:
        show_table(Settings())


def show_table(current: Settings) -> None:
    table = Table("variable", "value", "meaning", box=None, header_style="bold")
    for name, field in Settings.model_fields.items():
        value = getattr(current, name)
        given = name in current.model_fields_set
        table.add_row(variable(name), Text(safe(value), style="yellow" if given else ""), field.description or "")
    out.print(table)


def safe(value: Any) -> str:
    """A value as people may see it: passwords are hidden, also those inside of a URL."""
    from worker.state.refusals import shown

    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else ""
    text = told(value)
    return shown(text) if "://" in text and "@" in text else text


def markdown_table() -> str:
    """Variable, default and meaning of every setting."""
    rows = [f"| `{variable(name)}` | {default(field)} | {field.description} |" for name, field in _fields()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def dotenv_file() -> str:
    """Return every setting as a commented line below its meaning: first those that docker compose passes on."""
    passed_on = [entry for name, entry in _entries() if name not in SET_BY_COMPOSE]
    without = [entry for name, entry in _entries() if name in SET_BY_COMPOSE]
    return "\n\n".join([COPY_THIS, *passed_on, WITHOUT_COMPOSE, *without])


def _entries() -> Iterator[tuple[str, str]]:
    for name, field in _fields():
        yield name, f"# {field.description}\n# {variable(name)}={told(field.default)}"


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def variable(name: str) -> str:
    return f"KUZET_{name.upper()}"


def default(field: FieldInfo) -> str:
    """What stands there when nothing is said; folders differ from machine to machine."""
    if field.default_factory is not None:
        return "depends on the machine"
    return f"`{told(field.default)}`" if told(field.default) else ""


def told(value: Any) -> str:
    if value is None or repr(value) == "PydanticUndefined":
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)
