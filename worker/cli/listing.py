"""An article in a list, as `kuzet search` and `kuzet watch` show it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.style import Style
from rich.table import Table
from rich.text import Text

from worker.cli.console import out
from worker.cli.labels import names

SEVERITY_STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "green"}
MARGIN = 12
"""Columns of the date, with a space behind it; all else of an article begins there."""


def show_listed(  # noqa: PLR0913  what a list says of an article, each by its name
    title: Text, *, when: str, url: str, article_id: str, facts: Iterable[str | None], lines: Iterable[Text] = ()
) -> None:
    """Print date and title, facts, more lines, and last the address with the id. The title is a link too."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=MARGIN - 1, justify="right", style="dim")
    grid.add_column(overflow="fold")
    grid.add_row(when, linked(title, url))
    grid.add_row("", Text(" · ".join(filter(None, facts)), style="cyan"))
    for line in lines:
        grid.add_row("", line)
    out.print(grid)
    out.print(address_line(url, article_id, columns=out.width), soft_wrap=True)


def address_line(url: str, article_id: str, *, columns: int) -> Text:
    """Return the address and the id behind it; below it where one line of a terminal would break the id in two."""
    margin = " " * MARGIN
    fits = len(margin) + cell_len(url) + 2 + len(article_id) <= columns
    return Text.assemble(margin, (url, "blue"), "  " if fits else f"\n{margin}", (article_id, "dim"))


def linked(text: Text, url: str) -> Text:
    """The text as a link, where the terminal can follow one and the article is on the web."""
    if url.startswith(("http://", "https://")):
        text.stylize(Style(link=url))
    return text


def severity_mark(severity: str | None) -> Text:
    return Text.assemble((names().severity(severity), SEVERITY_STYLES[severity]), " ") if severity else Text()
