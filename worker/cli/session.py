"""What a command works on: its own settings, else those of the `kuzet up` that runs on this data folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from pipelines.errors import EngineUnavailableError, KuzetError

if TYPE_CHECKING:
    from worker.runtime import Runtime


WATCH = "running watch"
"""Where a setting is from that neither the environment nor a file gives."""


def open_settings() -> Settings:
    """Return what the environment says, and for the rest what the watch on this data folder runs with."""
    from worker.local.run import run_settings

    settings = Settings()
    running = run_settings(settings.data)
    if running is None:
        return settings
    added: dict[str, Any] = {name: value for name, value in running.items() if name not in settings.model_fields_set}
    return Settings(**added)


def open_runtime(*, engines: bool = True) -> Runtime:
    """Return the services of this process. Raises EngineUnavailableError when engines are needed and none are known."""
    from worker.runtime import Runtime

    settings = open_settings()
    if engines and not (settings.broker_url and settings.search_url):
        raise EngineUnavailableError(
            str(settings.data),
            "no watch is running on this data folder",
            remedy="Start one with `kuzet up`, or name the engines: KUZET_BROKER_URL and KUZET_SEARCH_URL.",
        )
    return Runtime(settings)


def broker_trouble(error: Exception) -> KuzetError | None:
    """Return what an error of the broker's client means, in a sentence; None for any other error.

    The client is looked up, not imported: a command that never loaded it has no error of it, and stays quick.
    """
    client = sys.modules.get("redis.exceptions")
    if client is None or not isinstance(error, client.RedisError):
        return None
    from worker.state.refusals import meaning

    return meaning(open_settings().broker_url, error)
