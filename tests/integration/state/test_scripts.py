"""How scripts are put together and survive a restart of the server."""

from __future__ import annotations

import pytest

from pipelines.models import Entry, Feed
from tests.support.leases import LEASE_S
from worker.state import ArticleAddress, SightingKind, State
from worker.state.scripts import FOLDER, script_text

SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.lua"))
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")


def sight(state, article_id):
    entry = Entry(link="x", title="x")
    address = ArticleAddress(article_id=article_id, url="x", host="")
    return state.articles.sight(entry, address, feed=FEED, now=1.0).kind


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_documented_and_compiles(redis, name):
    """A change that many processes share must say what it does, and be known to load before it is needed."""
    text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert len(redis.script_load(script_text(name))) == 40


def test_what_a_script_uses_comes_before_it_and_once():
    """Two copies of a local function would be silently different after a change."""
    text = script_text("settle_document")
    assert text.count("local function publish(") == 1
    assert (
        text.index("local function publish(")
        < text.index("local function finish(")
        < text.index("if version_in_outbox")
    )


def test_scripts_survive_a_restart_of_the_server(redis):
    """A restarted broker has forgotten them all; workers must not notice."""
    state = State(redis, prefix="t:", lease_s=LEASE_S)
    assert sight(state, "a1") is SightingKind.NEW
    redis.script_flush()
    assert sight(state, "a2") is SightingKind.NEW


def test_prefixes_keep_two_watches_apart(redis):
    """A test run and a real one may share a server."""
    assert sight(State(redis, prefix="one:", lease_s=LEASE_S), "a1") is SightingKind.NEW
    assert sight(State(redis, prefix="two:", lease_s=LEASE_S), "a1") is SightingKind.NEW
    assert {key.split(":")[0] for key in redis.scan_iter("*")} == {"one", "two"}
