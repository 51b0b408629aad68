"""A bar for work that tells which share of it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from worker.cli.console import err


@contextmanager
def shares(title: str) -> Iterator[Callable[[str, float], None]]:
    """Give a callback (step, share of the whole); its bar appears only when there is something to wait for."""
    columns = (TextColumn(title), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=1.0, visible=False)

        def tell(step: str, share: float) -> None:
            progress.update(task, description=step, completed=share, visible=share < 1.0)

        yield tell
