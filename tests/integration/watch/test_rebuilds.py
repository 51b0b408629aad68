"""Rebuilds by real workers, while articles come in and people search: begun by commands, killed, taken up again."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from pipelines.models import VersionedDocument
from pipelines.search.request import SearchRequest
from tests.support.busy_newsroom import Writer
from tests.support.forks import run_program
from tests.support.running_watch import StartWatch, Watch
from worker.cli.archives import reading


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch) -> Iterator[Watch]:
    """A watch whose first articles have settled."""
    with start_watch() as watch:
        watch.settle()
        yield watch


def titles(watch: Watch) -> dict[str, str]:
    """What is in the index: article → title."""
    watch.runtime.search.refresh()
    return {one.article_id: one.document["title"] for one in watch.runtime.search.scan(SearchRequest())}


def step(watch: Watch) -> str:
    run = watch.runtime.state.rebuilds.current()
    return str(run.progress["step"]) if run else ""


def is_over(watch: Watch) -> bool:
    return watch.runtime.state.rebuilds.current() is None


def wait_for_the_end(watch: Watch) -> None:
    watch.wait(lambda: is_over(watch))
    last = watch.runtime.state.rebuilds.last()
    assert last
    assert not last.problem


def all_said(watch: Watch, writer: Writer) -> bool:
    found = titles(watch)
    return all(found.get(key) == title for key, title in writer.said.items())


def generation(watch: Watch) -> int:
    return int(watch.runtime.search.index_name()[-6:])


def listed(watch: Watch) -> list[dict]:
    indices: list[dict] = json.loads(watch.kuzet("reindex", "--list", "--json").stdout)["indices"]
    return indices


def test_a_killed_reindex_loses_no_write(watch: Watch):
    """The worker that copies is killed in the middle, articles come in and are revised all the time."""
    before = titles(watch)
    with Writer(watch.runtime) as writer:
        watch.wait(lambda: len(titles(watch)) > len(before))
        begun = watch.kuzet("reindex", "--no-wait").stdout
        assert begun == "The reindex is with the workers. `kuzet reindex --attach` follows it.\n"
        watch.wait(lambda: step(watch) in {"copy", "catch_up", "switch"}, slowest_s=0.02)
        watch.kill("index")
        second = watch.kuzet("reindex")
        wait_for_the_end(watch)
    assert (second.returncode, "is running a reindex" in second.stderr) == (4, True), second.stderr
    assert generation(watch) == 2
    watch.wait(lambda: all_said(watch, writer))
    assert len(titles(watch)) == len(before) + len(writer.said)
    assert before.keys() <= titles(watch).keys()


def test_the_task_does_what_the_command_does_and_may_be_followed(watch: Watch):
    """Knowing Celery is enough to begin it; a person who comes later sees how it ends."""
    call = [sys.executable, "-m", "celery", "-A", "worker", "call", "kuzet.reindex"]
    assert run_program(call, os.environ | watch.run.environment()).returncode == 0
    watch.wait(lambda: step(watch) != "", slowest_s=0.02)
    followed = watch.kuzet("reindex", "--attach", "--json")
    assert followed.returncode == 0, followed.stderr
    assert json.loads(followed.stdout)["target"].endswith("-000003")
    assert generation(watch) == 3


def test_the_way_back_takes_along_what_came_since(watch: Watch):
    """A dictionary that was a mistake must not cost an article."""
    writer = Writer(watch.runtime)
    writer.say(5_000, version=1)
    watch.wait(lambda: all_said(watch, writer))
    rolled = watch.kuzet("reindex", "--rollback")
    assert rolled.returncode == 0, rolled.stderr
    assert generation(watch) == 2
    assert all_said(watch, writer)


def test_indices_are_listed_with_what_they_are(watch: Watch):
    """Before going back or throwing away, one looks."""
    found = listed(watch)
    assert [one["index"][-6:] for one in found] == ["000001", "000002", "000003"]
    assert [one["live"] for one in found] == [False, True, False]
    assert found[2]["kept_until"] > found[2]["replaced_at"]


def test_a_dry_run_says_whether_there_is_need(watch: Watch):
    """A reindex of a large index is not begun for nothing."""
    planned = json.loads(watch.kuzet("reindex", "--dry-run", "--json").stdout)
    assert planned["reasons"] == []
    assert planned["target"].endswith("-000004")
    assert is_over(watch)


def test_a_killed_rollover_loses_and_doubles_no_article(watch: Watch):
    """New articles go to another index while revisions of the old ones come in; its worker is killed in the middle."""
    planned = json.loads(watch.kuzet("rollover", "--dry-run", "--json").stdout)
    assert (planned["source"], planned["due"]) == (watch.runtime.search.index_name(), False)
    before = titles(watch)
    with Writer(watch.runtime) as writer:
        assert "`kuzet rollover --attach` follows it" in watch.kuzet("rollover", "--no-wait").stdout
        watch.wait(lambda: step(watch) in {"create", "switch"}, slowest_s=0.01)
        watch.kill("index")
        wait_for_the_end(watch)
        writer.say(6_000, version=1)
    assert watch.runtime.search.index_name() == planned["target"]
    watch.wait(lambda: all_said(watch, writer))
    assert watch.runtime.search.count() == len(titles(watch))
    assert before.keys() <= titles(watch).keys()
    live = [one["articles"] for one in listed(watch) if one["live"]]
    assert min(live) > 0
    assert sum(live) == len(titles(watch))


def test_all_parts_are_reindexed_by_one_command(watch: Watch):
    """One after the other, and what they were is named."""
    done = watch.kuzet("reindex")
    assert done.returncode == 0, done.stderr
    replaced = [one["index"] for one in listed(watch) if one["replaced_at"]]
    live = [one["index"] for one in listed(watch) if one["live"]]
    assert [one[-6:] for one in live] == ["000004", "000002"]
    sentence = f"{len(titles(watch))} articles are in {', '.join(live)} now;"
    assert done.stdout.startswith(sentence), done.stdout
    assert replaced[-1] in done.stdout


# ---------------------------------------------------------------- documents written anew


def documents(watch: Watch) -> dict[str, dict]:
    watch.runtime.search.refresh()
    return {one.article_id: dict(one.document) for one in watch.runtime.search.scan(SearchRequest())}


def make_old(watch: Watch) -> None:
    """Let all tags be those of older rules."""
    watch.runtime.search.refresh()
    found = list(watch.runtime.search.scan(SearchRequest()))
    old = [
        VersionedDocument(
            article_id=one.article_id,
            version=one.version + 1,
            document={**one.document, "ruleset": "old", "topics": ["weather"]},
        )
        for one in found
    ]
    assert {str(result.status) for result in watch.runtime.search.bulk(old)} == {"written"}
    watch.runtime.search.refresh()


def test_a_retag_by_the_workers_gives_every_article_its_tags_back(watch: Watch):
    """The dry run says what will be, and the command does it."""
    before = documents(watch)
    make_old(watch)
    planned = json.loads(watch.kuzet("retag", "--dry-run", "--json").stdout)["topics"]
    assert {one["topic"]: one["lost"] for one in planned}["weather"] == len(before)
    done = watch.kuzet("retag", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] == len(before)
    assert documents(watch) == before


def test_an_export_comes_back_without_what_was_forgotten(watch: Watch, tmp_path: Path):
    """The whole archive in one file, and a person's wish is stronger than it."""
    before = documents(watch)
    archive = tmp_path / "all.jsonl.zst"
    exported = watch.kuzet("export", str(archive))
    assert exported.stdout.startswith(f"{len(before)} articles are in"), exported.stderr
    assert "It is forgotten" in watch.kuzet("forget", min(before)).stdout
    imported = json.loads(watch.kuzet("import", str(archive), "--json").stdout)["outcomes"]
    assert imported == {"known already": len(before) - 1, "forgotten": 1}
    assert documents(watch).keys() == before.keys() - {min(before)}


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_an_export_makes_an_empty_system_equal(watch: Watch, tmp_path: Path, suffix: str):
    """Moving to another server: what was exported there is what was exported here, line by line."""
    empty = {"KUZET_SEARCH_INDEX": f"moved-{token_hex(4)}", "KUZET_REDIS_PREFIX": f"moved{token_hex(4)}:"}
    here, there = tmp_path / f"here{suffix}", tmp_path / f"there{suffix}"
    assert watch.kuzet("export", str(here)).returncode == 0
    restored = json.loads(watch.kuzet("import", str(here), "--json", **empty).stdout)
    assert restored == {"outcomes": {"restored": len(documents(watch))}}
    time.sleep(1.5)  # what was written becomes searchable by itself
    assert watch.kuzet("export", str(there), **empty).returncode == 0
    assert lines(there) == lines(here)
    watch.runtime.search.client.indices.delete(index=f"{empty['KUZET_SEARCH_INDEX']}-*")


def lines(file: Path) -> list[str]:
    with reading(str(file)) as stream:
        return sorted(line.decode() for line in stream)


def test_an_export_selects_as_a_search_does(watch: Watch, tmp_path: Path):
    """One source, compressed for a colleague; a file without a name for it is not made of the query's last word."""
    file = tmp_path / "writer.jsonl.gz"
    assert watch.kuzet("export", "угонщиков", str(file), "--source", "writer").returncode == 0
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        assert {json.loads(line)["source"] for line in lines} == {"writer"}
    assert "is no name for an export" in watch.kuzet("export", "угонщиков").stderr


def test_a_table_opens_in_a_spreadsheet(watch: Watch, tmp_path: Path):
    """For those who count in columns; it is no archive, and says so when it is imported."""
    file = tmp_path / "all.csv"
    assert watch.kuzet("export", str(file)).returncode == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    for key, document in documents(watch).items():
        assert rows[key]["title"] == document["title"]
        assert rows[key]["body"] == document["body"]
        assert rows[key]["topics"].split("; ") == document.get("topics", [""])
    assert "is a table" in watch.kuzet("import", str(file)).stderr
