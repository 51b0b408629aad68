"""The suite has the same tests in the same order wherever and whenever it is collected."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

OTHER = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""A locale that every machine has, in which Python opens files as ASCII where nothing else is said."""

QUICK = ("--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")
"""Collecting alone needs none of these; rewriting the assertions is half of its time."""

WHOLE = 2000
"""A session with fewer tests is a part of the suite."""


def collected(**environment: str) -> list[str]:
    """Collect the whole suite in a process of its own; the ids of its tests, in order."""
    command = [sys.executable, "-m", "pytest", "tests", "--collect-only", "-q", "--color=no", *QUICK]
    env = {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [line for line in done.stdout.splitlines() if "::" in line]


def by_file(ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of each file, in order: in a session of several workers the longest files come first."""
    files: dict[str, list[str]] = {}
    for each in ids:
        files.setdefault(each.partition("::")[0], []).append(each)
    return files


@pytest.mark.timeout(600)  # a Python that imports everything, perhaps on a busy machine
def test_two_collections_agree(request: pytest.FixtureRequest) -> None:
    """Two workers that collect different tests run nothing: ids must not hold the time, a hash or a locale.

    The session's own collection is one of the two, when it is the whole suite.
    """
    own = [item.nodeid for item in request.session.items]
    first = own if len(own) > WHOLE else collected()
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    second = collected(**OTHER, PYTHONHASHSEED=seed)  # in a later second: importing takes several
    assert len(first) > WHOLE
    assert by_file(first) == by_file(second)
