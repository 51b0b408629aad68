"""Tab completion as a shell asks for it: a real process with the variables of typer's bash script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.terminal import Terminal


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("kuzet search --topic dr", ["drugs"]),
        ("kuzet search --topic DR", ["drugs"]),
        ("kuzet search --region almaty", ["Almaty", "Almaty (city)"]),
        ("kuzet search --region Alma", ["Almaty", "Almaty (city)"]),
        ("kuzet export --context dri", ["drill"]),
        ("kuzet watch --source kaz.nu", ["kaz.nur.kz"]),
        ("kuzet stats --severity cri", ["critical"]),
        ("kuzet feeds disable tengrinews-ru", ["tengrinews-ru"]),
        ("kuzet feeds check nur-k", ["nur-kk"]),
    ],
)
def test_values_are_completed(tmp_path: Path, words: str, completed: list[str]):
    """Eighteen topics and twenty regions in English are not known by heart."""
    asked = {"_KUZET_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    answer = Terminal(tmp_path).run(**asked)
    assert answer.stdout.splitlines() == completed, answer.stderr
