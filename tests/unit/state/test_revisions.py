"""Which revisions of an article a trace knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from worker.answers.revisions import pages_of
from worker.state import Trace
from worker.state.articles import JourneyStep, Revision


def trace(*events: str, revision: int) -> Trace:
    steps = tuple(JourneyStep(float(at), event, "") for at, event in enumerate(events))
    return Trace(
        article_id="a",
        url="",
        source="",
        stage=None,
        outcome="",
        due_at=None,
        attempts=0,
        error="",
        page="",
        once_more=False,
        revision=revision,
        version=1,
        content_hash="",
        recheck_at=(),
        steps=steps,
    )


@pytest.mark.parametrize(
    ("events", "revision", "known"),
    [
        ((), 0, []),
        (("sighted", "extract"), 0, []),
        (("sighted", "indexed", "sighted", "unchanged"), 1, [(1, 1.0)]),
        (("indexed", "sighted", "revised", "quarantined:OSError"), 2, [(1, 0.0), (2, 2.0)]),
        (("revised", "revised"), 7, [(6, 0.0), (7, 1.0)]),
        (("imported", "revised"), 4, [(3, 0.0), (4, 1.0)]),
        (("sighted", "rejected:http_404"), 0, []),
        (("indexed", "imported"), 1, [(1, 1.0)]),
    ],
)
def test_revisions_are_counted_back_from_the_newest(events: tuple[str, ...], revision: int, known: list):
    """A journey keeps its last twenty steps: the first one it knows need not be the first revision."""
    assert trace(*events, revision=revision).revisions == tuple(Revision(*one) for one in known)


def test_each_revision_has_the_page_it_was_read_from():
    """A recheck that changed nothing fetches a page too, and a text of the feed has none."""
    steps = [
        ("sighted", ""), ("extract", "a.zst"), ("outbox", "1"), ("indexed", ""),
        ("extract", "b.zst"), ("unchanged", ""), ("extract", "c.zst"), ("outbox", "2"), ("revised", ""),
        ("extract", "http_404"), ("outbox", "3"), ("revised", ""),
    ]  # fmt: skip
    journey = tuple(JourneyStep(float(at), event, detail) for at, (event, detail) in enumerate(steps))
    assert pages_of(replace(trace(revision=3), steps=journey)) == {1: "a.zst", 2: "c.zst"}
    assert pages_of(replace(trace(revision=9), steps=journey)) == {7: "a.zst", 8: "c.zst"}
    assert pages_of(trace(revision=0)) == {}
