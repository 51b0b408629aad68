"""`kuzet settings`: every setting with its value here, its default and what it means."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from worker.cli.console import out

commands = typer.Typer()


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
    """Every setting as a commented line below its meaning."""
    entries = [f"# {field.description}\n# {variable(name)}={told(field.default)}" for name, field in _fields()]
    return "\n\n".join(["# Copy this file to .env and take the # away where you want another value.", *entries])


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
