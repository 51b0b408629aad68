"""Backup, everything destroyed, restore: on real engines, with a watch before and after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from pipelines.errors import KuzetError
from pipelines.search.request import SearchRequest
from seeds.newsroom import Newsroom
from tests.support.commands import Answer, kuzet
from tests.support.running_watch import QUICK, StartWatch
from worker.backup import keys
from worker.backup.folder import digest
from worker.backup.keys import delete_keys, read_keys
from worker.runtime import Runtime
from worker.state.locking import keep_lock, take_lock
from worker.state.scripts import Scripts
from worker.state.workers import present
from worker.stories.index import StoryRequest

NAMES = {"redis_prefix": "saved:", "search_index": "saved"}
BUSY, FAILED = 4, 1


@dataclass(frozen=True)
class Saved:
    """A watch that was backed up while it ran, and has ended since. `before`: id → version of each article."""

    folder: Path
    backup: Path
    newsroom: Newsroom
    runtime: Runtime
    environment: dict[str, str]
    before: dict[str, int]
    audit: dict[str, Any]
    forgotten: str
    stories: set[str]
    refused: Answer

    def kuzet(self, *arguments: str) -> Answer:
        return kuzet(*arguments, **self.environment)

    def articles(self) -> dict[str, int]:
        self.runtime.search.refresh()
        return {one.article_id: one.version for one in self.runtime.search.scan(SearchRequest())}

    def destroy(self) -> None:
        """Lose what the engines had."""
        delete_keys(self.runtime.redis, NAMES["redis_prefix"])
        self.runtime.search.client.indices.delete(index="saved-*")


@pytest.fixture(scope="module")
def saved(start_watch: StartWatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """Backed up after it settled; one article was forgotten, one feed added by hand."""
    folder, backup = tmp_path_factory.mktemp("watch"), tmp_path_factory.mktemp("backups") / "first"
    site = tmp_path_factory.mktemp("site")
    (site / "feeds.yaml").write_text("feeds: []\n")
    with Newsroom(troubles=QUICK) as newsroom:
        with start_watch(folder, newsroom=newsroom, site=site, **NAMES) as watch:
            watch.settle()
            forgotten = next(iter(watch.runtime.search.scan(SearchRequest()))).article_id
            assert watch.kuzet("forget", forgotten, "--yes").returncode == 0
            shutil.copyfile(folder / "newsroom.yaml", folder / "feeds.yaml")
            answer = watch.kuzet("backup", str(backup))
            assert answer.returncode == 0, answer.stderr
            refused = watch.kuzet("restore", str(backup))
            before = {one.article_id: one.version for one in watch.runtime.search.scan(SearchRequest())}
            audit = json.loads(watch.kuzet("audit", "--json").stdout)
            watch.wait(lambda: not watch.runtime.state.stories.waiting)
            stories = stories_of(watch.runtime)
            environment, runtime = watch.run.environment(), watch.runtime
        delete_workers(runtime.redis)
        yield Saved(folder, backup, newsroom, runtime, environment, before, audit, forgotten, stories, refused)


def stories_of(runtime: Runtime) -> set[str]:
    runtime.story_index.refresh()
    return {one["id"] for one in runtime.story_index.search(StoryRequest(size=500)).stories}


def delete_workers(redis: Redis) -> None:
    """Ended workers are believed for 20 s; the tests do not wait for that."""
    redis.delete("saved:workers")


def test_a_restore_is_refused_while_workers_run(saved: Saved) -> None:
    """They would write between what is restored."""
    assert saved.refused.returncode == BUSY
    assert "kuzet down" in saved.refused.stderr


def test_a_state_is_not_replaced_by_mistake(saved: Saved) -> None:
    """A person who restores on the wrong machine loses nothing."""
    answer = saved.kuzet("restore", str(saved.backup))
    assert answer.returncode == FAILED
    assert "--replace" in answer.stderr


def test_what_a_site_edits_is_in_it(saved: Saved) -> None:
    """On a server rules and feeds of one's own lie there, and not in the config folder."""
    assert (saved.backup / "site" / "feeds.yaml").read_text() == "feeds: []\n"


def test_a_backup_is_never_written_over(saved: Saved) -> None:
    """The one before may be the good one."""
    answer = saved.kuzet("backup", str(saved.backup))
    assert answer.returncode == FAILED
    assert "is there already" in answer.stderr


@pytest.mark.parametrize("name", ["state.jsonl.zst", "articles.jsonl.zst", "manifest.json"])
def test_a_damaged_backup_changes_nothing(saved: Saved, tmp_path: Path, name: str) -> None:
    """A half-copied backup must not take the place of what is there."""
    copy = shutil.copytree(saved.backup, tmp_path / "copy")
    (copy / name).write_bytes((copy / name).read_bytes()[:-20])
    before = saved.runtime.redis.dbsize()
    answer = saved.kuzet("restore", str(copy), "--replace")
    assert answer.returncode == FAILED
    assert name in answer.stderr
    assert saved.runtime.redis.dbsize() == before


def test_one_backup_at_a_time(saved: Saved, tmp_path: Path) -> None:
    """The first that ends lifts the standstill of the other, whose state would then be of two moments."""
    scripts = Scripts(saved.runtime.redis, NAMES["redis_prefix"])
    first = take_lock(scripts, keys.BACKUP, lease_s=60)
    assert first
    answer = saved.kuzet("backup", str(tmp_path / "second"))
    assert answer.returncode == FAILED
    assert "is just being taken" in answer.stderr
    assert not (tmp_path / "second").exists()
    keep_lock(scripts, keys.BACKUP, first, lease_s=0)
    for _ in range(2):
        assert list(read_keys(saved.runtime.redis, NAMES["redis_prefix"]))


def test_a_standstill_that_ended_is_no_backup(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that is slower than its pause, or is restarted meanwhile, shows no one moment."""
    monkeypatch.setattr(keys, "PAUSE_S", 0.001)
    with pytest.raises(KuzetError, match="too slow"):
        list(read_keys(saved.runtime.redis, NAMES["redis_prefix"]))


def test_everything_comes_back(saved: Saved, start_watch: StartWatch) -> None:
    """Articles in their versions, the books, the tombstone; and a watch goes on where the backup was taken."""
    saved.destroy()
    (saved.folder / "feeds.yaml").unlink()
    answer = saved.kuzet("restore", str(saved.backup), "--json")
    assert answer.returncode == 0, answer.stderr
    assert saved.articles() == saved.before
    assert json.loads(saved.kuzet("audit", "--json").stdout)["accounts"] == saved.audit["accounts"]
    assert saved.forgotten in saved.runtime.state.forgotten
    assert (saved.folder / "feeds.yaml").exists()
    assert saved.runtime.state.rebuilds.current() is None
    assert saved.runtime.state.stories.waiting >= len(saved.stories)

    with start_watch(saved.folder, newsroom=saved.newsroom, **NAMES) as watch:
        watch.settle()
        after = saved.articles()
        assert {key: after[key] for key in saved.before} == saved.before
        assert saved.forgotten not in after
        watch.wait(lambda: not watch.runtime.state.stories.waiting)
        assert saved.stories <= stories_of(watch.runtime)
        assert watch.runtime.state.outcomes.audit(now=Runtime.now()).is_balanced
    delete_workers(saved.runtime.redis)


def test_what_was_forgotten_after_the_backup_stays_forgotten(saved: Saved) -> None:
    """Somebody asked for it to be gone; a restore for another reason must not bring it back."""
    gone = next(iter(saved.articles()))
    assert saved.kuzet("forget", gone, "--yes").returncode == 0
    answer = saved.kuzet("restore", str(saved.backup), "--replace", "--json")
    assert answer.returncode == 0, answer.stderr
    assert gone not in saved.articles()
    assert {gone, saved.forgotten} <= saved.runtime.state.forgotten.ids()
    assert saved.runtime.state.articles.trace(gone) is None
    assert saved.runtime.state.outcomes.audit(now=Runtime.now()).is_balanced


def test_an_index_that_was_deleted_is_named_and_filled_again(saved: Saved, start_watch: StartWatch) -> None:
    """The watch made an empty one, said that all is well, and took what feeds list for known."""
    before = saved.articles()
    saved.runtime.search.client.indices.delete(index="saved-0*")
    with start_watch(saved.folder, newsroom=saved.newsroom, **NAMES) as watch:
        watch.wait(lambda: bool(saved.runtime.search.index_name()))
        problems = json.loads(watch.kuzet("status", "--json").stdout)["problems"]
        assert any("`kuzet rebuild-state`" in problem for problem in problems), problems
        answer = json.loads(watch.kuzet("rebuild-state", "--json").stdout)
        assert answer["lost"] >= len(before) - answer["adopted"] > 0
        watch.wait(lambda: saved.articles().keys() >= before.keys())
        assert not saved.runtime.state.problems.current(now=Runtime.now())
    delete_workers(saved.runtime.redis)


def test_half_a_restore_is_named_and_finished(saved: Saved, start_watch: StartWatch, tmp_path: Path) -> None:
    """It was killed after the old state was deleted: a watch that works on it would take all articles for new ones."""
    broken = shutil.copytree(saved.backup, tmp_path / "copy")
    (broken / "articles.jsonl.zst").write_bytes((broken / "articles.jsonl.zst").read_bytes()[:-20])
    manifest = json.loads((broken / "manifest.json").read_text())
    manifest["digests"]["articles.jsonl.zst"] = digest(broken / "articles.jsonl.zst")
    (broken / "manifest.json").write_text(json.dumps(manifest))
    assert saved.kuzet("restore", str(broken), "--replace").returncode == FAILED
    with start_watch(saved.folder, newsroom=saved.newsroom, **NAMES) as watch:
        watch.wait(lambda: present(watch.runtime.redis, NAMES["redis_prefix"], now=Runtime.now()))
        problem = json.loads(watch.kuzet("status", "--json").stdout)["problems"][0]
        sighted = watch.runtime.state.outcomes.audit(now=Runtime.now()).sighted
    assert f"run `kuzet restore {broken}` again" in problem
    delete_workers(saved.runtime.redis)
    assert saved.kuzet("restore", str(saved.backup)).returncode == 0
    assert saved.runtime.state.restoring.folder == ""
    assert sighted <= saved.runtime.state.outcomes.audit(now=Runtime.now()).sighted


def test_the_state_is_made_anew_from_the_index(saved: Saved) -> None:
    """The broker's disk is gone and there is no backup: what is indexed is known, and does not come twice."""
    there = saved.articles()
    delete_keys(saved.runtime.redis, NAMES["redis_prefix"])
    answer = saved.kuzet("rebuild-state", "--json")
    assert json.loads(answer.stdout) == {"adopted": len(there), "lost": 0}
    assert json.loads(saved.kuzet("rebuild-state", "--json").stdout) == {"adopted": 0, "lost": 0}
    traced = saved.runtime.state.articles.trace(next(iter(there)))
    assert traced is not None
    assert traced.version == there[traced.article_id]
