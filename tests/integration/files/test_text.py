"""What is said of a file that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

from worker.files.text import remedy_for


def test_a_file_with_the_wrong_rights_is_said_with_the_way_out(tmp_path: Path):
    """`docker compose cp` keeps the owner and mode 600 of a backup: the container's user cannot read it."""
    backup = tmp_path / "backup.jsonl"
    backup.touch(mode=0o600)
    said = remedy_for(PermissionError(13, "Permission denied"), backup)
    assert f"user {os.geteuid()} and has mode 600" in said
    assert f"chmod a+r {backup}" in said


def test_other_faults_have_other_ways_out(tmp_path: Path):
    """A disk that fails is no matter of rights; a closed folder hides what is in it."""
    assert remedy_for(OSError(5, "Input/output error"), tmp_path) == ""
    assert "A folder above it" in remedy_for(PermissionError(13, "Permission denied"), tmp_path / "gone" / "file")
