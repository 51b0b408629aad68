"""Settings from files: passwords need be in no environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of secrets, and no settings around it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KUZET_{name.upper()}", raising=False)
    folder = tmp_path / "secrets"
    folder.mkdir()
    return folder


def test_a_file_is_a_setting(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """`docker inspect` shows the folder, not what is in it. A line's end is an editor's doing."""
    (folder / "KUZET_SEARCH_PASSWORD").write_text("secret-word\n")
    (folder / "ca.crt").write_text("no setting")
    monkeypatch.setenv("KUZET_SECRETS", str(folder))
    settings = Settings()
    assert settings.search_password.get_secret_value() == "secret-word"
    assert "secret-word" not in repr(settings)


def test_no_password_is_in_what_a_debugger_prints(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Reports of errors hold the settings; the broker's address holds its password."""
    (folder / "KUZET_BROKER_URL").write_text("rediss://:secret-word@redis:6379/0")
    monkeypatch.setenv("KUZET_SECRETS", str(folder))
    assert Settings().broker_url.startswith("rediss://:secret-word@")
    assert "secret-word" not in repr(Settings())


def test_a_variable_wins_over_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """What is typed before a command counts, as everywhere."""
    (folder / "KUZET_SEARCH_PASSWORD").write_text("from the file")
    monkeypatch.setenv("KUZET_SECRETS", str(folder))
    monkeypatch.setenv("KUZET_SEARCH_PASSWORD", "typed")
    assert Settings().search_password.get_secret_value() == "typed"


def test_the_folder_can_be_named_in_dotenv(folder: Path):
    """Every setting can."""
    (folder / "KUZET_SEARCH_USERNAME").write_text("watch")
    Path(".env").write_text(f"KUZET_SECRETS={folder}\n")
    assert Settings().search_username == "watch"


def test_a_folder_that_is_not_there_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A mount that was forgotten; else a wrong password would be blamed."""
    monkeypatch.setenv("KUZET_SECRETS", str(folder / "nowhere"))
    with pytest.warns(UserWarning, match="nowhere"):
        Settings()
