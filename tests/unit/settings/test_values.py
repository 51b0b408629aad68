"""Values of settings: which are refused, where they are from, and variables that nothing reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from config.settings import HERE, LogLevel, Settings, SettingsError, origins, unknown_variables, variable
from worker.cli import app
from worker.cli.settings import limits, warn_of_unknown_variables

ROOT = HERE.parent


@pytest.fixture(autouse=True)
def _nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch):
    """A person mends all of them at once."""
    monkeypatch.setenv("KUZET_IO_THREADS", "0")
    Path(".env").write_text("KUZET_SEARCH_HEAP_MB=12\n")
    with pytest.raises(SettingsError) as refused:
        Settings()
    assert "KUZET_IO_THREADS (environment): 0 cannot be used, it must be greater than or equal to 1" in str(
        refused.value
    )
    assert "KUZET_SEARCH_HEAP_MB (.env): 12 cannot be used" in str(refused.value)


@pytest.mark.parametrize("wrong", ["foo", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:8000, 127.0.0.2", ":80", "a:99999"])
def test_hosts_that_may_be_fetched_have_ports(monkeypatch: pytest.MonkeyPatch, wrong: str):
    """A host without a port would be allowed nowhere, and nothing would say so."""
    monkeypatch.setenv("KUZET_ALLOW_HOSTS", wrong)
    with pytest.raises(SettingsError, match=r"KUZET_ALLOW_HOSTS .*it must be host:port pairs"):
        Settings()
    monkeypatch.setenv("KUZET_ALLOW_HOSTS", "127.0.0.1:8000, ukili.test:8800,")
    assert Settings().allowed_hosts == {"127.0.0.1:8000", "ukili.test:8800"}


def test_a_level_of_logs_is_known_in_any_case(monkeypatch: pytest.MonkeyPatch):
    """`debug` was accepted before the list was closed."""
    monkeypatch.setenv("KUZET_LOG_LEVEL", "debug")
    assert Settings().log_level is LogLevel.DEBUG


def test_each_value_says_where_it_is_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A variable wins over .env, which wins over a secret; people have to see which one it was."""
    (tmp_path / "KUZET_SEARCH_PASSWORD").write_text("secret-word")
    (tmp_path / "KUZET_CONTACT").write_text("secret@example.kz")
    Path(".env").write_text(f"KUZET_SECRETS={tmp_path}\nKUZET_CONTACT=dotenv@example.kz\nKUZET_IO_THREADS=3\n")
    monkeypatch.setenv("KUZET_IO_THREADS", "4")
    assert origins() == {
        "search_password": "secrets",
        "secrets": ".env",
        "contact": ".env",
        "io_threads": "environment",
    }


def test_a_misspelt_variable_is_warned_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """It would be a setting that silently does nothing."""
    monkeypatch.setenv("KUZET_IO_THREDS", "3")
    Path(".env").write_text("KUZET_FEED_FILE=x\n")
    warn_of_unknown_variables(get_command(app))
    said = capsys.readouterr().err
    assert "KUZET_IO_THREDS is no setting of kuzet; did you mean KUZET_IO_THREADS?" in said
    assert "KUZET_FEED_FILE is no setting of kuzet; did you mean KUZET_FEEDS_FILE?" in said


def test_no_distant_variable_is_suggested(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """All names share KUZET_, which makes none of them a likely reading of another."""
    monkeypatch.setenv("KUZET_TPIC", "fraud")
    warn_of_unknown_variables(get_command(app))
    assert capsys.readouterr().err == "warning  KUZET_TPIC is no setting of kuzet\n"


def test_no_variable_of_our_own_files_is_warned_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What docker-compose.yml and .env.example name is read by somebody."""
    for file in ("docker-compose.yml", ".env.example", "Makefile"):
        for name in re.findall(r"\bKUZET_[A-Z_]*[A-Z]\b", (ROOT / file).read_text(encoding="utf-8")):
            monkeypatch.setenv(name, "1")
    assert len(unknown_variables()) < 20
    warn_of_unknown_variables(get_command(app))
    assert capsys.readouterr().err == ""


FLOATS = [name for name, field in Settings.model_fields.items() if field.annotation is float]


@pytest.mark.parametrize("value", ["inf", "nan", "1e300"])
@pytest.mark.parametrize("name", FLOATS)
def test_no_time_is_endless(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """«For ever» ended every drain with an error that no one saw: articles waited, and all was well."""
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsError, match=variable(name)):
        Settings()


@pytest.mark.parametrize(
    ("name", "allowed"), [("search_port", "≥ 0, < 9300"), ("drain_batch", "≥ 1, ≤ 2000"), ("data", "")]
)
def test_limits_are_documented(name: str, allowed: str):
    """The guide shows them, so that people need not try."""
    assert limits(Settings.model_fields[name]) == allowed
