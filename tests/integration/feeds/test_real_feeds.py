"""Real and odd feed documents, and what must come out of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import FeedUnusableError
from pipelines.feeds import parse_feed

NOW = datetime(2026, 9, 25, tzinfo=UTC)
URL = "https://host.example/dir/feed.xml"
REASONS = {"empty", "html", "json", "no_entries", "nothing_usable", "broken"}

JSON_FEED = "json-feed"
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def documents(shared: Path) -> list[tuple[dict[str, Any], bytes]]:
    folder = shared / "data" / "feeds"
    lines = (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [(gold, (folder / gold["file"]).read_bytes()) for gold in map(json.loads, lines)]


def test_every_usable_document_gives_the_entries_it_holds(documents):
    """Forty-five documents found in other readers' test suites, each there because something broke on it."""
    wrong = []
    for gold, body in documents:
        if not gold["usable"]:
            continue
        feed = parse_feed(body, url=URL, headers={}, now=NOW)
        found = (len(feed.entries), feed.entries[0].title)
        title = gold["feedparser"]["first_title"] or ""
        if found != (gold["usable_entries"], " ".join(title.replace("<b>", "").replace("</b>", "").split())):
            wrong.append((gold["file"], found))
    assert wrong == []


def test_every_entry_has_words_an_identity_and_a_believable_date(documents):
    """What follows relies on it: no entry without words, no relative link, no date in the future, no markup."""
    for gold, body in documents:
        if not gold["usable"]:
            continue
        for entry in parse_feed(body, url=URL, headers={}, now=NOW).entries:
            assert entry.title or entry.summary or entry.content, gold["file"]
            assert entry.link.startswith("http") or (not entry.link and entry.guid), gold["file"]
            assert entry.published_at is None or entry.published_at <= NOW, gold["file"]
            assert "</" not in entry.title + entry.summary, gold["file"]


def test_a_json_feed_is_read(documents):
    """The list of expectations calls it unusable, because feedparser does not read it."""
    [body] = [body for gold, body in documents if JSON_FEED in gold["tags"] and not gold["usable"]]
    assert len(parse_feed(body, url=URL, headers={}, now=NOW).entries) == 2


def test_every_other_document_is_refused_in_one_sentence(documents):
    """Fifteen documents hold nothing: HTML, JSON, empty feeds. The poll must fail by a known word, not a traceback."""
    for gold, body in documents:
        if gold["usable"] or JSON_FEED in gold["tags"]:
            continue
        with pytest.raises(FeedUnusableError) as caught:
            parse_feed(body, url=URL, headers={}, now=NOW)
        assert caught.value.reason in REASONS, gold["file"]


def test_cyrillic_survives_without_and_against_its_declaration(documents):
    """Take the declaration off windows-1251 and KOI8-R feeds, or call them UTF-8: the titles must stay the same."""
    tried = 0
    for gold, body in documents:
        if not gold["usable"] or not {"windows-1251", "koi8-r"} & set(gold["tags"]):
            continue
        declaration = body[: body.index(b"?>") + 2]
        for other in (b"", b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="utf-8"?>'):
            feed = parse_feed(body.replace(declaration, other), url=URL, headers={"content-type": "text/xml"}, now=NOW)
            assert feed.entries[0].title == " ".join(gold["feedparser"]["first_title"].split()), gold["file"]
            tried += 1
    assert tried == 12
