"""A page store without room: nothing is asked for that could not be kept, and everybody can see why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.running_watch import StartWatch, Watch
from worker.cli.console import FAILED

MORE_THAN_ANY_DISK_MB = 10**9


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    folder: Path = tmp_path_factory.mktemp("full")
    with start_watch(folder, pages_min_free_mb=MORE_THAN_ANY_DISK_MB, log_json=True, cpu_processes=1) as watch:
        watch.wait(lambda: bool(watch.runtime.state.problems.current(now=watch.runtime.now())))
        yield watch


def test_nothing_is_fetched_to_be_thrown_away(watch: Watch) -> None:
    """Every waiting page was fetched again each minute, for nothing, at the sites' expense."""
    assert not watch.newsroom.requests.lines()


def test_status_says_why_nothing_comes(watch: Watch) -> None:
    """It said that all is well."""
    status = json.loads(watch.kuzet("status", "--json").stdout)
    assert any("MB are free" in problem for problem in status["problems"])


def test_a_log_line_names_task_and_feed(watch: Watch) -> None:
    """Who reads «task put off» wants to know which feed it was, also in lines that the task itself did not write."""
    lines = [line for line in logged(watch.logs / "io.log") if line.get("event") == "task put off"]
    assert lines
    assert {line["task"] for line in lines} == {"kuzet.poll_feed"}
    assert {line["feed"] for line in lines} <= set(watch.runtime.state.feeds.ids())


def test_a_tick_that_did_nothing_is_silent(watch: Watch) -> None:
    """Four lines a second hid everything else."""
    said = [line for line in logged(watch.logs / "index.log") if "kuzet.tick[" in line.get("event", "")]
    assert not said
    assert not [line for line in logged(watch.logs / "beat.log") if "kuzet.tick" in line.get("event", "")]


def test_there_is_an_index_before_the_first_article(watch: Watch) -> None:
    """A person who has just started the watch and searches finds nothing yet, and gets no error."""
    watch.wait(lambda: bool(watch.runtime.search.index_name()))
    assert watch.kuzet("search").returncode == FAILED
    assert json.loads(watch.kuzet("status", "--json").stdout)["search"]["problem"] == ""


def logged(file: Path) -> list[dict[str, Any]]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
