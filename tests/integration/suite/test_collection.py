"""The suite has the same tests in the same order wherever and whenever it is collected."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

UTF_8 = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "ru_RU.UTF-8"}
ASCII = {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0"}
"""The locales that every machine has; in the second one Python opens files as ASCII where nothing else is said."""

QUICK = ("--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")
"""Collecting alone needs none of these; rewriting the assertions is half of its time."""


def collected(**environment: str) -> list[str]:
    """Collect the whole suite in a process of its own; the ids of its tests, in order."""
    command = [sys.executable, "-m", "pytest", "tests", "--collect-only", "-q", "--color=no", *QUICK]
    env = {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.timeout(600)  # two Pythons that import everything, perhaps on a busy machine
def test_two_collections_agree() -> None:
    """Two workers that collect different tests run nothing: ids must not hold the time, a hash or a locale."""
    first = collected(**UTF_8)
    second = collected(**ASCII, PYTHONUTF8="0")  # begins in a later second: the first one took several
    assert len(first) > 2000
    assert first == second
