"""What a command works on: the engines that settings name, or those of the `kuzet up` that runs on this data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import Settings
from pipelines.errors import EngineUnavailableError

if TYPE_CHECKING:
    from worker.runtime import Runtime


def open_runtime(*, engines: bool = True) -> Runtime:
    """The services of this process. Raises EngineUnavailableError when engines are needed and none are known."""
    from worker.local.run import find_run
    from worker.runtime import Runtime

    settings = Settings()
    if not engines or (settings.broker_url and settings.search_url):
        return Runtime(settings)
    found = find_run(settings.data)
    if found is None:
        raise EngineUnavailableError(
            str(settings.data),
            "no watch is running on this data folder",
            remedy="Start one with `kuzet up`, or name the engines: KUZET_BROKER_URL and KUZET_SEARCH_URL.",
        )
    places = {
        "broker_url": settings.broker_url or found.broker_url,
        "search_url": settings.search_url or found.search_url,
    }
    return Runtime(settings.model_copy(update=places))
