"""The one-machine run: its data folder, its children, and what is left when it ends, one way or the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import psutil
import pytest
import urllib3
from redis import Redis

from config.settings import Settings
from pipelines.errors import KuzetError
from worker.local.report import Silence
from worker.local.run import LocalRun, facts_file, run_settings
from worker.local.services import services

ELSEWHERE = "http://127.0.0.1:9"  # a search engine that is named, hence not started
TASKS = """
import os
from celery import Celery
app = Celery("pool", broker=os.environ["KUZET_BROKER_URL"].replace("unix:", "redis+socket:"))
"""
WATCH = """
import sys, time
from pathlib import Path
from config.settings import Settings
from worker.local.report import Silence
from worker.local.run import LocalRun
run = LocalRun(Settings(data=Path(sys.argv[1])), report=Silence())
run.start()
run.spawn("pool", ("celery", "-A", "pool", "worker", "-P", "prefork", "-c", "2"), {"PYTHONPATH": sys.argv[2]})
print("up", flush=True)
time.sleep(120)
"""


def eventually(condition: Callable[[], object], *, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def light(tmp_path: Path, broker_url: str) -> Settings:
    """Settings of a run that starts no search node, but its own broker."""
    return Settings(data=tmp_path / "data", search_url=ELSEWHERE)


def test_second_run_on_a_folder_is_reported_who_has_it(light: Settings):
    """Two watches on one folder would fetch everything twice and fight over the data."""
    with LocalRun(light, report=Silence()) as first:
        second = LocalRun(light, report=Silence())
        with pytest.raises(KuzetError, match=f"process {os.getpid()}.*KUZET_DATA"):
            second.start()
        second.stop()
        assert run_settings(light.data)["broker_url"] == first.endpoints.broker_url, (
            "the refused run leaves the first one's traces alone"
        )
    assert run_settings(light.data) is None
    with LocalRun(light, report=Silence()):
        pass  # the folder is free again


def test_a_command_finds_the_engines_of_the_run(light: Settings):
    """`kuzet search` in another terminal works on the watch that is running, without a setting."""
    assert run_settings(light.data) is None
    with LocalRun(light, report=Silence()):
        settings = run_settings(light.data)
        assert settings["search_url"] == ELSEWHERE
        with Redis.from_url(settings["broker_url"]) as client:
            assert client.ping()


def test_a_run_whose_file_was_deleted_is_found_again(light: Settings):
    """`kuzet status` said that none runs, and `kuzet down` to try again soon, for ever."""
    with LocalRun(light, report=Silence()) as run:
        before = run_settings(light.data)
        facts_file(light.data).unlink()
        assert run_settings(light.data) is None
        run.keep_facts()
        assert run_settings(light.data) == before


def test_spawned_children_work_with_the_settings_of_the_run(light: Settings, tmp_path: Path):
    """A demo with its own folder and hosts must not have workers that look at the user's."""
    script = tmp_path / "show.py"
    script.write_text(
        "import json, os, sys, time\n"
        "given = {name: value for name, value in os.environ.items() if name.startswith('KUZET_')}\n"
        "print(json.dumps(given), flush=True)\ntime.sleep(60)\n"
    )
    settings = light.model_copy(update={"allow_hosts": "127.0.0.2:8801", "search_password": light.search_password})
    with LocalRun(settings, report=Silence()) as run:
        run.spawn("shower", ("show",), {"PYTHONPATH": str(tmp_path), "KUZET_EXTRA": "1"})
        log = settings.data / "logs" / "shower.log"
        eventually(lambda: log.exists() and log.read_text().endswith("\n"))
        answer = log.read_text()
        assert run.pids().keys() == {"broker", "shower"}
    for expected in (str(settings.data), run.endpoints.broker_url, ELSEWHERE, "127.0.0.2:8801", '"KUZET_EXTRA": "1"'):
        assert expected in answer


def test_data_folder_that_is_none_is_reported(tmp_path: Path):
    """A wrong KUZET_DATA is a sentence with the setting's name, not a stack trace."""
    (tmp_path / "data").write_text("a file")
    run = LocalRun(Settings(data=tmp_path / "data", search_url=ELSEWHERE), report=Silence())
    with pytest.raises(KuzetError, match=f"{tmp_path / 'data'}: cannot be used.*KUZET_DATA"):
        run.start()


def test_every_queue_has_one_worker_with_a_name(light: Settings):
    """A queue without a consumer holds its work for ever."""
    commands = services(light)
    queues = [argv[argv.index("-Q") + 1].split(",") for argv in commands.values() if "-Q" in argv]
    assert sorted(chain.from_iterable(queues)) == ["cpu", "drain", "io", "tick", "upkeep"]
    assert list(commands) == ["io", "cpu", "index", "beat"]


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    """A client that keeps no connection: the servers here are killed."""
    with urllib3.PoolManager(headers={"Connection": "close"}, retries=False, timeout=10) as pool:
        yield pool


@pytest.fixture
def watch(tmp_path: Path, search_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs both engines and a pool of workers, as `kuzet up` does. Skipped without engines."""
    (tmp_path / "pool.py").write_text(TASKS)
    command = [sys.executable, "-c", WATCH, str(tmp_path / "data"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "up\n"
        eventually(lambda: len(psutil.Process(process.pid).children(recursive=True)) >= 5)
        yield process
        process.kill()


def test_killed_run_leaves_nothing_behind_and_loses_nothing(
    watch: subprocess.Popen[str], http: urllib3.PoolManager, tmp_path: Path
):
    """SIGKILL of `kuzet up` must end engines, workers and their pool; the next start finds all that was written."""
    data = tmp_path / "data"
    settings = run_settings(data)
    family = psutil.Process(watch.pid).children(recursive=True)
    names = [process.name() for process in family]
    assert len(family) >= 5, f"broker, node, worker and its two processes: {names}"
    with Redis.from_url(settings["broker_url"]) as client:
        client.set("word", "kept")
    http.request("PUT", f"{settings['search_url']}/kept/_doc/1?refresh=true", json={"word": "kept"})
    watch.kill()
    watch.wait()
    eventually(lambda: all(map(has_ended, family)))
    assert run_settings(data) is None
    with LocalRun(Settings(data=data), report=Silence()) as again:
        with Redis.from_url(again.endpoints.broker_url, decode_responses=True) as client:
            assert client.get("word") == "kept"
        found = http.request("GET", f"{again.endpoints.search_url}/kept/_search?q=word:kept").json()
        assert found["hits"]["total"]["value"] == 1


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
