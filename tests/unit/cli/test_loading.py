"""Each command is imported when it is asked for, and the table knows all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from worker.cli.loading import FILE_OF, FILES, commands_of


@pytest.mark.parametrize("file", FILES)
def test_the_table_names_the_commands_of_a_file_in_their_order(file: str) -> None:
    assert tuple(commands_of(file)) == FILES[file]


def test_no_name_stands_twice() -> None:
    assert len(FILE_OF) == sum(map(len, FILES.values()))


def test_a_version_needs_neither_the_search_client_nor_the_rules() -> None:
    asked = "import sys; from worker.cli import main\ntry: main()\nexcept SystemExit: print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asked, "--version"], capture_output=True, text=True, check=True)
    loaded = {*answer.stdout.split()}
    assert answer.stdout.startswith("kuzet ")
    assert not loaded & {"elasticsearch", "redis", "feedparser", "lxml", "pipelines.tagging", "celery"}
