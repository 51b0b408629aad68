"""The environment that the children of a one-machine run get."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from worker.local.environment import environment


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KUZET_{name.upper()}", raising=False)


def test_child_reads_back_the_settings_of_its_parent(monkeypatch: pytest.MonkeyPatch):
    """A setting given to the run by hand reaches its workers as if it stood in the environment."""
    settings = Settings(
        data=Path("/data"), search_password=SecretStr("пароль"), log_json=True, min_interval_s=0.5, search_ca=None
    )
    answer = environment(settings, broker_url="unix:///b", search_url="http://s")
    for name, value in answer.items():
        monkeypatch.setenv(name, value)
    expected = settings.model_copy(update={"broker_url": "unix:///b", "search_url": "http://s"})
    assert Settings() == expected


def test_only_what_was_decided_is_reported():
    """Defaults stay the child's own business: its environment shows what is special about this run."""
    answer = environment(Settings(), broker_url="b", search_url="s")
    assert answer.keys() == {"KUZET_DATA", "KUZET_CACHE", "KUZET_CONFIG", "KUZET_BROKER_URL", "KUZET_SEARCH_URL"}
