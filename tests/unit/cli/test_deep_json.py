"""JSON that is nested too deeply for Python's reader, from a file of a person or a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigError, KuzetError
from worker.cli.stages import jsonl_rows
from worker.cli.stories import read_pair
from worker.files.text import read_json

DEEP = '{"a":' + "[" * 100_000


def test_it_is_refused_with_the_place(tmp_path: Path):
    """It ended `kuzet import` with a traceback, and the files after it were not read."""
    file = tmp_path / "rows.jsonl"
    file.write_text(DEEP)
    with pytest.raises(KuzetError, match="line 1: is not JSON"):
        list(jsonl_rows(str(file)))
    with pytest.raises(ConfigError, match="nested too deeply"):
        read_json(file)
    with pytest.raises(KuzetError, match="is not JSON"):
        read_pair(DEEP, number=1)
