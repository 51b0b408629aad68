"""The environment of child processes: this run's settings, as the variables they read."""

from __future__ import annotations

from pydantic import SecretStr

from config.settings import Settings


def environment(settings: Settings, *, broker_url: str, search_url: str) -> dict[str, str]:
    """Every setting that was given, plus the places this run decided, so that children see what their parent sees."""
    given = told_settings(settings, broker_url=broker_url, search_url=search_url)
    return {f"KUZET_{name.upper()}": value for name, value in given.items()}


def told_settings(settings: Settings, *, broker_url: str, search_url: str) -> dict[str, str]:
    """The same by the settings' names: what another command needs to know of the run."""
    names = {"data", "cache", "config", *settings.model_fields_set} - {"broker_url", "search_url"}
    values = {name: setting_text(getattr(settings, name)) for name in names}
    values |= {"broker_url": broker_url, "search_url": search_url}
    return {name: value for name, value in sorted(values.items()) if value is not None}


def setting_text(value: object) -> str | None:
    """Return a value as an environment variable holds it; None for what is not set."""
    if value is None:
        return None
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
