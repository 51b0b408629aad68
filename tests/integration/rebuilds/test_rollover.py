"""Rollover on the real node: new articles go to an index of their own, and each is there once, where it was first."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Self
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError, QueryError
from pipelines.models import Article, Extraction, PublishedFrom, Tagging
from pipelines.search.documents import build_document
from pipelines.search.request import SearchRequest, Sort
from tests.support.builders import SentDocument
from tests.support.forks import run_forked
from tests.support.leases import LEASE_S as ARTICLE_LEASE_S
from tests.support.short_analysis import short_analysis
from worker.rebuilds import reindex as rebuilding
from worker.rebuilds import rollover as rolling
from worker.rebuilds.forget import forget
from worker.rebuilds.generations import Indices
from worker.rebuilds.rebuilder import LEASE_S, BusyError, Rebuilder
from worker.rebuilds.reindex import Reindex, Reindexer
from worker.rebuilds.retention import delete_expired
from worker.rebuilds.rollover import Rollover
from worker.runtime import Runtime
from worker.search.engine import SearchEngine
from worker.state import State
from worker.tasks.housekeeping import roll_over_if_due

NOW = datetime(2027, 3, 4, 12, 0, tzinfo=UTC)
OLD, NEW = short_analysis("english"), short_analysis("russian")
PREFIX = "roll:"
HERDS = ("отару овец", "табун лошадей", "стадо коров", "караван верблюдов")


def sent(number: int, *, version: int = 1, source: str = "") -> SentDocument:
    """One article; a later version has another text."""
    at = NOW - timedelta(days=number % 5)
    article = Article(
        url=f"https://habar.example/{number}", title=f"Новость {number}", summary="", language="ru", kazakh_share=0.0,
        body=f"Полиция вернула {HERDS[number % 4]} из аула. Версия {version}. " + "Угонщиков ищут. " * (number % 7),
        extraction=Extraction.FULL, published_at=at, published_from=PublishedFrom.FEED, observed_at=at,
    )  # fmt: skip
    names = {"source": source or ("habar", "xabar")[number % 2], "family": "habar", "feed": "habar"}
    document = build_document(article, Tagging(), article_id=f"id-{number}", revision=version, indexed_at=NOW, **names)
    return SentDocument(f"id-{number}", version, document)


class Clock:
    """A clock that tests move on."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


class Place:
    """An index with forty articles, and what rolls it over and rebuilds it."""

    def __init__(self, engine: SearchEngine, state: State) -> None:
        self.engine, self.state, self.clock = engine, state, Clock()
        self.forgotten: set[str] = set()

    @property
    def reindexer(self) -> Reindexer:
        return Reindexer(self.engine, NEW, forgotten=lambda: self.forgotten, now=self.clock)

    def rollover(self, *, limit_gb: float = 0.0) -> Rollover:
        return Rollover(self.engine, lambda: OLD, limit_gb=limit_gb, now=self.clock)

    @property
    def rebuilder(self) -> Rebuilder:
        """Made anew each time, as by another worker: it knows what is written down."""
        kinds = {"rollover": self.rollover(), "reindex": Reindex(self.reindexer)}
        return Rebuilder(self.state.rebuilds, kinds, now=self.clock)

    def run(self, kind: str, *, between: Callable[[], None] = lambda: None, **options: object) -> dict[str, object]:
        """Begin a rebuild and do all its steps; its last progress."""
        self.rebuilder.begin(kind, owner="tester", **options)
        return self.go_on(between=between)

    def go_on(self, *, between: Callable[[], None] = lambda: None) -> dict[str, object]:
        while self.state.rebuilds.current():
            self.rebuilder.step()
            between()
        assert not self.state.rebuilds.last().problem
        return dict(self.state.rebuilds.last().progress)

    def write(self, *articles: SentDocument) -> list[str]:
        return [str(result.status) for result in self.engine.bulk(articles)]

    def holds(self) -> dict[str, dict[str, int]]:
        """Return the index of each part → its articles with their versions."""
        found: dict[str, dict[str, int]] = {}
        for part in self.engine.parts():
            self.engine.client.indices.refresh(index=part.index)
            hits = self.engine.client.search(index=part.index, size=5000, version=True, source=False)["hits"]["hits"]
            found[part.index] = {hit["_id"]: hit["_version"] for hit in hits}
        return found

    def versions(self) -> dict[str, int]:
        """Return every article with its version. Fails when one is in two parts."""
        held = self.holds().values()
        assert max(Counter(key for part in held for key in part).values()) == 1
        return {key: version for part in held for key, version in part.items()}

    def index(self, part: str) -> str:
        return f"{self.engine.read_alias}-{part}"


@pytest.fixture
def place(search_url: str, redis) -> Iterator[Place]:
    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=f"roll-{uuid4().hex[:8]}"))
    engine.ensure_index(OLD)
    place = Place(engine, State(redis, prefix=PREFIX, lease_s=ARTICLE_LEASE_S))
    assert set(place.write(*map(sent, range(40)))) == {"written"}
    engine.refresh()
    yield place
    engine.client.indices.delete(index=[one.name for one in Indices(engine).generations()])
    engine.close()


def test_new_articles_go_to_a_new_index_and_revisions_to_their_own(place):
    """The heart of it: an article that two indices hold would be found twice."""
    place.run("rollover")
    assert place.write(sent(100), sent(7, version=2), sent(101), sent(7, version=1)) == [
        "written",
        "written",
        "written",
        "superseded",
    ]
    assert place.write(sent(7, version=2), sent(100)) == ["present", "present"]
    held = place.holds()
    assert [*held] == [place.engine.first_index, place.index("2027-000001")]
    assert (len(held[place.engine.first_index]), held[place.engine.first_index]["id-7"]) == (40, 2)
    assert held[place.index("2027-000001")] == {"id-100": 1, "id-101": 1}
    assert place.engine.index_name() == place.index("2027-000001") == place.engine.ensure_index(OLD)
    assert place.engine.health().problem == ""
    assert place.engine.health().articles == 42


def test_the_next_one_in_the_same_year_is_its_second(place):
    """And each revision finds its way among three."""
    place.run("rollover")
    place.write(sent(100))
    place.run("rollover")
    place.write(sent(200), sent(100, version=2), sent(0, version=2))
    assert {index: len(held) for index, held in place.holds().items()} == {
        place.engine.first_index: 40,
        place.index("2027-000001"): 1,
        place.index("2027-2-000001"): 1,
    }
    assert place.versions()["id-100"] == place.versions()["id-0"] == 2


def test_everything_is_found_over_all_parts(place, search_url):
    """The same hits in the same order with the same scores as in one index: a word is as rare as in all of them."""
    whole = Place(
        SearchEngine.connect(Settings(search_url=search_url, search_index=f"roll-{uuid4().hex[:8]}")), place.state
    )
    whole.engine.ensure_index(OLD)
    whole.write(*map(sent, range(60)))
    place.run("rollover")
    place.write(*map(sent, range(40, 60)))
    for each in (whole, place):
        each.engine.refresh()
    requests = [
        SearchRequest(text="табун угонщиков", collapse=False, size=60),
        SearchRequest(text="верблюдов", size=60),
        SearchRequest(filters={"source": ("habar",)}, sort=Sort.TIME, size=60),
    ]
    try:
        for request in requests:
            one, several = (each.engine.search(request, now=NOW) for each in (whole, place))
            assert several.total == one.total > 10
            scores = [[(hit.article_id, round(hit.score or 0, 4)) for hit in found.hits] for found in (one, several)]
            assert sorted(scores[0]) == sorted(scores[1])
            assert one.facets == several.facets
        alike = [{hit.article_id for hit in each.engine.more_like_this("id-41").hits} for each in (whole, place)]
        assert alike[0]
        assert alike[0] == alike[1]
        assert place.engine.keys_of(["угонщиков"]) == whole.engine.keys_of(["угонщиков"])
        assert {one.article_id for one in place.engine.scan(SearchRequest(), batch=7)} == {f"id-{n}" for n in range(60)}
        assert place.engine.selected(["id-3", "id-43"], requests[2]) == {"id-3": False, "id-43": False}
    finally:
        whole.engine.client.indices.delete(index=whole.engine.first_index)
        whole.engine.close()


def test_pages_of_a_search_go_on_from_part_to_part(place):
    """The mark of the next page holds over all indices: nothing twice, nothing left out."""
    place.run("rollover")
    place.write(*map(sent, range(40, 60)))
    place.engine.refresh()
    seen: list[str] = []
    request = SearchRequest(sort=Sort.TIME, size=7, collapse=False)
    while (found := place.engine.search(request, now=NOW)).hits:
        seen += [hit.article_id for hit in found.hits]
        if not found.next_after:
            break
        request = replace(request, after=found.next_after)
    assert sorted(seen) == sorted(f"id-{number}" for number in range(60))


def test_reading_and_deleting_reach_every_part(place):
    """`kuzet show`, `kuzet forget`, retention."""
    place.run("rollover")
    place.write(sent(100), sent(7, version=2))
    assert (place.engine.get("id-7").version, place.engine.get("id-100").version) == (2, 1)
    assert place.engine.get("id-999") is None
    with pytest.raises(QueryError):
        place.engine.more_like_this("id-999")
    for number in (7, 100):
        assert forget(f"id-{number}", engine=place.engine, state=place.state, now=place.clock())
        assert not place.engine.delete(f"id-{number}")
    assert len(place.versions()) == 39
    place.engine.refresh()
    assert delete_expired(place.engine, keep_days=2, now=(NOW + timedelta(hours=1)).timestamp()) > 10
    place.write(sent(101))
    assert place.engine.get("id-101").version == 1


# ---------------------------------------------------------------- while articles are written, and when something dies


class Writer:
    """Writes without a pause, as drains do: a new article, and a revision of any that is there."""

    def __init__(self, place: Place) -> None:
        self._engine = place.engine
        self._numbers, self._stop = count(1000), threading.Event()
        self.written = {f"id-{number}": 1 for number in range(40)}
        self.odd: set[str] = set()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        while not self._stop.is_set():
            number = next(self._numbers)
            known = sorted(self.written)
            old = int(known[number * 7 % len(known)].removeprefix("id-"))
            waiting = [sent(number), sent(old, version=number)]
            while waiting:
                results = self._engine.bulk(waiting)
                done = {one.article_id: one.version for one in results if str(one.status) in ("written", "present")}
                self.written.update(done)
                self.odd |= {str(one.status) for one in results} - {"written", "present", "retry"}
                waiting = [one for one, result in zip(waiting, results, strict=True) if str(result.status) == "retry"]

    def go_on(self, *, articles: int) -> None:
        """Wait until this number of articles more is written."""
        enough = len(self.written) + articles
        ends_at = time.monotonic() + 30
        while len(self.written) < enough:
            assert time.monotonic() < ends_at
            time.sleep(0.01)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


def step_in_a_killed_worker(place: Place, urls: tuple[str, str], call: str, when: str) -> None:
    """Do the next step in a process that is killed at a call of `Indices`; its claim runs out."""
    arguments = [*urls, place.engine.read_alias, PREFIX, str(place.clock()), call, when]
    ended = run_forked(arguments, dict(os.environ), module="tests.support.dying_rollover", timeout_s=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    place.clock.now += LEASE_S + 1


@pytest.mark.parametrize(
    ("call", "when"),
    [("block_writes", "before"), ("block_writes", "after"), ("roll_over", "before"), ("roll_over", "after")],
    ids=["before the fence", "behind the fence", "before the aliases", "after the aliases"],
)
def test_a_killed_rollover_loses_and_doubles_nothing(place, search_url, broker_url, call, when):
    """Its worker dies at any point while articles come in; another ends it."""
    with Writer(place) as writer:
        place.rebuilder.begin("rollover", owner="tester")
        place.rebuilder.step()
        step_in_a_killed_worker(place, (search_url, broker_url), call, when)
        place.go_on()
        writer.go_on(articles=5)
    assert writer.odd == set()
    assert place.versions() == writer.written
    held = place.holds()
    assert len(held) == 2
    assert len(held[place.index("2027-000001")]) >= 4


def test_an_index_that_a_dead_worker_made_is_made_anew(place):
    """It died before that was written down."""
    Indices(place.engine).create_quiet(place.index("2027-000001"), NEW)
    place.run("rollover")
    assert place.engine.made_for(place.index("2027-000001")) == place.engine.made_for(place.engine.first_index)
    assert place.write(sent(100)) == ["written"]


def test_a_writer_that_looked_before_the_rollover_looks_again(place, monkeypatch):
    """Between its look and its write the index is rolled over, and another process writes the same article."""
    parts, looks = place.engine.parts, count()
    before = parts()
    other = SearchEngine(
        place.engine._address, index=place.engine.read_alias, schema_folder=place.engine._schema_folder
    )
    place.write(sent(50))
    place.run("rollover")
    assert other.bulk([sent(60)])[0].status == "written"
    monkeypatch.setattr(place.engine, "parts", lambda: before if next(looks) == 0 else parts())
    assert place.write(sent(50), sent(60), sent(70), sent(7, version=3)) == ["present", "present", "written", "written"]
    held = place.holds()
    assert held[place.index("2027-000001")] == {"id-60": 1, "id-70": 1}
    assert (held[place.engine.first_index]["id-50"], held[place.engine.first_index]["id-7"]) == (1, 3)
    other.close()


def test_a_rollover_that_cannot_succeed_leaves_everything_as_it_was(place, monkeypatch):
    """A dictionary that is missing on the node."""
    monkeypatch.setattr(rolling.Rollover, "_create", lambda *_: (_ for _ in ()).throw(EngineRefusedError("x", "no")))
    place.rebuilder.begin("rollover", owner="tester")
    with pytest.raises(EngineRefusedError):
        place.rebuilder.step()
    assert place.state.rebuilds.current() is None
    assert [one.name for one in Indices(place.engine).generations()] == [place.engine.first_index]
    assert place.write(sent(100)) == ["written"]


def test_a_lost_alias_stops_the_writers(place):
    """Somebody took the newest part's alias away: new articles must not go to the part before it."""
    place.run("rollover")
    place.write(sent(100))
    alias = place.engine.parts()[-1].alias
    place.engine.client.indices.delete_alias(index=place.index("2027-000001"), name=alias)
    with pytest.raises(EngineRefusedError, match="alias is missing"):
        place.write(sent(100, version=2))
    assert place.engine.ensure_index(OLD) == place.index("2027-000001")
    assert place.write(sent(100, version=2), sent(7, version=2)) == ["written", "written"]
    assert len(place.versions()) == 41


def test_an_index_that_lost_all_its_aliases_is_not_cleaned_up(parted):
    """It has articles, though no alias says so: a reindex must not take it for half-made."""
    lost = parted.engine.parts()[1]
    for alias in (parted.engine.read_alias, lost.alias):
        parted.engine.client.indices.delete_alias(index=lost.index, name=alias)
    assert parted.reindexer.clean_up() == []
    parted.engine.ensure_index(OLD)
    assert parted.engine.parts()[1] == lost
    assert len(parted.versions()) == 55


def test_when_it_is_due(place):
    """An empty index is never rolled over, and 0 means never."""
    plan = place.rollover().look()
    assert (plan.source, plan.target, plan.articles) == (place.engine.first_index, place.index("2027-000001"), 40)
    assert plan.size > 1_000
    assert not plan.is_due
    assert place.rollover(limit_gb=1e-6).look().is_due
    assert not place.rollover(limit_gb=50).look().is_due
    place.run("rollover")
    assert not place.rollover(limit_gb=1e-9).look().is_due
    with pytest.raises(EngineRefusedError, match="no article yet"):
        place.rebuilder.begin("rollover", owner="tester")


def test_one_at_a_time_with_other_rebuilds(place):
    """A reindex moves the aliases that a rollover changes."""
    place.rebuilder.begin("reindex", owner="tester")
    with pytest.raises(BusyError, match="running a reindex"):
        place.rebuilder.begin("rollover", owner="tester")


# ---------------------------------------------------------------- rebuilds of several parts


@pytest.fixture
def parted(place: Place) -> Place:
    """Three parts of forty, ten and five articles."""
    for numbers in (range(100, 110), range(200, 205)):
        place.run("rollover")
        place.write(*map(sent, numbers))
    place.engine.refresh()
    return place


def test_parts_are_reindexed_one_after_the_other(parted):
    """While articles and revisions of all of them come in; every step by another worker."""
    before = {part.name: part.alias for part in parted.engine.parts()}
    with Writer(parted) as writer:
        writer.written |= {f"id-{number}": 1 for number in (*range(100, 110), *range(200, 205))}
        ended = parted.run("reindex")
    assert writer.odd == set()
    assert parted.versions() == writer.written
    assert [part.index for part in parted.engine.parts()] == [
        parted.index(name) for name in ("000002", "2027-000002", "2027-2-000002")
    ]
    assert {part.name: part.alias for part in parted.engine.parts()} == before
    assert [one["target"] for one in ended["moved"]] == [part.index for part in parted.engine.parts()]
    assert ended["done"] == ended["total"] == sum(one["articles"] for one in ended["moved"])
    assert parted.engine.is_current(NEW)


def test_a_reindex_that_fails_at_the_second_part_keeps_the_first(parted, monkeypatch):
    """And the next run, of what is left, goes on from there; a rollback goes back in all that the last run replaced."""
    compare = rebuilding.differences

    def fails(engine: SearchEngine, source: str, target: str, *, seed: int) -> list[str]:
        return ["something"] if "-2027-000001" in source else compare(engine, source, target, seed=seed)

    monkeypatch.setattr(rebuilding, "differences", fails)
    parted.rebuilder.begin("reindex", owner="tester")
    with pytest.raises(EngineRefusedError, match="not the same"):
        parted.go_on()
    assert parted.state.rebuilds.last().progress["moved"]
    live = [parted.index(name) for name in ("000002", "2027-000001", "2027-2-000001")]
    assert [part.index for part in parted.engine.parts()] == live
    assert parted.write(sent(101, version=2)) == ["written"]
    monkeypatch.undo()
    parted.clock.now += 60
    parted.run("reindex", indices=live[1:])
    parted.write(sent(102, version=5), sent(201, version=5), sent(300))
    assert len(parted.run("reindex", rollback=True)["moved"]) == 2
    assert [part.index for part in parted.engine.parts()] == live
    assert {parted.versions()[key] for key in ("id-102", "id-201")} == {5}
    assert len(parted.versions()) == 56


def test_only_a_live_index_can_be_chosen(parted):
    """A mistyped name must not begin a reindex of everything."""
    with pytest.raises(EngineRefusedError, match=r"kuzet-9 is not a live index\. Live are"):
        parted.reindexer.plan(indices=["kuzet-9"])
    assert parted.reindexer.plan(indices=[parted.index("2027-000001")]).left == ()


def test_an_unfinished_reindex_of_a_part_is_cleaned_up(parted):
    """Its record is lost: the half-made index goes, and so do the fence and the empty index of a rollover."""
    unfinished = [parted.index(name) for name in ("2027-000002", "2027-3-000001")]
    for index in unfinished:
        Indices(parted.engine).create_quiet(index, NEW)
    Indices(parted.engine).block_writes(parted.index("2027-000001"))
    assert parted.reindexer.clean_up() == unfinished
    assert parted.write(sent(101, version=2)) == ["written"]


def test_the_forgotten_leave_the_replaced_index_of_their_part(parted):
    """`kuzet forget` means for good, and a rollback must not bring it back."""
    parted.run("reindex", indices=[parted.index("2027-000001")])
    assert forget("id-101", engine=parted.engine, state=parted.state, now=parted.clock())
    parted.forgotten.add("id-101")
    parted.run("reindex", rollback=True)
    assert "id-101" not in parted.versions()
    assert len(parted.versions()) == 54


def test_a_part_that_is_being_switched_makes_only_its_own_articles_wait(parted):
    """The drain goes on with all the others."""
    Indices(parted.engine).block_writes(parted.index("2027-000001"))
    assert parted.write(sent(0, version=2), sent(101, version=2), sent(300)) == ["written", "retry", "written"]
    with pytest.raises(EngineUnavailableError):
        parted.engine.delete("id-101")


def test_the_housekeeping_begins_it_by_the_size(place, search_url, broker_url):
    """Once, and not while another rebuild is under way."""
    where = {"search_url": search_url, "broker_url": broker_url, "search_index": place.engine.read_alias}
    large, small = (
        Runtime(Settings(**where, redis_prefix=PREFIX, rollover_gb=limit_gb)) for limit_gb in (50.0, 0.000_001)
    )
    assert not roll_over_if_due(large)
    assert roll_over_if_due(small)
    assert not roll_over_if_due(small)
    assert place.state.rebuilds.current().owner.startswith("the housekeeping on ")
    place.go_on()
    assert place.engine.index_name() != place.engine.first_index
    assert not roll_over_if_due(small)
