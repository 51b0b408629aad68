"""How a command ends: an error of ours is one sentence and an exit code, a traceback only with --debug."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from config.settings import SettingsError
from pipelines.errors import (
    EngineRefusedError,
    EngineUnavailableError,
    KuzetError,
    QueryError,
    UnreadableFileError,
    UsageError,
)
from worker.cli.console import FAILED, NO_ENGINE, OK, USAGE, fail
from worker.cli.loading import CommandsOfFiles
from worker.cli.session import broker_trouble

EXIT_CODE_OF = {
    UsageError: USAGE,
    QueryError: USAGE,
    SettingsError: USAGE,
    UnreadableFileError: USAGE,
    EngineUnavailableError: NO_ENGINE,
    EngineRefusedError: NO_ENGINE,
    KuzetError: FAILED,
}


class Commands(CommandsOfFiles):
    """The group of all commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command. `kuzet tag wrong ARTICLE …` is `kuzet rules wrong ARTICLE …`: a file alone is tagged."""
        is_report = args[:2] == ["tag", "wrong"] and len(args) > len(["tag", "wrong"])
        return super().resolve_command(ctx, ["rules", *args[1:]] if is_report and args[2] != "--json" else args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; say in one sentence why it failed."""
        with reader_may_leave():
            try:
                return super().invoke(ctx)
            except (KuzetError, SettingsError) as error:
                end(error)
            except OSError as error:
                if error.filename is None:
                    raise
                end(unusable_file(error))
            except Exception as error:
                if trouble := broker_trouble(error):
                    end(trouble)
                raise


def unusable_file(error: OSError) -> KuzetError:
    """Say which file or folder cannot be used, and why."""
    remedy = "Give kuzet room and rights there, or name another folder: KUZET_DATA, KUZET_CACHE, KUZET_CONFIG."
    return UsageError(str(error.filename), f"cannot be used ({error.strerror})", remedy=remedy)


def end(error: Exception) -> None:
    """Leave with the sentence and the exit code of an error. Raises it with --debug."""
    if os.environ.get("KUZET_DEBUG"):
        raise error
    fail(error, code=next(code for kind, code in EXIT_CODE_OF.items() if isinstance(error, kind)))


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """End quietly when the reader of the output has left: `kuzet search | head` is no failure."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the last flush fails once more
        raise typer.Exit(OK) from None
