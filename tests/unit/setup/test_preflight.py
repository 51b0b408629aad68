"""What is said of a machine before the engines start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker.answers.shapes import MachineAnswer
from worker.cli import app
from worker.setup.preflight import Machine, look, problems

GOOD = Machine(map_count=1_048_576, overcommit=1, memory_mb=16_000, free_mb=80_000)


def test_a_good_machine_has_no_problem():
    """A warning that is always there is not read."""
    assert list(problems(GOOD)) == []


@pytest.mark.parametrize(
    ("lack", "remedy"),
    [
        ({"map_count": 65_530}, "sysctl -w vm.max_map_count=1048576"),
        ({"overcommit": 0}, "sysctl -w vm.overcommit_memory=1"),
        ({"memory_mb": 4_000}, "KUZET_ELASTIC_HEAP"),
        ({"free_mb": 900}, "Make room"),
        ({"unreadable": (Path("site/rules"), Path("site/feeds.yaml"))}, "chmod -R a+rX site"),
    ],
)
def test_each_lack_is_a_sentence_with_the_way_out(lack: dict[str, object], remedy: str):
    """It is read by someone whose server does not start."""
    [said] = problems(replace(GOOD, **lack))
    assert remedy in said
    assert said.endswith(".")


def test_what_cannot_be_read_is_no_problem(tmp_path: Path):
    """Not every host has these files, and a warning about the check itself helps no one."""
    unknown = look(site=tmp_path / "missing", disk=tmp_path / "missing", proc=tmp_path)
    assert unknown == Machine(map_count=None, overcommit=None, memory_mb=None, free_mb=None)
    assert list(problems(unknown)) == []


def test_the_machine_is_read(tmp_path: Path):
    """In a container the values are those of the host; files are judged by their mode, for root may read all."""
    vm = tmp_path / "sys" / "vm"
    vm.mkdir(parents=True)
    for name, text in {"max_map_count": "65530\n", "overcommit_memory": "0\n"}.items():
        (vm / name).write_text(text)
    (tmp_path / "meminfo").write_text("MemTotal:       16384000 kB\nMemFree: 1 kB\n")
    site = tmp_path / "site"
    (site / "rules").mkdir(parents=True)
    site.chmod(0o755)
    for name, mode in {"rules/fraud.yaml": 0o644, "feeds.yaml": 0o600}.items():
        (site / name).touch()
        (site / name).chmod(mode)
    (site / "rules").chmod(0o700)
    (site / "gone").symlink_to("nowhere")
    found = look(site=site, disk=tmp_path, proc=tmp_path)
    assert (found.map_count, found.overcommit, found.memory_mb) == (65_530, 0, 16_777)
    assert found.free_mb is not None
    assert set(found.unreadable) == {site / "rules", site / "feeds.yaml"}


def test_the_check_is_also_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A program that prepares hosts reads values and sentences, and the exit code says whether there is a problem."""
    (tmp_path / "feeds.yaml").touch(mode=0o600)
    monkeypatch.setenv("KUZET_SITE", str(tmp_path))
    answer = CliRunner().invoke(app, ["setup", "check", str(tmp_path), "--json"])
    row = json.loads(answer.stdout)
    assert set(row) == MachineAnswer.__required_keys__
    assert str(tmp_path / "feeds.yaml") in row["unreadable"]
    assert any("chmod" in problem for problem in row["problems"])
    assert answer.exit_code == 1
