"""Which file has which command: it is imported when its command is asked for, so that each begins soon."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer.main
from typer.core import TyperGroup

FILES = {
    "up": ("up", "down"),
    "demo": ("demo",),
    "desk": ("desk",),
    "status": ("status",),
    "doctor": ("doctor",),
    "logs": ("logs",),
    "metrics": ("metrics",),
    "search": ("search",),
    "stories": ("stories", "story", "story-pair", "restory"),
    "alerts": ("alerts",),
    "show": ("show", "open"),
    "stats": ("stats",),
    "watch": ("watch",),
    "articles": ("trace", "audit", "quarantine"),
    "feed_group": ("feeds",),
    "forgetting": ("forget",),
    "importing": ("import",),
    "exporting": ("export", "feed-of"),
    "backups": ("backup", "restore", "rebuild-state"),
    "rebuilds": ("reindex", "retag", "reextract"),
    "rollover": ("rollover",),
    "rules": ("rules",),
    "stages": ("feed", "extract", "fetch", "tag"),
    "language": ("stem", "inflect"),
    "dictionary": ("dictionaries", "lexicon"),
    "kibana": ("kibana",),
    "setup": ("setup",),
    "settings": ("settings",),
}
"""The commands of each file of worker/cli, in the order of `kuzet --help`."""

FILE_OF = {command: file for file, commands in FILES.items() for command in commands}


class CommandsOfFiles(TyperGroup):
    """A group that knows the names of its commands and imports the file of the one that is asked for."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """List the names of all commands, in the order of the help. Nothing is imported."""
        return [*FILE_OF]

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None for a name that is missing."""
        file = FILE_OF.get(cmd_name)
        return commands_of(file).get(cmd_name) if file else None


def commands_of(file: str) -> dict[str, Any]:
    """Import a file of worker/cli and return its commands by their names."""
    module = import_module(f"worker.cli.{file}")
    return dict(typer.main.get_group(module.commands).commands)


def commands_below(command: Any) -> Iterator[tuple[str, Any]]:
    """Yield the commands of a group with their names, imported; nothing for a single command."""
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield name, command.get_command(None, name)
