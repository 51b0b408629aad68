"""How the commands speak: tables and colour for people, JSON lines for programs, one sentence for errors."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.segment import Segment

from pipelines.characters import escaped, shown
from pipelines.errors import UsageError
from worker.cli.invocation import as_typed_here
from worker.files.text import remedy_for

RULE_COLUMNS = 80
OK, FAILED, USAGE, NO_ENGINE, BUSY = 0, 1, 2, 3, 4
EXIT_CODES = (
    "Exit codes: 0 done, 1 failed or nothing found, 2 wrong usage, 3 an engine does not answer, 4 already running."
)


ENDLESS = 10_000
"""Columns of a file or a pipe: a line is not broken there."""


class Screen(Console):
    """A console that obeys kuzet only: what a site has written moves no cursor and turns no line around."""

    def render(self, *arguments: Any, **options: Any) -> Iterator[Segment]:
        """Render as rich does, without the characters that a terminal obeys."""
        for segment in super().render(*arguments, **options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)


class Paper(Screen):
    """A console whose piped output is for programs too: lines are not broken, and no blanks are put behind them."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; into a pipe without the blanks that fill a column."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        self.file.write(re.sub(r" +$", "", captured.get(), flags=re.MULTILINE))
        self.file.flush()  # who reads the pipe sees each article of `kuzet watch` when it comes

    def rule(self, title: Any = "", **options: Any) -> None:
        """Draw a line over the width of a terminal, in a pipe over 80 columns."""
        self.print(Rule(title, **options), width=None if self.is_terminal else RULE_COLUMNS)

    def on_broken_pipe(self) -> None:
        """Raise what ends the command quietly: `kuzet search | head` is no failure."""
        raise BrokenPipeError


def columns() -> int | None:
    """Return the columns to print in: those of the terminal or of COLUMNS (None), and no end of them in a pipe."""
    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else ENDLESS


out = Paper(highlight=False, soft_wrap=False, width=columns())
err = Screen(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One line of JSON, flushed, with Cyrillic left readable."""
    sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, default=str)) + "\n")
    sys.stdout.flush()


def warn(sentence: str) -> None:
    """Print a remark on standard error; the command goes on."""
    err.print(f"[yellow]warning[/yellow]  {escape(as_typed_here(sentence))}", soft_wrap=True)


def fail(error: Exception, *, code: int = FAILED) -> NoReturn:
    """Print in one sentence what is wrong and the way out, and leave with the exit code."""
    err.print(f"[red]error[/red]  {escape(as_typed_here(str(error)))}", soft_wrap=True)
    raise typer.Exit(code)


def read_input(path: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a path as typed
            return file.read()
    except OSError as error:
        remedy = remedy_for(error, Path(path)) or "Give a file, or - for standard input."
        raise UsageError(path, f"cannot be read ({error.strerror})", remedy=remedy) from error


def articles(count: int) -> str:
    """`1 article`, `2 articles`."""
    return "1 article" if count == 1 else f"{count} articles"
