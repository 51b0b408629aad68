"""Tab completion of values: topics, regions, sources, feeds …, from the files of the config folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from config.settings import SettingsError
from pipelines.errors import KuzetError

if TYPE_CHECKING:
    from worker.runtime import Runtime


class Completed(str):
    """A value that begins as typed, in any case. typer would drop it for a capital letter."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def completing(name: str) -> Callable[[str], list[str]]:
    """Return what completes a filter's value: names that begin so, in any case. A broken file completes nothing."""

    def complete(incomplete: str) -> list[str]:
        try:
            return [Completed(value) for value in beginning(incomplete, values_of(name))]
        except (KuzetError, SettingsError):
            return []

    return complete


def beginning(incomplete: str, values: Iterable[str]) -> list[str]:
    return sorted(value for value in set(values) if value.casefold().startswith(incomplete.casefold()))


def values_of(name: str) -> Iterable[str]:
    """List the values of a filter. Those of open lists are the catalogue's."""
    from worker.answers.choices import OPEN, catalogued, known_values

    runtime = _runtime()
    if name in OPEN:
        return catalogued(runtime, name)
    return known_values(name, runtime.config).values()


def _runtime() -> Runtime:
    from worker.cli.session import open_settings
    from worker.runtime import Runtime

    return Runtime(open_settings(quiet=True))
