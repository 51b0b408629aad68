"""Polls and outcomes in the second index, on the real node with a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from config.settings import Settings
from pipelines.errors import EngineRefusedError
from pipelines.models import Entry, Feed, Outcome, Poll, Stage, Validators
from tests.support.leases import LEASE_S
from worker.health.index import KEEP_DAYS, PollIndex, write_health
from worker.search.engine import SearchEngine
from worker.state import ArticleAddress, Ending, State

NOW = 1_757_800_000.0
DAY = 86_400.0
FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
ENTRY = Entry(link="http://dala.example/1", title="Су басты")


@pytest.fixture
def state(redis: Redis) -> State:
    """One feed, polled once, with two sightings: one ended, one under way."""
    state = State(redis, prefix="p:", lease_s=LEASE_S)
    state.feeds.sync([FEED], now=NOW)
    poll(state, at=NOW, new=2)
    for number in (1, 2):
        address = ArticleAddress(article_id=f"a{number}", url=f"{ENTRY.link}{number}", host="dala.example")
        state.articles.sight(ENTRY, address, feed=FEED, now=NOW)
    claim = state.articles.claim("a1", stage=Stage.FETCH, now=NOW)
    assert claim
    state.articles.finish(claim, Outcome.REJECTED, now=NOW, reason="http_404")
    return state


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"health-{uuid4().hex[:8]}"))
    yield engine
    engine.client.options(ignore_status=404).indices.delete(index=index_of(engine).index)
    engine.close()


def index_of(engine: SearchEngine) -> PollIndex:
    return PollIndex.connect(Settings(), engine)


def poll(state: State, *, at: float, new: int = 0) -> None:
    claim = state.feeds.claim(FEED.id, stage=Stage.POLL, now=at)
    assert claim
    seen = Poll(at=at, status=200, bytes=1000, took_s=0.5)
    assert state.feeds.fetched(claim, page="p", validators=Validators(), poll=seen, now=at)
    claim = state.feeds.claim(FEED.id, stage=Stage.PARSE, now=at)
    assert claim
    ended = replace(seen, entries=20, new=new, known=20 - new)
    assert state.feeds.parsed(claim, seen={}, poll=ended, ending=Ending(next_at=at + 60), now=at)


def stored(engine: SearchEngine, index: PollIndex, kind: str) -> list[dict[str, Any]]:
    engine.client.indices.refresh(index=index.alias)
    found = engine.client.search(index=index.alias, query={"term": {"kind": kind}}, size=100, sort=[{"at": "asc"}])
    return [hit["_source"] for hit in found["hits"]["hits"]]


def test_polls_feeds_and_outcomes_become_documents(state, engine):
    """What `kuzet status` and `kuzet audit` say, a dashboard can show over time."""
    index = index_of(engine)
    assert write_health(state, [FEED], index=index, now=NOW) == 4
    assert [(one["result"], one["new"], one["source"]) for one in stored(engine, index, "poll")] == [("new", 2, "dala")]
    assert [(one["state"], one["failures"]) for one in stored(engine, index, "feed")] == [("healthy", 0)]
    [outcome] = stored(engine, index, "outcome")
    assert (outcome["outcome"], outcome["reason"], outcome["count"]) == ("rejected", "http_404", 1)
    [account] = stored(engine, index, "account")
    assert (account["sighted"], account["under_way"], account["missing"]) == (2, 1, 0)


def test_saying_it_again_writes_only_what_changed(state, engine):
    """It is called every minute for ever."""
    index = index_of(engine)
    write_health(state, [FEED], index=index, now=NOW)
    poll(state, at=NOW + 60)
    assert write_health(state, [FEED], index=index, now=NOW + 60) == 2  # the new poll, and the feed as it is now
    assert [one["result"] for one in stored(engine, index, "poll")] == ["new", "known"]
    assert len(stored(engine, index, "feed")) == 1


def test_two_workers_write_the_same_documents(state, engine):
    """Upkeep may run twice at a time, and a restarted worker remembers nothing."""
    write_health(state, [FEED], index=index_of(engine), now=NOW + 1)
    other = index_of(engine)
    write_health(state, [FEED], index=other, now=NOW)
    assert [len(stored(engine, other, kind)) for kind in ("poll", "feed", "outcome", "account")] == [1, 1, 1, 1]
    [feed] = stored(engine, other, "feed")
    assert feed["at"].endswith("41.000Z")  # the later poll is kept


def test_a_deleted_index_is_written_anew(state, engine):
    """It is only a copy; and never may it come back by itself with guessed fields."""
    index = index_of(engine)
    write_health(state, [FEED], index=index, now=NOW)
    engine.client.indices.delete(index=index.index)
    assert write_health(state, [FEED], index=index, now=NOW) == 4
    mapping = engine.client.indices.get_mapping(index=index.alias).body[index.index]["mappings"]
    assert mapping["dynamic"] == "strict"


def test_what_is_old_goes(state, engine):
    """The index is bounded by age."""
    index = index_of(engine)
    assert index.prune(now=NOW) == 0  # it is not there yet
    write_health(state, [FEED], index=index, now=NOW)
    engine.client.indices.refresh(index=index.alias)
    assert index.prune(now=NOW + (KEEP_DAYS - 1) * DAY) == 0
    assert index.prune(now=NOW + (KEEP_DAYS + 1) * DAY) == 4
    assert stored(engine, index, "poll") == []


def test_another_field_type_is_said_in_one_sentence(state, engine):
    """A version of kuzet may want other fields; a person must know that deleting is safe."""
    index = index_of(engine)
    other = {"properties": {"count": {"type": "keyword"}}}
    engine.client.indices.create(index=index.index, aliases={index.alias: {}}, mappings=other)
    with pytest.raises(EngineRefusedError, match="it is a copy and is written anew"):
        write_health(state, [FEED], index=index, now=NOW)
