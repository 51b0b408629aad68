"""Commands without a broker: one sentence, as for a search engine that is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import kuzet
from worker.cli.console import NO_ENGINE
from worker.local.broker import free_port

COMMANDS = ("status", "audit", "feeds list", "quarantine list", "trace https://habar.example/a")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_broker_is_a_sentence(command: str, tmp_path: Path):
    """A person reads what is away and what to do; a traceback shows neither."""
    missing = f"redis://127.0.0.1:{free_port()}/0"
    ran = kuzet(
        *command.split(), KUZET_DATA=str(tmp_path), KUZET_BROKER_URL=missing, KUZET_SEARCH_URL="http://127.0.0.1:9"
    )
    assert ran.returncode == NO_ENGINE
    assert f"The broker at {missing}: it does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr
