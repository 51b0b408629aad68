"""Files that are read again when they changed, and what stays when they broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigError
from worker.files.text import read_json
from worker.files.watched import Watched


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_what_changed_is_read_again_and_what_did_not_is_not(tmp_path: Path):
    """A worker asks before each article: looking at the files' times is all that may cost."""
    file = write(tmp_path / "a.json", '{"a": 1}')
    watched = Watched(lambda: [file], lambda: read_json(file))
    assert watched.current() is watched.current()
    write(file, '{"a": 22}')
    assert (watched.current(), watched.reads) == ({"a": 22}, 2)


def test_a_file_that_broke_keeps_what_it_held(tmp_path: Path):
    """A typo at noon must not stop the watch, and is named until it is mended."""
    file = write(tmp_path / "a.json", '{"a": 1}')
    watched = Watched(lambda: [file], lambda: read_json(file))
    watched.current()
    write(file, '{"a": 1,\n oops')
    assert watched.current() == {"a": 1}
    assert watched.problem
    assert (watched.problem.file, watched.problem.line) == (str(file), 2)
    write(file, '{"a": 3}')
    assert (watched.current(), watched.problem) == ({"a": 3}, None)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": "\\x"}'])
def test_what_was_never_right_is_an_error_each_time(tmp_path: Path, text: str):
    """Nothing is not the same as an empty catalogue: every feed would be dropped."""
    file = write(tmp_path / "a.json", text)
    watched = Watched(lambda: [file], lambda: read_json(file))
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"a\.json"):
            watched.current()
