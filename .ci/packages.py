"""Install the packages of a lock file with pip, and show how far it is.

pip shows either nothing or four lines for each package, and is silent while it unpacks. Called by `.ci/venv`, with the
Python of the environment: `.venv/bin/python .ci/packages.py requirements.lock`. Ends with pip's exit code.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

PIP = [sys.executable, "-u", "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
PACKAGE = re.compile(r"^[\w.-]+(\[[\w,-]+\])?==", re.MULTILINE)
ANOTHER_MACHINE = re.compile(r"Ignoring [\w.-]+: markers")
FILE = re.compile(r"\s+(?:Downloading|Using cached) (?:\S*/)?([\w.-]+?)-(\d[\w.+!]*)-\S+(?: \(([\d.]+ [kM]?B)\))?")
EVERY_S = 2.0
"""How often a log gets a line; a terminal has one line that changes."""


class Progress:
    """One line about how far it is."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._next_at = 0.0

    def show(self, line: str) -> None:
        if self._is_terminal:
            print(f"\r\033[K{line}", end="", flush=True)
        elif time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + EVERY_S
            print(line, flush=True)

    def end(self, line: str) -> None:
        print(f"\r\033[K{line}" if self._is_terminal else line, flush=True)


def fetching(lines: Iterator[str], *, locked: int) -> Iterator[str]:
    """Yield a line for each package that pip fetches; return when it begins to unpack them."""
    done = 0
    for line in lines:
        locked -= bool(ANOTHER_MACHINE.match(line))
        if found := FILE.match(line):
            done += 1
            name, version, size = found.groups()
            yield f"fetching package {done} of {locked}: {name} {version}{f' ({size})' if size else ''}"
        if line.startswith("Installing collected packages"):
            return


def installed() -> int:
    return sum(1 for _ in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def install(lock: Path) -> int:
    progress, started, before = Progress(), time.monotonic(), installed()
    locked = len(PACKAGE.findall(lock.read_text(encoding="utf-8")))
    command = [*PIP, "--require-hashes", "--requirement", str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as pip:
        for line in fetching(iter(pip.stdout.readline, ""), locked=locked):
            progress.show(line)
        while pip.poll() is None:
            progress.show(f"unpacked {installed() - before} packages")
            time.sleep(0.5)
    took_s = time.monotonic() - started
    ended = f"{installed() - before} packages in {took_s:.0f} s" if pip.returncode == 0 else "pip failed, see above"
    progress.end(ended)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
