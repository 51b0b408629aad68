"""The commands as people and scripts run them: real processes on a running watch."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from typer.testing import CliRunner

from pipelines.search.request import FILTERS, SearchRequest
from pipelines.urls import article_id
from tests.support.commands import KUZET
from tests.support.running_watch import StartWatch, Watch
from tests.support.terminal import Terminal
from worker.cli import app
from worker.cli.console import USAGE

COMMANDS = ("search", "export")
ONE_OF_EACH = (
    "search --since no-such-day",
    "trace https://nowhere.kz/x",
    "audit --json",
    "quarantine replay no-such-id",
    "reindex --list",
    "feeds remove no-such-feed",
    "export полиция -",
    "tag -",
    "stem --language kk",
    "rules test no-such-topic",
    "settings",
    "no-such-command",
)
"""Commands of every group that say the same twice."""


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch) -> Iterator[Watch]:
    """A watch with the newsroom's first eight stories."""
    with start_watch() as watch:
        watch.settle()
        yield watch


@pytest.fixture(scope="module")
def terminal(watch: Watch) -> Terminal:
    return Terminal(watch.runtime.settings.data)


@pytest.mark.parametrize("command", ONE_OF_EACH)
def test_a_command_of_the_tests_is_a_command_of_a_shell(terminal: Terminal, command: str):
    """Most tests fork their commands from a process that has loaded everything: one of each group is begun anew."""
    forked, anew = (run(*command.split(), given="Полиция\n") for run in (terminal.run, terminal.run_anew))
    assert forked.stdout + forked.stderr
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)


def test_status_says_that_all_is_well(terminal: Terminal):
    """The first thing a person asks."""
    (found,) = terminal.json("status", "--json")
    assert found["problems"] == []
    assert {queue for worker in found["workers"] for queue in worker["queues"]} == {
        "io", "cpu", "tick", "drain", "upkeep",
    }  # fmt: skip
    assert found["search"]["articles"] > 0
    assert found["last_article"]["title"]
    assert "All is well." in terminal.run("status").stdout


def test_search_finds_filters_and_counts(terminal: Terminal):
    """A script reads hits, facets and the page mark."""
    (everything,) = terminal.json("search", "--json", "--limit", "2", "--sort", "time")
    assert len(everything["hits"]) == 2
    assert everything["next"]
    (more,) = terminal.json("search", "--json", "--limit", "2", "--sort", "time", "--after", everything["next"])
    assert {hit["id"] for hit in more["hits"]}.isdisjoint(hit["id"] for hit in everything["hits"])
    source = everything["facets"]["source"][0]
    (filtered,) = terminal.json("search", "--json", "--source", source["value"])
    assert filtered["total"] == source["count"]


def test_search_for_nothing_is_shown_by_the_exit_code(terminal: Terminal):
    """`kuzet search … && alert` must not alert."""
    answer = terminal.run("search", "сөзжоқмұндай")
    assert (answer.returncode, "0 articles" in answer.stdout) == (1, True)


def test_search_shows_what_is_like_an_article(terminal: Terminal):
    """From one article to others, by its address or its id; not together with a query."""
    (newest,) = terminal.json("search", "--json", "--limit", "1")
    one = newest["hits"][0]
    for name in (one["id"], one["url"]):
        answer = terminal.run("search", "--like", name, "--json")
        assert one["id"] not in {hit["id"] for hit in json.loads(answer.stdout)["hits"]}
    refused = terminal.run("search", "полиция", "--like", one["id"])
    assert (refused.returncode, "takes the place of a query" in refused.stderr) == (USAGE, True)


def test_search_and_export_select_by_the_same_options():
    """One table of options: what narrows a search narrows an export."""
    options = [set(re.findall(r"--[a-z]+", CliRunner().invoke(app, [name, "--help"]).output)) for name in COMMANDS]
    filters = {f"--{name}" for name in FILTERS} | {"--since", "--until"}
    assert all(filters <= found for found in options)


@pytest.mark.parametrize("query", ['"', "(", "a:b:c", "*", "\\", "topic:", "-", "OR OR", "«»"])
def test_no_query_breaks_the_search(watch: Watch, query: str):
    """A stray quote searches, it does not fail."""
    assert watch.runtime.search.search(SearchRequest(text=query)).total >= 0


def test_a_reader_that_leaves_is_no_failure(terminal: Terminal):
    """`kuzet search | head` under `set -o pipefail`; for text, JSON and exports."""
    script = f"set -o pipefail; {shlex.join(KUZET)} search | true; {shlex.join(KUZET)} export - | head -c 9 >/dev/null"
    env = terminal.environment()
    shell = subprocess.run(["bash", "-c", f"set -e; {script}"], env=env, capture_output=True, text=True, check=False)
    assert (shell.returncode, shell.stderr) == (0, "")


def test_a_misspelt_filter_is_refused_and_an_unknown_source_is_warned_of(watch: Watch, terminal: Terminal):
    """«0 articles» would say that nothing happened."""
    for command in (["search"], ["export", "-"], ["watch"], ["retag", "--dry-run"]):
        answer = terminal.run(*command, "--topic", "fraudd")
        assert (answer.returncode, "no topic fraudd; did you mean fraud?" in answer.stderr) == (USAGE, True), command
    source = next(iter(watch.runtime.catalogue)).source
    for command in (["search"], ["retag", "--dry-run"], ["reextract", "--no-wait"]):
        assert (
            f"no source {source}x is known; did you mean {source}?"
            in terminal.run(*command, "--source", f"{source}x").stderr
        )


def test_a_filter_is_understood_by_its_label(terminal: Terminal):
    """People know regions by their own names."""
    (found,) = terminal.json("search", "--json", "--limit", "1", "--sort", "time")
    region = found["facets"]["region"][0]
    labels = {"Turkestan": "Түркістан облысы", "Almaty (city)": "Алматы", "Astana (city)": "Астана"}
    wanted = labels.get(region["value"], region["value"].upper())
    (named,) = terminal.json("search", "--json", "--region", wanted)
    assert named["total"] == region["count"]


def test_trace_shows_the_journey_by_url_and_by_id(watch: Watch, terminal: Terminal):
    """What happened to this article?"""
    expectation = next(each for each in watch.newsroom.expectations() if each.outcomes == ("indexed",))
    (by_url,) = terminal.json("trace", expectation.link, "--json")
    (by_id,) = terminal.json("trace", article_id(expectation.link), "--json")
    assert by_url == by_id
    assert by_url["steps"][0]["event"] == "sighted"
    assert by_url["outcome"] == "indexed"
    unknown = terminal.run("trace", "https://nowhere.kz/x")
    assert (unknown.returncode, "was never seen" in unknown.stderr) == (1, True)


def test_audit_proves_the_sums(watch: Watch, terminal: Terminal):
    """Trust that nothing was missed."""
    (books,) = terminal.json("audit", "--json")
    assert books["balanced"]
    assert books["sighted"] == watch.newsroom.expected_sightings


def test_feeds_are_listed_with_their_polls(terminal: Terminal):
    """How is each feed doing?"""
    rows = terminal.json("feeds", "list", "--json")
    assert len(rows) == 7
    assert all(row["polls"] for row in rows)


def test_a_feed_can_be_checked_added_and_removed(watch: Watch, terminal: Terminal):
    """Try it before adding it; workers follow by themselves."""
    url = watch.newsroom.feed_url("eki")
    (seen,) = terminal.json("feeds", "check", url, "--json")
    assert seen["entries"] > 0
    assert terminal.run("feeds", "remove", "eki").returncode == 0
    assert "eki" not in {row["id"] for row in terminal.json("feeds", "list", "--json")}
    added = terminal.run("feeds", "add", url, "--id", "eki", "--source", "eki")
    assert added.returncode == 0, added.stderr
    assert "eki" in {row["id"] for row in terminal.json("feeds", "list", "--json")}
    assert terminal.run("feeds", "remove", "no-such-feed").returncode == 1


def test_imported_texts_take_the_same_way(watch: Watch, terminal: Terminal, tmp_path: Path):
    """Texts, rows and pages are indexed once, found in any form, and known the second time."""
    (tmp_path / "bir.txt").write_text(
        "Тексерушілер қоймада контрабанда тапты\n\nТексеру әлі жүріп жатыр.", encoding="utf-8"
    )
    (tmp_path / "eki.jsonl").write_text(
        '{"text": "Следователи изъяли поддельные паспорта у перекупщика в Шымкенте."}\n'
    )
    (tmp_path / "ush.html").write_text(
        "<html><head><title>Көпір жөнделді</title></head><body><article><h1>Көпір жөнделді</h1>"
        + "<p>Қала шетіндегі көпір толық жөнделіп, көлік қозғалысы ашылды деп хабарлады әкімдік өкілі.</p>" * 3
        + "</article></body></html>",
        encoding="utf-8",
    )
    files = [str(tmp_path / name) for name in ("bir.txt", "eki.jsonl", "ush.html")]
    (first,) = terminal.json("import", *files, "--json")
    assert first == {"indexed": 3}
    (second,) = terminal.json("import", *files, "--json")
    assert second == {"known already": 3}
    watch.runtime.search.refresh()
    for query in ("контрабандадан", "паспорту", "көпірлерге"):
        (found,) = terminal.json("search", query, "--source", "import", "--json")
        assert found["total"] == 1, query


def test_an_unusable_file_is_named_and_the_others_are_imported(terminal: Terminal, tmp_path: Path):
    """One bad file loses nothing."""
    (tmp_path / "good.txt").write_text("Бүгін жаңа мектеп ашылды\n\nМектепте сегіз жүз бала оқиды.", encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes("Привет".encode("cp1251"))
    (tmp_path / "bad.jsonl").write_text('{"text": "Жол жөндеу басталды бүгін"}\n{oops\n')
    answer = terminal.run("import", *map(str, sorted(tmp_path.iterdir())), "--json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout) == {"indexed": 2, "unusable": 2}
    assert "bad.jsonl, line 2" in answer.stderr
    assert "bad.txt: is not UTF-8" in answer.stderr


def test_the_stages_work_by_hand(watch: Watch, terminal: Terminal, tmp_path: Path):
    """Feed → fetch → extract → tag: the same code the workers run, on a file or standard input."""
    entries = terminal.json("feed", str(feed_file(watch, tmp_path)), "--json")
    page = terminal.json("fetch", entries[0]["link"], "--json")[0]
    assert page["title"] == entries[0]["title"]
    row = {"id": "a", "title": page["title"], "text": page["text"]}
    (tagged,) = terminal.json("tag", "--jsonl", "-", given=json.dumps(row, ensure_ascii=False) + "\n")
    assert tagged["id"] == "a"
    assert tagged["language"] == "kk"
    assert set(tagged) >= {"topics", "severity", "regions", "figures", "persons", "organisations", "contexts", "tags"}


def feed_file(watch: Watch, folder: Path) -> Path:
    file = folder / "feed.xml"
    file.write_bytes(urllib3.request("GET", watch.newsroom.feed_url("ukili")).data)
    return file


def test_words_have_keys_and_forms(terminal: Terminal):
    """One word a line in, its keys a line out, whatever the word."""
    answer = terminal.run("stem", "--language", "kk", given="қылмыстарының\nқылмыс\n\nnot-kazakh\n")
    lines = answer.stdout.split("\n")
    assert len(lines) == 5
    assert set(lines[0].split()) & set(lines[1].split())
    assert "өлтірмеді\tnegated" in terminal.run("inflect", "өлтір-").stdout


def test_without_a_watch_the_way_out_is_reported(tmp_path: Path):
    """A newcomer's first mistake."""
    answer = Terminal(tmp_path).run("status")
    assert answer.returncode == 3
    assert "kuzet up" in answer.stderr


def test_a_second_watch_on_the_folder_is_refused(terminal: Terminal):
    """Two watches on one folder would fight over its engines."""
    answer = terminal.run("up")
    assert answer.returncode == 4
    assert "another kuzet" in answer.stderr


@pytest.mark.parametrize("command", ["up", "demo", "search", "import", "tag", "feeds add", "stem"])
def test_help_has_an_example(command: str):
    """People do not read a manual first."""
    answer = CliRunner().invoke(app, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Example" in answer.output
