"""Today's kuzet on what each earlier release has left: its index, its Redis state, its work under way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from config.settings import HERE, Settings
from pipelines.search.request import SearchRequest
from pipelines.urls import article_id
from tests.support.release import (
    FETCHED_NOWHERE,
    INDEX,
    PREFIX,
    PUBLISHED,
    REVISED,
    WAITING,
    Release,
    documents,
    newsroom,
    read_release,
    restore_index,
    restore_state,
)
from tests.support.running_watch import StartWatch, Watch
from worker.search.engine import SearchEngine

pytestmark = pytest.mark.timeout(300)

RELEASES = Path(__file__).parents[2] / "data" / "releases"
NEW_FIELD = "reviewed_by"
EVER_DAYS = 3_650


@dataclass(frozen=True)
class Upgrade:
    """A watch of today that took over from a release; its mapping has one field more than it ever had."""

    watch: Watch
    release: Release
    before: dict[str, dict[str, Any]]

    @property
    def forgotten(self) -> str:
        return article_id(self.release.forgotten)

    def documents(self) -> dict[str, dict[str, Any]]:
        self.watch.runtime.search.refresh()
        return {one.article_id: dict(one.document) for one in self.watch.runtime.search.scan(SearchRequest())}

    def outcome(self, link: str) -> str:
        trace = self.watch.runtime.state.articles.trace(article_id(link))
        return "" if trace is None or trace.stage else trace.outcome

    def is_settled(self) -> bool:
        """Whether all that was published then and since has ended, and the job that was under way, too."""
        links = [each.link for each in self.watch.newsroom.expectations() if each.link != self.release.forgotten]
        ended = all(self.outcome(link) for link in (*links, *WAITING.values(), FETCHED_NOWHERE))
        return ended and self.watch.runtime.state.rebuilds.current() is None


@pytest.fixture(scope="module")
def give_dictionary(
    dictionary: Path, install_dictionary: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], None]:
    """Puts a dictionary of an old name on the node, as one that was upgraded has it; its words do not matter here."""

    def give(name: str) -> None:
        old = tmp_path_factory.mktemp("dictionary") / name
        old.mkdir()
        for file in dictionary.iterdir():
            shutil.copy(file, old / f"{name}{file.suffix}")
        install_dictionary(old)

    return give


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose mapping has a field that no release knows."""
    config = Path(shutil.copytree(HERE, tmp_path_factory.mktemp("config") / "config"))
    file = config / "search" / "mapping.json"
    mapping = json.loads(file.read_text(encoding="utf-8"))
    mapping["properties"][NEW_FIELD] = {"type": "keyword"}
    file.write_text(json.dumps(mapping), encoding="utf-8")
    return config


@pytest.fixture(scope="module", params=sorted(RELEASES.glob("*/")), ids=lambda folder: folder.name)
def left(
    request: pytest.FixtureRequest, broker_url: str, search_url: str, give_dictionary: Callable[[str], None]
) -> Iterator[Path]:
    """A release's folder; what it holds is put back into broker and node."""
    folder: Path = request.param
    give_dictionary(read_release(folder).dictionary)
    with Redis.from_url(broker_url, decode_responses=True) as redis:
        redis.flushall()
        restore_state(folder, redis, prefix=PREFIX)
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=INDEX))
    restore_index(folder, engine)
    yield folder
    engine.client.indices.delete(index=f"{INDEX}-*")
    engine.close()


@pytest.fixture(scope="module")
def upgrade(left: Path, start_watch: StartWatch, config: Path) -> Iterator[Upgrade]:
    """Today's workers start on it, while the newsroom goes on."""
    release = read_release(left)
    with newsroom(release.made) as sites:
        sites.publish(count=8)
        sites.publish(REVISED, count=PUBLISHED)
        sites.revise(REVISED)
        with start_watch(newsroom=sites, redis_prefix=PREFIX, search_index=INDEX, config=config) as watch:
            upgrade = Upgrade(watch, release, {one["id"]: one for one in documents(left)})
            watch.wait(upgrade.is_settled)
            yield upgrade


def test_what_was_under_way_comes_to_its_end(upgrade: Upgrade) -> None:
    """An update in the middle of a busy day: nothing that was in the workers' hands is dropped."""
    assert upgrade.outcome(WAITING["extract"]) == "indexed"
    assert upgrade.outcome(WAITING["outbox"]) == "indexed"
    assert upgrade.outcome(FETCHED_NOWHERE) == "indexed"  # by the feed's text
    last = upgrade.watch.runtime.state.rebuilds.last()
    assert last
    assert (last.owner, last.problem) == ("somebody at the old release", "")


def test_what_was_known_is_neither_lost_nor_doubled(upgrade: Upgrade) -> None:
    """The feeds list the same entries again; the state knows them, under the same identities."""
    known = set(upgrade.before)
    fresh = {article_id(each.link) for each in upgrade.watch.newsroom.expectations()} - known
    found = upgrade.documents()
    assert known <= found.keys()
    ended = {article_id(link) for link in (WAITING["extract"], WAITING["outbox"], FETCHED_NOWHERE)}
    assert found.keys() - known <= fresh | ended
    assert {key: found[key]["title"] for key in known} == {key: one["title"] for key, one in upgrade.before.items()}


def test_the_news_goes_on(upgrade: Upgrade) -> None:
    """Stories that were published after the update take the whole way."""
    fresh = [each for each in upgrade.watch.newsroom.expectations() if article_id(each.link) not in upgrade.before]
    assert len(fresh) > 3
    for each in fresh:
        if each.link != upgrade.release.forgotten:
            assert upgrade.outcome(each.link) in each.outcomes, each.link


def test_validators_outlive_the_update(upgrade: Upgrade) -> None:
    """The first polls are conditional: an update must not make every site send everything again."""
    first = {line.site: line for line in reversed(upgrade.watch.newsroom.requests.lines()) if "feed" in line.path}
    assert any(line.conditional for line in first.values())


def test_the_forgotten_stay_forgotten(upgrade: Upgrade) -> None:
    """A tombstone is for good, whichever version put it up."""
    assert upgrade.forgotten not in upgrade.documents()
    assert upgrade.forgotten in upgrade.watch.runtime.state.forgotten


def test_the_quarantine_can_be_replayed(upgrade: Upgrade) -> None:
    """What an older version could not do is what one tries again after an update."""
    [kept] = json.loads(upgrade.watch.kuzet("quarantine", "list", "--json").stdout)["quarantine"]
    assert kept["id"] == article_id(WAITING["quarantine"])
    assert upgrade.watch.kuzet("quarantine", "replay", kept["id"]).returncode == 0
    upgrade.watch.wait(lambda: upgrade.outcome(WAITING["quarantine"]) == "indexed")


def test_the_live_index_gets_the_new_field(upgrade: Upgrade) -> None:
    """A field that is only added needs no hand, and no reindex."""
    engine = upgrade.watch.runtime.search
    properties = engine.client.indices.get_mapping(index=upgrade.release.index)[upgrade.release.index]["mappings"]
    assert NEW_FIELD in properties["properties"]


def test_after_reindex_and_retag_all_is_as_of_today(upgrade: Upgrade) -> None:
    """The two commands the release notes may ask for; afterwards nothing remembers the old release."""
    watch = upgrade.watch
    before = upgrade.documents().keys()
    for command in ("reindex", "retag"):
        done = watch.kuzet(command)
        assert done.returncode == 0, done.stderr
    assert upgrade.documents().keys() == before
    assert {one["ruleset"] for one in upgrade.documents().values()} == {watch.runtime.tagger.ruleset.version}
    assert watch.runtime.search.index_name() != upgrade.release.index
    assert json.loads(watch.kuzet("status", "--json").stdout)["problems"] == []
    assert watch.runtime.state.outcomes.audit(now=watch.runtime.now(), days=EVER_DAYS).is_balanced
