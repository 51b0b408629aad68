"""Exit codes: 2 is wrong usage, so that `kuzet search … && notify` can rely on 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker.cli import app
from worker.cli.console import NO_ENGINE, USAGE

WRONG = {
    "a moment": ["search", "--since", "tomorow"],
    "a number": ["search", "--limit", "-5"],
    "a severity": ["search", "--severity", "hgh"],
    "a command": ["serch"],
    "an option": ["search", "--topik", "fraud"],
    "a name for an export": ["export", "drugs.xls"],
    "an export without its query's quotes": ["export", "two", "words", "drugs.csv"],
    "an input that is not there": ["extract", "no-such-page.html"],
    "days": ["reindex", "--keep", "-1"],
}


@pytest.fixture(autouse=True)
def _no_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZET_DATA", str(tmp_path))


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_2(arguments: Sequence[str]):
    """A typing error must not look like «nothing found»."""
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == USAGE, answer.output
    assert "Traceback" not in answer.output


def test_no_running_watch_is_3():
    """A script must distinguish an engine that is away from an empty result."""
    answer = CliRunner().invoke(app, ["search", "өрт"])
    assert (answer.exit_code, "kuzet up" in answer.output) == (NO_ENGINE, True)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KUZET_IO_THREADS", "abc", "KUZET_IO_THREADS (environment): abc cannot be used, it must be a valid integer"),
        ("KUZET_SEARCH_PORT", "9333", "it must be less than 9300"),
        ("KUZET_LOG_LEVEL", "LOUD", "it must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
):
    """Whose value, where it is from, and what is allowed."""
    monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(app, ["status"])
    assert answer.exit_code == USAGE
    assert sentence in answer.output
    assert answer.output.count("\n") == 1


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The folder is named, and the way out."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("KUZET_DATA", str(tmp_path / "file"))
    answer = CliRunner().invoke(app, ["status"])
    assert (answer.exit_code, "KUZET_DATA" in answer.output, "Traceback" in answer.output) == (USAGE, True, False)


def test_a_feed_list_that_is_not_there_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As for every other variable with a wrong value; a list with a mistake in it is something else."""
    monkeypatch.setenv("KUZET_FEEDS_FILE", str(tmp_path / "none.yaml"))
    answer = CliRunner().invoke(app, ["up"])
    assert (answer.exit_code, "none.yaml: cannot be read" in answer.output) == (USAGE, True), answer.output
    assert "KUZET_FEEDS_FILE" in answer.output


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch):
    """For a report of a fault."""
    monkeypatch.setenv("KUZET_DEBUG", "")
    answer = CliRunner().invoke(app, ["--debug", "search", "--since", "tomorow"])
    assert answer.exception is not None
    assert "is not a date" in str(answer.exception)
