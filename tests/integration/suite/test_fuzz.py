"""Readers of what strangers write, on mutated documents of the newsroom: `make fuzz` reads many more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.fuzz import Reader, Report, readers, run
from pipelines.errors import KuzetError

COUNT = 25
NAMES = ("feed", "sitemap", "page", "text", "opml", "date", "link", "query", "rules", "catalogue")


@pytest.fixture(scope="module")
def found() -> Mapping[str, Reader]:
    """All readers, with the newsroom's documents."""
    return readers()


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_reads_or_refuses(found: Mapping[str, Reader], name: str) -> None:
    """An error that no task knows ends the work on a feed with a traceback, each time it is polled."""
    report = run(found[name], count=COUNT, seed=7)
    assert report.read == COUNT
    assert report.findings == []


def test_every_reader_is_tried(found: Mapping[str, Reader]) -> None:
    """A reader that is added to the command is added here."""
    assert tuple(found) == NAMES


def test_a_reader_that_breaks_is_found() -> None:
    """The command would say «no findings» if it swallowed what it looks for."""

    def breaks(body: bytes) -> None:
        if len(body) % 2:
            raise KuzetError("a document", "is refused")
        raise UnicodeDecodeError("utf-8", body, 0, 1, "odd")

    report: Report = run(Reader(breaks, [b"one document"]), count=COUNT, seed=7)
    assert sum(report.refused.values()) + len(report.findings) == COUNT
    assert report.refused
    assert report.findings
