"""Which revisions of an article a trace knows."""

from __future__ import annotations

import pytest

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
