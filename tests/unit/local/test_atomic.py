"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from shutil import copyfile

import pytest

from worker.local.atomic import UNFINISHED, replacing, write_bytes, write_text


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path):
    """A worker that reads half a file of feeds would forget the other half."""
    file = tmp_path / "feeds.yaml"
    write_text(file, "ескі")
    with replacing(file) as new:
        new.write_text("жа", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == "ескі"
        assert list(tmp_path.glob(UNFINISHED)) == [new]
        new.write_text("жаңа", encoding="utf-8")
    assert [(one.name, one.read_text(encoding="utf-8")) for one in tmp_path.iterdir()] == [("feeds.yaml", "жаңа")]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    """What goes wrong while a file is made must cost the new bytes alone."""
    file = tmp_path / "run.json"
    write_bytes(file, b"old")
    with pytest.raises(FileNotFoundError), replacing(file) as new:
        copyfile(tmp_path / "missing", new)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("run.json", b"old")]


def test_two_writers_do_not_meet(tmp_path: Path):
    """Two exports into one file: the last one counts, and neither is a mixture."""
    file = tmp_path / "archive.jsonl"
    with replacing(file) as one, replacing(file) as other:
        one.write_bytes(b"one")
        other.write_bytes(b"the other")
    assert file.read_bytes() == b"one"  # it ended last


def test_bytes_are_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """After a power failure a name with no bytes behind it would look like a whole file."""
    file = tmp_path / "page.zst"
    there_when_synced: list[bool] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        there_when_synced.append(file.exists())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_bytes(file, b"page")
    assert there_when_synced == [False]


@pytest.mark.parametrize(("mode", "expected"), [(None, 0o640), (0o600, 0o600), (0o666, 0o666)])
def test_a_mode_holds_against_the_umask(tmp_path: Path, mode: int | None, expected: int):
    """Secrets are private under any umask; other files follow it, as those of every program do."""
    umask = os.umask(0o027)
    try:
        with replacing(tmp_path / "file", mode=mode) as new:
            assert stat.S_IMODE(new.stat().st_mode) == expected  # before the first byte
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == expected
