"""`kuzet up`: the watch on one machine, engines and all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import typer

from config.settings import Settings
from worker.cli.console import BUSY, err, fail, out
from worker.cli.dictionary import have_dictionary

if TYPE_CHECKING:
    from worker.local.run import LocalRun

commands = typer.Typer()


@commands.command("up")
def up() -> None:
    """Start the watch on this machine and stay until Ctrl-C: broker, search node, workers, clock.

    The first start downloads the search node and builds the dictionary, and shows how far it is.
    Example: KUZET_DATA=~/kuzet-data kuzet up
    """
    from worker.local.locks import DataBusyError
    from worker.runtime import Runtime

    settings = Settings()
    Runtime(settings).check_config()
    try:
        with running(settings) as run:
            names = ", ".join(run.pids())
            out.print(f"The watch is up ({names}). Data and logs: {settings.data}", soft_wrap=True)
            out.print("In another terminal: kuzet status, kuzet watch, kuzet search …  Ctrl-C ends it.")
            wait_for_the_end()
            out.print("Stopping …")
    except DataBusyError as error:
        fail(error, code=BUSY)


@contextmanager
def running(settings: Settings) -> Iterator[LocalRun]:
    """Engines, dictionary, workers and clock, until the block ends. Raises KuzetError with everything stopped again."""
    from worker.cli.download_report import ConsoleReport
    from worker.local.run import LocalRun

    report = ConsoleReport(err)
    run = LocalRun(settings, report=report)
    try:
        run.install_dictionary(have_dictionary(settings))
        with ends_on_sigterm(), run:
            run.spawn_services()
            yield run
    finally:
        report.close()


def wait_for_the_end() -> None:
    """Sleep until Ctrl-C or SIGTERM."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that whatever was started is stopped."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
