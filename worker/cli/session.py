"""What a command works on: the settings it was given, else those of the `kuzet up` that runs on this data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.settings import Settings
from pipelines.errors import EngineUnavailableError

if TYPE_CHECKING:
    from worker.runtime import Runtime


def open_runtime(*, engines: bool = True) -> Runtime:
    """The services of this process. Raises EngineUnavailableError when engines are needed and none are known."""
    from worker.local.run import run_settings
    from worker.runtime import Runtime

    settings = Settings()
    running = run_settings(settings.data)
    if running is not None:
        told: dict[str, Any] = {name: value for name, value in running.items() if name not in settings.model_fields_set}
        settings = Settings(**told)
    if engines and not (settings.broker_url and settings.search_url):
        raise EngineUnavailableError(
            str(settings.data),
            "no watch is running on this data folder",
            remedy="Start one with `kuzet up`, or name the engines: KUZET_BROKER_URL and KUZET_SEARCH_URL.",
        )
    return Runtime(settings)
