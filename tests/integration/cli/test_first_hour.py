"""docs/guide/first-hour.md is executed: a newcomer who copies it line by line gets what the page says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import pytest

from seeds.newsroom import Newsroom
from tests.support.forks import CLIENT, server_address
from tests.support.running_watch import QUICK
from worker.cli.console import FAILED

GUIDE = Path(__file__).resolve().parents[3] / "docs/guide/first-hour.md"
LINE = re.compile(r"^(?P<command>.*?)(?:\s+# (?P<stays>until Ctrl-C )?→ (?P<says>.*))?$")
ADDRESS = re.compile(r"http://127\S+")
TIMEOUT_S = 300
SEARCHABLE_S = 10.0
STORIES = 40
PROGRAM = """#!/bin/sh
case $1 in
up) exec {python} -c 'import sys; sys.argv[0] = "kuzet"; from worker.cli import main; main()' "$@" ;;
*) exec {python} -I -S {client} {server} "$@" ;;
esac
"""
"""`kuzet up` starts processes of its own, as the program does; other commands are forked."""


@dataclass
class Newcomer:
    """A shell in an empty folder, with `kuzet` on its path. It remembers the last address it saw."""

    folder: Path
    env: dict[str, str]
    feed: str
    url: str = ""
    done: list[str] = field(default_factory=list)

    def copy(self, line: str) -> None:
        """Type one line of the page, with addresses in place of URL and FEED."""
        command, stays, says = LINE.fullmatch(line).group("command", "stays", "says")
        command = re.sub(r"\bURL\b", self.url, re.sub(r"\bFEED\b", self.feed, command))
        code, printed = self.follow(command, says) if stays else self.type(command)
        assert code == 0, f"{command}\n{printed}"
        assert (says or "") in printed, f"{command}\n{printed}"
        self.url = next(iter(ADDRESS.findall(printed)), self.url)
        self.done.append(command)

    def type(self, command: str) -> tuple[int, str]:
        """Run a command, and once more while it finds nothing: the index shows an article up to a second late."""
        ends_at = time.monotonic() + SEARCHABLE_S
        while (found := self.run(command))[0] == FAILED and time.monotonic() < ends_at:
            time.sleep(0.5)
        return found

    def run(self, command: str) -> tuple[int, str]:
        answer = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
        return answer.returncode, answer.stdout

    def follow(self, command: str, says: str) -> tuple[int, str]:
        """Run a command that stays until it has said its words, then press Ctrl-C."""
        printed = ""
        with subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            for line in process.stdout:
                printed += line
                if says in line:
                    process.send_signal(signal.SIGINT)
            return process.wait(TIMEOUT_S), printed


def lines_of_the_guide() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def newcomer(tmp_path: Path, search_url: str, dictionary: Path, install_dictionary: Callable) -> Iterator[Newcomer]:
    """An empty home; the catalogue is the newsroom's, and the search node that of the tests."""
    install_dictionary(dictionary)
    bin_folder, home = tmp_path / "bin", tmp_path / "home"
    bin_folder.mkdir()
    home.mkdir()
    (bin_folder / "kuzet").write_text(PROGRAM.format(python=sys.executable, client=CLIENT, server=server_address()))
    (bin_folder / "kuzet").chmod(0o755)
    with Newsroom(troubles=QUICK) as newsroom:
        newsroom.publish(count=STORIES)
        feeds = newsroom.catalogue().split("- id: eki")[0]
        (tmp_path / "feeds.yaml").write_text(feeds, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KUZET_", "LC_", "LANG"))}
        env = kept | {
            "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "120",
            "PYTHONPATH": str(GUIDE.parents[2]), "KUZET_CACHE": str(dictionary.parents[1]),
            "KUZET_FEEDS_FILE": str(tmp_path / "feeds.yaml"), "KUZET_ALLOW_HOSTS": newsroom.allow_hosts,
            "KUZET_SEARCH_URL": search_url, "KUZET_SEARCH_INDEX": f"hour{token_hex(4)}",
            "KUZET_MIN_INTERVAL_S": "1", "KUZET_MAX_INTERVAL_S": "2", "KUZET_HOST_SPACING_S": "0.02",
        }  # fmt: skip
        env.pop("XDG_DATA_HOME", None)
        yield Newcomer(home, env, newsroom.feed_url("eki"))
        subprocess.run(["kuzet", "down"], env=env, check=False, capture_output=True)


@pytest.mark.timeout(900)
def test_the_first_hour_is_as_the_page_says(newcomer: Newcomer) -> None:
    """The page a newcomer believes; every line was once a place to stumble."""
    for line in lines_of_the_guide():
        newcomer.copy(line)
    assert len(newcomer.done) > 20
