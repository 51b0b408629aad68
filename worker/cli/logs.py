"""`kuzet logs`: what the processes of the watch on this machine write, in one stream."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pipelines.errors import KuzetError, UsageError
from worker.cli.console import out
from worker.cli.session import open_settings

commands = typer.Typer()

LOOK_S = 0.3
TAIL_BYTES = 200_000
STYLES = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")


@commands.command("logs")
def logs(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Only these, e.g. io cpu.")] = None,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Last lines of each to begin with.")] = 10,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Go on until Ctrl-C.")] = True,
    containing: Annotated[str, typer.Option("--grep", metavar="TEXT", help="Only lines with this text.")] = "",
) -> None:
    """Show the logs of the watch on this machine, each line with the process it is from, until Ctrl-C.

    On a server: docker compose logs --follow

    Example: kuzet logs cpu index --grep warning
    """
    folder = open_settings(quiet=True).data / "logs"
    tails = list(open_tails(folder, names))
    width = max(len(tail.name) for tail in tails)
    show(recent(tails, lines), containing=containing, width=width)
    try:
        while follow:
            time.sleep(LOOK_S)
            show(((tail, line) for tail in tails for line in tail.new_lines()), containing=containing, width=width)
    except KeyboardInterrupt:
        return


@dataclass(slots=True)
class Tail:
    """A log that is being written: how far it was read. A log that became shorter was moved away, and is read anew."""

    file: Path
    style: str
    at: int = 0
    _rest: bytes = b""

    @property
    def name(self) -> str:
        return self.file.stem

    def last_lines(self, count: int) -> list[str]:
        """Return the last lines, and read on from there."""
        size = self.file.stat().st_size
        self.at = max(0, size - TAIL_BYTES)
        begins_inside = self.at > 0
        found = list(self.new_lines())[1 if begins_inside else 0 :]
        return found[-count:] if count else []

    def new_lines(self) -> Iterator[str]:
        """Yield the whole lines that were written since the last look."""
        size = self.file.stat().st_size if self.file.exists() else 0
        if size < self.at:
            self.at, self._rest = 0, b""
        if size == self.at:
            return
        with self.file.open("rb") as stream:
            stream.seek(self.at)
            read = stream.read()
        self.at += len(read)
        *whole, self._rest = (self._rest + read).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)


def open_tails(folder: Path, names: list[str] | None) -> Iterator[Tail]:
    """Yield the logs in order. Raises KuzetError when there are none, UsageError for an unknown name."""
    files = {file.stem: file for file in sorted(folder.glob("*.log"))}
    if not files:
        raise KuzetError(str(folder), "holds no logs", remedy="`kuzet up` writes them.")
    for name in names or ():
        if name not in files:
            raise UsageError(name, "has no log here", remedy=f"There are: {', '.join(files)}.")
    for number, name in enumerate(names or files):
        yield Tail(files[name], STYLES[number % len(STYLES)])


def recent(tails: Iterable[Tail], count: int) -> Iterator[tuple[Tail, str]]:
    for tail in tails:
        yield from ((tail, line) for line in tail.last_lines(count))


def show(lines: Iterable[tuple[Tail, str]], *, containing: str, width: int) -> None:
    """Print lines behind the name of their process."""
    for tail, line in lines:
        if containing in line:
            out.print(Text.assemble((f"{tail.name:<{width}}  ", tail.style), Text.from_ansi(line)), soft_wrap=True)
