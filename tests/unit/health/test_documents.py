"""What the state knows → documents of the second index."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.models import Feed, Poll, Validators
from worker.health.documents import MAX_NOTE_LETTERS, account_documents, feed_documents, result_of
from worker.state import Account, FeedSnapshot

MAPPING = json.loads((Path(__file__).parents[3] / "config/search/polls.json").read_text(encoding="utf-8"))["mappings"]
NOW = 1_757_800_000.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala-media")
POLL = Poll(at=NOW, status=200, bytes=1000, entries=20, new=2, known=18, took_s=0.5)
SNAPSHOT = FeedSnapshot(
    feed_id=FEED.id,
    url=FEED.url,
    state="healthy",
    stage=None,
    next_at=None,
    interval_s=300,
    failures=0,
    last_ok_at=NOW,
    last_new_at=NOW,
    validators=Validators(),
    seen=20,
    polls=(POLL, replace(POLL, at=NOW - 300, status=0, entries=0, note="timeout " * 100)),
)
ACCOUNT = Account(day="2025-09-13", source="dala", sighted=5, outcomes={"indexed": 3, "rejected:gone": 1}, under_way=1)


def documents():
    return [
        *feed_documents(SNAPSHOT, FEED, now=NOW),
        *account_documents(ACCOUNT, family="dala-media", now=NOW),
    ]


def test_every_field_is_in_the_strict_mapping():
    """One unknown field and the engine refuses the document."""
    said = {field for one in documents() for field in one.document}
    assert said == set(MAPPING["properties"])


@pytest.mark.parametrize(
    ("poll", "result"),
    [
        pytest.param(POLL, "new", id="new entries"),
        pytest.param(replace(POLL, new=0), "known", id="known entries"),
        pytest.param(replace(POLL, new=0, note="two entries without a link"), "known", id="known with a note"),
        pytest.param(Poll(at=NOW, status=304), "unchanged", id="304"),
        pytest.param(Poll(at=NOW, status=200, note="same"), "unchanged", id="same bytes"),
        pytest.param(Poll(at=NOW, note="timeout", ok=False), "failed", id="timeout"),
        pytest.param(Poll(at=NOW, status=200, bytes=90, note="html", ok=False), "failed", id="html"),
        pytest.param(Poll(at=NOW, status=200, bytes=90, note="has no entries"), "known", id="an empty feed"),
    ],
)
def test_one_word_says_what_a_poll_brought(poll, result):
    """Kibana and `kuzet feeds list` must agree: a document that could not be read failed, an empty feed did not."""
    assert result_of(poll) == result


def test_a_document_names_what_it_is_about():
    """Written again it replaces itself; two different things never do."""
    first, again = documents(), documents()
    assert [one.article_id for one in first] == [one.article_id for one in again]
    assert len({one.article_id for one in first}) == len(first) == 6
    assert [one.document["kind"] for one in first] == ["feed", "poll", "poll", "account", "outcome", "outcome"]


def test_what_is_said_later_has_the_greater_version():
    """A slower worker must not put yesterday's count over today's."""
    early, late = (
        {one.article_id: one.version for one in account_documents(ACCOUNT, family="", now=at)} for at in (NOW, NOW + 1)
    )
    assert all(late[name] > version for name, version in early.items())


def test_notes_are_bounded():
    """The engine refuses a keyword of 32,766 bytes, and a note is whatever a server said."""
    notes = [one.document["note"] for one in documents() if "note" in one.document]
    assert [len(note) for note in notes] == [MAX_NOTE_LETTERS]


def test_sources_without_a_feed_are_their_own_family():
    """Outcomes outlive the feed they came from."""
    assert {one.document["family"] for one in account_documents(ACCOUNT, family="", now=NOW)} == {"dala"}
