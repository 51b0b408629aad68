"""Stories on a real broker and a real search node: nothing lost, nothing doubled, corrections remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest

from benchmarks.stories.corpus import build_corpus
from config.settings import HERE, Settings
from pipelines.errors import EngineRefusedError
from pipelines.models import VersionedDocument
from pipelines.stories.story import BY_HAND
from tests.support.leases import LEASE_S
from worker.files.stories import StoryFiles
from worker.search.engine import SearchEngine
from worker.state import State
from worker.stories.index import StoryIndex, StoryRequest
from worker.stories.joiner import Joiner
from worker.stories.reading import find_story, recent_stories
from worker.stories.writing import write_stories

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def documents(*, events=4, seed=5):
    return [
        VersionedDocument(
            one.id,
            number,
            {
                "id": one.id, "title": one.title, "body": one.body, "language": one.language, "source": one.site,
                "family": one.site, "url": f"http://{one.site}/{one.id}", "revision": 1,
                "published_at": one.published_at.isoformat(), "observed_at": one.published_at.isoformat(),
            },
        )
        for number, one in enumerate(build_corpus(seed=seed, events=events, spread_hours=20), start=1)
    ]  # fmt: skip


@pytest.fixture
def state(redis):
    return State(redis, prefix=f"t{token_hex(3)}:", lease_s=LEASE_S)


@pytest.fixture
def joiner(state):
    return Joiner(state.stories, StoryFiles(HERE))


@pytest.fixture
def index(search_url):
    name = f"stories{token_hex(4)}"
    settings = Settings(search_url=search_url, search_index=name)
    engine = SearchEngine.connect(settings)
    yield StoryIndex.connect(settings, engine)
    engine.client.indices.delete(index=f"{name}-stories-1", ignore_unavailable=True)
    engine.close()


def join(joiner, batch):
    return {one.article_id: one.document["story"] for one in joiner.join(batch, now=NOW.timestamp())}


def test_a_repeated_batch_finds_the_same_stories(joiner, state):
    """A drain that is killed before its bulk sends the same documents again."""
    batch = documents()
    once = join(joiner, batch)
    fresh = Joiner(state.stories, StoryFiles(HERE))  # another process: its window is read from Redis
    assert join(fresh, batch) == once
    assert len(set(once.values())) < len(once)
    assert sum(len(state.stories.members(story)) for story in set(once.values())) == len(batch)


def test_two_processes_see_what_the_other_joined(joiner, state):
    """After a restart or a take-over of the lock the next drain must not begin every story anew."""
    batch = documents()
    other = Joiner(state.stories, StoryFiles(HERE))
    mixed = {}
    for number, one in enumerate(batch):
        mixed |= join((joiner, other)[number % 2], [one])
    alone = join(Joiner(State(state.stories._redis, prefix="alone:", lease_s=LEASE_S).stories, StoryFiles(HERE)), batch)
    final = {article: state.stories.story_of(article) for article in mixed}
    expected = {
        article: State(state.stories._redis, prefix="alone:", lease_s=LEASE_S).stories.story_of(article)
        for article in alone
    }
    assert final == expected


def test_the_index_says_what_redis_says(joiner, state, index):
    """Lists and Kibana read the index; a story that changes while it is written is written again."""
    stories = join(joiner, documents())
    story = max(set(stories.values()), key=list(stories.values()).count)
    behind = state.stories.unwritten(limit=100)
    state.stories.join(
        "late", story, member={**state.stories.members(story)[0], "id": "late"}, features={}, at=1.0, now=2e9
    )
    state.stories.settle(story, behind[story])  # what an earlier write would say: too late
    assert story in state.stories.unwritten(limit=100)
    while write_stories(state.stories, index, now=NOW.timestamp()):
        pass
    index.refresh()
    found = index.search(StoryRequest(size=100))
    assert {one["id"] for one in found.stories} == set(stories.values())
    assert index.get(story)["articles"] == list(stories.values()).count(story) + 1
    assert index.search(StoryRequest(filters={"topics": ["drugs"]})).total == 0
    assert recent_stories(index, now=NOW + timedelta(days=400)).total == 0


def test_an_index_of_stories_that_was_deleted_is_filled_again(joiner, state, index):
    """It is a copy: after a deletion by hand, or a restore, it must hold all stories, not only those that change."""
    stories = join(joiner, documents())
    while write_stories(state.stories, index, now=NOW.timestamp()):
        pass
    index._engine.client.indices.delete(index=index.index)
    late = {**state.stories.members(next(iter(stories.values())))[0], "id": "late"}
    state.stories.join("late", "late", member=late, features={}, at=1.0, now=2e9)
    with pytest.raises(EngineRefusedError):
        write_stories(state.stories, index, now=NOW.timestamp())  # it believed that the index is there
    while write_stories(state.stories, index, now=NOW.timestamp()):
        pass
    index.refresh()
    assert {one["id"] for one in index.search(StoryRequest(size=100)).stories} == {*stories.values(), "late"}


def test_merges_and_splits_by_hand_are_remembered(joiner, state, index):
    """Analysts correct; the next revision, and even a restory, must not undo it."""
    batch = documents()
    stories = join(joiner, batch)
    first, other = list(dict.fromkeys(stories.values()))[:2]
    state.stories.merge(first, other, now=3e9)
    assert find_story(state.stories, index, other)["id"] == first
    merged = {member["id"]: member for member in state.stories.members(first)}
    assert (merged[other]["by"], merged[other]["reasons"]) == ("hand", [BY_HAND])
    moved = [article for article, story in stories.items() if story == other]
    assert state.stories.moved(limit=100) == dict.fromkeys(moved, first)
    state.stories.split(first, moved[:1], now=3e9)
    assert state.stories.story_of(moved[0]) == moved[0]
    assert state.stories.reasons_of(moved[0], moved[0]) == [BY_HAND]
    again = join(joiner, batch)
    assert again[moved[0]] == moved[0]
    anew = Joiner(state.stories.with_window("other:window"), StoryFiles(HERE), anew=True)
    assert join(anew, batch)[moved[0]] != first


def test_a_story_is_found_by_each_name_that_it_had(joiner, state, index):
    """A restory names stories by publication, not by arrival; a link in a message of last week must not be dead."""
    batch = documents()
    stories = join(joiner, batch)
    first, other = list(dict.fromkeys(stories.values()))[:2]
    state.stories.merge(first, other, now=3e9)
    window = state.stories.with_window("other:window")
    for name in (other, first):  # the name of what was merged comes back, and goes again
        for article in [article for article, story in stories.items() if story in (first, other)]:
            known = {"member": {"id": article}, "features": {}, "at": 1.0, "now": 3e9}
            window.join(article, name, **known)
        assert state.stories.became(other) == state.stories.became(first) == name
        assert len(state.stories.members(name)) >= 2


def test_all_stories_are_read_in_parts(joiner, state, index):
    """A month of a large watch has more stories than the engine gives at once."""
    stories = join(joiner, documents())
    while write_stories(state.stories, index, now=NOW.timestamp()):
        pass
    index.refresh()
    read = [one["id"] for one in index.each(StoryRequest(size=3))]
    assert sorted(read) == sorted(set(stories.values()))


def test_a_forgotten_article_leaves_its_story(joiner, state, index):
    """«Forgotten for good» includes the headline that a story quotes."""
    stories = join(joiner, documents())
    story = max(set(stories.values()), key=list(stories.values()).count)
    for article in [article for article, of in stories.items() if of == story]:
        state.stories.forget(article, now=3e9)
    while write_stories(state.stories, index, now=NOW.timestamp()):
        pass
    assert index.get(story) is None
    assert find_story(state.stories, index, story) is None


def test_the_window_is_pruned_in_redis(joiner, state):
    """Ten thousand articles of last week would fill the broker."""
    join(joiner, documents())
    joiner.join([], now=(NOW + timedelta(days=30)).timestamp())
    assert list(state.stories.windowed()) == []
