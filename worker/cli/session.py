"""What a command works on: its own settings, else those of the `kuzet up` that runs on this data folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from pipelines.errors import EngineUnavailableError, KuzetError
from worker.cli.console import err

if TYPE_CHECKING:
    from worker.runtime import Runtime


HIDDEN = frozenset({"data", "cache", "config", "broker_url", "search_url"})
"""Settings that every run writes down, given or not: taking them over is nothing to mention."""
OWN = frozenset({"log_level", "log_json"})
"""Settings of this process alone."""
WATCH = "running watch"
"""Where a setting is from that neither the environment nor a file gives."""


def open_settings(*, quiet: bool = False) -> Settings:
    """Return what the environment says, and for the rest what the watch on this data folder runs with.

    What differs is named on standard error, unless `quiet`.
    """
    from worker.local.run import run_settings

    settings = Settings()
    running = run_settings(settings.data)
    if running is None:
        return settings
    taken: dict[str, Any] = {name: value for name, value in running.items() if name not in settings.model_fields_set}
    if not quiet:
        say_settings(tuple(sorted(taken.keys() - HIDDEN - OWN)), tuple(differing(settings, running)))
    return Settings(**taken)


def differing(settings: Settings, running: Mapping[str, str]) -> list[str]:
    """Name the settings that were given here and are others in the running watch."""
    from worker.local.environment import setting_text

    defaults = Settings.model_construct()
    given = settings.model_fields_set - OWN - {"data"}  # one lock, however it is spelt
    theirs = {name: running.get(name, setting_text(getattr(defaults, name))) for name in given}
    return sorted(name for name in given if setting_text(getattr(settings, name)) != theirs[name])


@cache
def say_settings(taken: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Say on standard error, once a process, which settings a command takes over (to people) and which are its own."""
    if taken and err.is_terminal:
        err.print(f"With settings of the running watch: {variables(taken)}", style="dim", soft_wrap=True)
    if other:
        err.print(
            f"Other than in the running watch: {variables(other)}; this command uses its own.",
            style="yellow",
            soft_wrap=True,
        )


def variables(names: tuple[str, ...]) -> str:
    return ", ".join(f"KUZET_{name.upper()}" for name in names)


def open_runtime(*, engines: bool = True) -> Runtime:
    """Return the services of this process. Raises EngineUnavailableError when engines are needed and none are known."""
    from worker.runtime import Runtime

    settings = open_settings()
    if engines and not (settings.broker_url and settings.search_url):
        raise EngineUnavailableError(
            str(settings.data), "no watch is running on this data folder", remedy=way_to_a_watch(settings)
        )
    return Runtime(settings)


def way_to_a_watch(settings: Settings) -> str:
    """Say how to get at a watch: to one that runs on another folder, or by starting one."""
    from worker.local.runs import running_on

    elsewhere = " or ".join(f"KUZET_DATA={data}" for data in running_on(settings.cache))
    there = f"One runs elsewhere: set {elsewhere}. " if elsewhere else ""
    return f"{there}Start one with `kuzet up`, or name the engines: KUZET_BROKER_URL and KUZET_SEARCH_URL."


def broker_trouble(error: Exception) -> KuzetError | None:
    """Return what an error of the broker's client means, in a sentence; None for any other error.

    The client is looked up, not imported: a command that never loaded it has no error of it, and stays quick.
    """
    client = sys.modules.get("redis.exceptions")
    if client is None or not isinstance(error, client.RedisError):
        return None
    from worker.state.refusals import meaning

    return meaning(open_settings().broker_url, error)
