"""Following logs that grow, end in the middle of a line, and are moved away."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import KuzetError, UsageError
from worker.cli.logs import TAIL_BYTES, Tail, open_tails


def test_the_last_lines_come_first_and_then_what_is_new(tmp_path: Path) -> None:
    """A person sees how it was, and then each line once."""
    log = tmp_path / "io.log"
    log.write_text("один\nдва\nтри\n", encoding="utf-8")
    tail = Tail(log, "cyan")
    assert tail.last_lines(2) == ["два", "три"]
    with log.open("a", encoding="utf-8") as file:
        file.write("четыре\nпя")
        file.flush()
        assert list(tail.new_lines()) == ["четыре"]
        file.write("ть\n")
        file.flush()
        assert list(tail.new_lines()) == ["пять"]
    assert list(tail.new_lines()) == []


def test_a_log_that_was_moved_away_is_read_anew(tmp_path: Path) -> None:
    """Logs are cut at 10 MB, and the command goes on."""
    log = tmp_path / "io.log"
    log.write_text("старое\n" * 50, encoding="utf-8")
    tail = Tail(log, "cyan")
    tail.last_lines(1)
    log.write_text("новое\n", encoding="utf-8")
    assert list(tail.new_lines()) == ["новое"]


def test_a_long_log_is_not_read_whole(tmp_path: Path) -> None:
    """Ten megabytes for ten lines would take their time; the line that is cut in two is left out."""
    log = tmp_path / "io.log"
    log.write_bytes(b"x" * TAIL_BYTES + b"\nlast\n")
    assert Tail(log, "cyan").last_lines(10) == ["last"]


def test_names_choose_logs(tmp_path: Path) -> None:
    """An unknown name is a slip, and what there is helps."""
    for name in ("beat", "cpu", "io"):
        (tmp_path / f"{name}.log").touch()
    assert [tail.name for tail in open_tails(tmp_path, ["io", "beat"])] == ["io", "beat"]
    assert [tail.name for tail in open_tails(tmp_path, None)] == ["beat", "cpu", "io"]
    with pytest.raises(UsageError, match="There are: beat, cpu, io"):
        list(open_tails(tmp_path, ["redis"]))
    with pytest.raises(KuzetError, match="kuzet up"):
        list(open_tails(tmp_path / "nowhere", None))
