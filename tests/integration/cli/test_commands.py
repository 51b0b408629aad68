"""The commands as people and scripts run them: real processes next to a running watch."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3
from typer.testing import CliRunner

from pipelines.models import Entry, Feed
from pipelines.search.request import FILTERS, SearchRequest
from pipelines.urls import article_id
from tests.support.commands import KUZET, run, run_anew
from tests.support.forks import run_program
from tests.support.terminal import Terminal, WatchTerminal
from worker.cli import app
from worker.cli.console import USAGE
from worker.cli.importing import Import, follow, hand_over
from worker.state.records import day_of

COMMANDS = ("search", "export")
ONE_OF_EACH = (
    "audit --json",  # asks the broker
    "export полиция -",  # the index
    "tag -",  # the rules, and reads standard input
    "stem --language kk",  # the dictionary
    "settings",
    "no-such-command",
)
"""Commands of every kind that say the same twice; each new Python takes two seconds of computing."""


@pytest.mark.parametrize("command", ONE_OF_EACH)
def test_a_command_of_the_tests_is_a_command_of_a_shell(terminal: WatchTerminal, command: str):
    """Most tests fork their commands from a process that has loaded everything: one of each group is begun anew."""
    forked, anew = (start(command.split(), terminal.environment(), given="Полиция\n") for start in (run, run_anew))
    assert forked.stdout + forked.stderr
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)


def test_status_says_that_all_is_well(terminal: WatchTerminal):
    """The first thing a person asks."""
    (found,) = terminal.json("status", "--json")
    assert found["problems"] == []
    assert {queue for worker in found["workers"] for queue in worker["queues"]} == {
        "io", "cpu", "tick", "drain", "upkeep",
    }  # fmt: skip
    assert found["search"]["articles"] > 0
    assert found["last_article"]["title"]
    assert "All is well." in terminal.run("status").stdout


def test_search_finds_filters_and_counts(terminal: WatchTerminal):
    """A script reads hits, facets and the page mark."""
    (everything,) = terminal.json("search", "--json", "--limit", "2", "--sort", "time")
    assert len(everything["hits"]) == 2
    assert everything["next"]
    (more,) = terminal.json("search", "--json", "--limit", "2", "--sort", "time", "--after", everything["next"])
    assert {hit["id"] for hit in more["hits"]}.isdisjoint(hit["id"] for hit in everything["hits"])
    source = everything["facets"]["source"][0]
    (filtered,) = terminal.json("search", "--json", "--source", source["value"])
    assert filtered["total"] == source["count"]


def test_search_for_nothing_is_told_by_the_exit_code(terminal: WatchTerminal):
    """`kuzet search … && alert` must not alert."""
    answer = terminal.run("search", "сөзжоқмұндай")
    assert (answer.returncode, "0 articles" in answer.stdout) == (1, True)


def test_search_shows_what_is_like_an_article(terminal: WatchTerminal):
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
def test_no_query_breaks_the_search(terminal: WatchTerminal, query: str):
    """A stray quote searches, it does not fail."""
    assert terminal.watch.runtime.search.search(SearchRequest(text=query)).total >= 0


def test_a_reader_that_leaves_is_no_failure(terminal: WatchTerminal):
    """`kuzet search | head` under `set -o pipefail`; for text, JSON and exports."""
    script = f"set -o pipefail; {shlex.join(KUZET)} search | true; {shlex.join(KUZET)} export - | head -c 9 >/dev/null"
    env = {**os.environ, "KUZET_DATA": str(terminal.data)}
    shell = subprocess.run(["bash", "-c", f"set -e; {script}"], env=env, capture_output=True, text=True, check=False)
    assert (shell.returncode, shell.stderr) == (0, "")


def test_a_misspelt_filter_is_refused_and_an_unknown_source_is_warned_of(terminal: WatchTerminal):
    """«0 articles» would say that nothing happened."""
    for command in (["search"], ["export", "-"], ["watch"], ["retag", "--dry-run"]):
        answer = terminal.run(*command, "--topic", "fraudd")
        assert (answer.returncode, "no topic fraudd; did you mean fraud?" in answer.stderr) == (USAGE, True), command
    source = next(iter(terminal.watch.runtime.catalogue)).source
    for command in (["search"], ["retag", "--dry-run"], ["reextract", "--no-wait"]):
        assert (
            f"no source {source}x is known; did you mean {source}?"
            in terminal.run(*command, "--source", f"{source}x").stderr
        )


def test_a_filter_is_understood_by_its_label(terminal: WatchTerminal):
    """People know regions by their own names."""
    (found,) = terminal.json("search", "--json", "--limit", "1", "--sort", "time")
    region = found["facets"]["region"][0]
    labels = {"Turkestan": "Түркістан облысы", "Almaty (city)": "Алматы", "Astana (city)": "Астана"}
    wanted = labels.get(region["value"], region["value"].upper())
    (named,) = terminal.json("search", "--json", "--region", wanted)
    assert named["total"] == region["count"]


def test_trace_tells_the_journey_by_url_and_by_id(terminal: WatchTerminal):
    """What happened to this article?"""
    expectation = next(each for each in terminal.watch.newsroom.expectations() if each.outcomes == ("indexed",))
    (by_url,) = terminal.json("trace", expectation.link, "--json")
    (by_id,) = terminal.json("trace", article_id(expectation.link), "--json")
    assert by_url == by_id
    assert by_url["steps"][0]["event"] == "sighted"
    assert by_url["outcome"] == "indexed"
    unknown = terminal.run("trace", "https://nowhere.kz/x")
    assert (unknown.returncode, "was never seen" in unknown.stderr) == (1, True)


def test_audit_proves_the_sums(terminal: WatchTerminal):
    """Trust that nothing was missed."""
    (books,) = terminal.json("audit", "--json")
    assert books["balanced"]
    assert sum(account["sighted"] for account in books["accounts"]) == books["sighted"]
    assert {account["day"] for account in books["accounts"]} <= {day_of(time.time()), day_of(time.time() - 86_400)}
    assert books["sighted"] == terminal.watch.newsroom.expected_sightings


def test_feeds_are_listed_with_their_polls(terminal: WatchTerminal):
    """How is each feed doing?"""
    (answer,) = terminal.json("feeds", "list", "--json")
    rows = answer["feeds"]
    assert len(rows) == 7
    assert all(row["polls"] for row in rows)
    assert all(row["habits"] == [] for row in rows)


def test_a_feed_can_be_checked_added_and_removed(terminal: WatchTerminal):
    """Try it before adding it; workers follow by themselves."""
    url = terminal.watch.newsroom.feed_url("eki")
    (seen,) = terminal.json("feeds", "check", url, "--json")
    assert seen["entries"] > 0
    assert terminal.run("feeds", "remove", "eki").returncode == 0
    assert "eki" not in listed_feeds(terminal)
    added = terminal.run("feeds", "add", url, "--id", "eki", "--source", "eki")
    assert added.returncode == 0, added.stderr
    assert "eki" in listed_feeds(terminal)
    assert terminal.run("feeds", "remove", "nosuch").returncode == 2


def listed_feeds(terminal: WatchTerminal) -> set[str]:
    (answer,) = terminal.json("feeds", "list", "--json")
    return {row["id"] for row in answer["feeds"]}


def test_imported_texts_take_the_same_way(terminal: WatchTerminal, tmp_path: Path):
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
    assert first == {"outcomes": {"indexed": 3}}
    (second,) = terminal.json("import", *files, "--json")
    assert second == {"outcomes": {"known already": 3}}
    terminal.watch.runtime.search.refresh()
    for query in ("контрабандадан", "паспорту", "көпірлерге"):
        (found,) = terminal.json("search", query, "--source", "import", "--json")
        assert found["total"] == 1, query


def run_in(terminal: WatchTerminal, folder: Path, *arguments: str) -> dict:
    answer = run((*arguments, "--json"), terminal.environment(), folder=folder)
    outcomes = json.loads(answer.stdout)["outcomes"] if answer.stdout else {}
    return {"exit": answer.returncode, "said": answer.stderr, **outcomes}


def test_files_of_one_name_are_two_articles(terminal: WatchTerminal, tmp_path: Path):
    """2025/report.txt is not a revision of 2026/report.txt, and a row keeps its identity when rows come above it."""
    for year in ("2025", "2026"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "report.txt").write_text(f"Жылдық есеп {year}\n\nҚаланың {year} жылғы есебі.")
        (tmp_path / year / "daily.jsonl").write_text(f'{{"text": "Күндік есеп {year}\\nҚала жаңалығы {year}."}}\n')
    files = [f"{year}/{name}" for year in ("2025", "2026") for name in ("report.txt", "daily.jsonl")]
    assert run_in(terminal, tmp_path, "import", *files)["indexed"] == 4
    daily = tmp_path / "2025/daily.jsonl"
    daily.write_text('{"text": "Жаңа жол үстінде\\nЖаңа жол."}\n' + daily.read_text())
    (tmp_path / "2025/report.txt").write_text("Жылдық есеп түзетілді\n\nҚаланың есебі.")
    again = run_in(terminal, tmp_path, "import", *files)
    assert (again["indexed"], again["known already"]) == (2, 3)
    terminal.watch.runtime.search.refresh()
    (found,) = terminal.json("search", "title:есеп", "--source", "import", "--json")
    assert {hit["title"] for hit in found["hits"]} == {
        *(f"Жылдық есеп {year}" for year in ("2025", "2026")),
        *(f"Күндік есеп {year}" for year in ("2025", "2026")),
        "Жылдық есеп түзетілді",
    }
    for typed in ("2025/report.txt", "file:2025/report.txt"):
        assert "ended: indexed" in terminal.run("trace", typed).stdout
    assert terminal.run("trace", "2024/report.txt").returncode == USAGE


def test_two_inputs_of_one_identity_are_refused(terminal: WatchTerminal, tmp_path: Path):
    """The second one would silently take the place of the first."""
    rows = [{"url": "https://import.example/1", "text": f"Бір мекенжай\nМәтін {number}"} for number in (1, 2)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = run_in(terminal, tmp_path, "import", "rows.jsonl")
    assert (answer["exit"], answer["indexed"], answer["refused"]) == (1, 1, 1)
    assert "rows.jsonl, line 2: is the same article as rows.jsonl, line 1" in answer["said"]
    for wrong, sentence in (
        (["rows.jsonl", "./rows.jsonl"], "is given twice"),
        (["rows.jsonl", "no.txt"], "is not there"),
    ):
        refused = run_in(terminal, tmp_path, "import", *wrong)
        assert (refused["exit"], sentence in refused["said"]) == (USAGE, True)


def test_an_import_of_an_earlier_version_keeps_its_identity(terminal: WatchTerminal, tmp_path: Path):
    """The archive that was imported before the upgrade must not be there twice after it."""
    runtime = terminal.watch.runtime
    texts = {
        "file:old.txt": "Ескі хабар\n\nБұл бұрын келген.",
        "file:old.jsonl#1": "Ескі жол хабары\nБұл да бұрын келген.",
    }
    feed = Feed(id="import-import", url="", source="import", family="import")
    keys = []
    for link, text in texts.items():
        entry = Entry(link=link, title=text.partition("\n")[0], content=text)  # as version 0.1 read it
        keys.append(hand_over(runtime, Import(entry=entry, where=link), feed=feed))
    assert follow(runtime, keys) == {"indexed": 2}
    runtime.search.refresh()
    (tmp_path / "old.txt").write_text(texts["file:old.txt"])
    (tmp_path / "old.jsonl").write_text(json.dumps({"text": texts["file:old.jsonl#1"]}) + "\n")
    answer = run_in(terminal, tmp_path, "import", "old.txt", "old.jsonl")
    assert (answer["exit"], answer["known already"]) == (0, 2)


def test_a_text_is_read_in_one_way(terminal: WatchTerminal, tmp_path: Path):
    """What `import` stores is what `tag` and `rules explain` show: the title once, and the first line."""
    file = tmp_path / "drugs.txt"
    file.write_text("Есірткі\nПолицейлер Шымкентте есірткі сатқан екі адамды ұстады.\n", encoding="utf-8")
    assert run_in(terminal, tmp_path, "import", "drugs.txt")["indexed"] == 1
    terminal.watch.runtime.search.refresh()
    (found,) = terminal.json("search", "title:есірткі", "--source", "import", "--json")
    stored = terminal.watch.runtime.search.get(found["hits"][0]["id"]).document
    assert (stored["title"], stored["body"].count("сірткі")) == ("Есірткі", 1)
    (tagged,) = terminal.json("tag", str(file), "--json")
    (explained,) = terminal.json("rules", "explain", str(file), "--json")
    assert stored["topics"] == tagged["topics"] == explained["topics"]
    assert stored["tags"]["topics"] == tagged["tags"]["topics"] == explained["tags"]["topics"]


def test_celery_finds_the_running_watch(terminal: WatchTerminal):
    """The guide's `celery -A worker call kuzet.reindex`, with nothing set but the data folder."""
    call = [sys.executable, "-m", "celery", "-A", "worker", "call", "kuzet.upkeep"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("KUZET_")}
    env |= {"KUZET_DATA": str(terminal.data)}
    called = run_program(call, env)
    assert (called.returncode, called.stderr) == (0, "")


def test_a_journey_is_shown_in_sentences(terminal: WatchTerminal, tmp_path: Path):
    """By the path of an import, with or without the mark of its content; no file names or milliseconds of ours."""
    (tmp_path / "жол.txt").write_text("Жол жөнделді\n\nҚаланың жолы жөнделді.", encoding="utf-8")
    assert run_in(terminal, tmp_path, "import", "жол.txt")["indexed"] == 1
    terminal.watch.runtime.search.refresh()
    answer = terminal.run("trace", "file:жол.txt")
    assert answer.returncode == 0, answer.stderr
    for sentence in ("file:жол.txt#", "imported", "it is in the index", "ended: indexed"):
        assert sentence in answer.stdout
    (row,) = terminal.json("trace", answer.stdout.split()[0], "--json")
    assert [step["event"] for step in row["steps"]] == ["sighted", "outbox", "indexed"]


def test_a_forgotten_article_says_so_and_may_come_back(terminal: WatchTerminal, tmp_path: Path):
    """A mistyped address must be undone, and «was never seen» would be untrue."""
    (tmp_path / "wrong.txt").write_text("Қате мәтін\n\nБұл керек емес.", encoding="utf-8")
    run_in(terminal, tmp_path, "import", "wrong.txt")
    terminal.watch.runtime.search.refresh()
    (row,) = terminal.json("trace", "file:wrong.txt", "--json")
    assert terminal.json("forget", row["id"], "--dry-run", "--json") == [
        {"articles": 1, "in_index": 1, "ids": [row["id"]]}
    ]
    assert terminal.run("forget", row["id"]).stdout == "It is forgotten.\n"
    traced = terminal.run("trace", row["id"])
    assert (traced.returncode, "It was forgotten on" in traced.stdout, row["url"] in traced.stdout) == (0, True, True)
    (forgotten,) = terminal.json("forget", "--list", "--json")
    assert row["id"] in {one["id"] for one in forgotten["forgotten"]}
    assert run_in(terminal, tmp_path, "import", "wrong.txt")["known already"] == 1
    assert terminal.run("forget", "--lift", row["id"]).returncode == 0
    assert terminal.run("forget", "--lift", row["id"]).returncode == 1
    assert run_in(terminal, tmp_path, "import", "wrong.txt")["indexed"] == 1


def test_what_an_older_version_forgot_is_listed_traced_and_lifted(terminal: WatchTerminal):
    """Up to 0.1 a tombstone was an id in a set, without a time or an address: it must not be stuck there for good."""
    runtime, link = terminal.watch.runtime, "https://habar.example/forgotten-by-0.1"
    key = article_id(link)
    runtime.redis.sadd(f"{runtime.settings.redis_prefix}forgotten", key)
    (listed,) = terminal.json("forget", "--list", "--json")
    assert {"id": key, "url": "", "forgotten_at": None} in listed["forgotten"]
    (row,) = [line for line in terminal.run("forget", "--list").stdout.splitlines() if key in line]
    assert row.split() == ["–", key]
    traced = terminal.run("trace", link)
    assert traced.stdout.splitlines()[:2] == [
        link, "It was forgotten by hand and stays out. `kuzet forget --lift` lets it come back.",
    ]  # fmt: skip
    (row,) = terminal.json("trace", key, "--json")
    assert (row["forgotten"], row["forgotten_at"], row["url"]) == (True, None, "")
    assert terminal.run("forget", "--lift", link).returncode == 0
    assert terminal.run("trace", link).returncode == 1
    assert key not in runtime.state.forgotten


def test_an_address_never_seen_is_forgotten_only_with_block(terminal: WatchTerminal):
    """A typing error must not bar another article for good."""
    state, link = terminal.watch.runtime.state, "https://habar.example/never-seen"
    refused = terminal.run("forget", link)
    assert (refused.returncode, "was never seen" in refused.stderr) == (1, True)
    assert article_id(link) not in state.forgotten
    assert "stays out" in terminal.run("forget", link, "--block").stdout
    assert article_id(link) in state.forgotten


def test_many_articles_are_counted_before_they_are_forgotten(terminal: WatchTerminal, tmp_path: Path):
    """Without a terminal to ask on, a selection needs --yes."""
    rows = [json.dumps({"text": f"Топтама мәтін {number}\nДене."}, ensure_ascii=False) for number in range(3)]
    (tmp_path / "many.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert run_in(terminal, tmp_path, "import", "many.jsonl", "--source", "bulk")["indexed"] == 3
    runtime = terminal.watch.runtime
    runtime.search.refresh()
    assert terminal.json("forget", "--source", "bulk", "--dry-run", "--json")[0]["articles"] == 3
    refused = terminal.run("forget", "--source", "bulk")
    assert (refused.returncode, "would forget 3 articles" in refused.stderr) == (USAGE, True)
    assert "3 articles are forgotten" in terminal.run("forget", "--source", "bulk", "--yes").stdout
    runtime.search.refresh()
    assert runtime.search.count(SearchRequest(filters={"source": ("bulk",)})) == 0


def test_an_unusable_file_is_named_and_the_others_are_imported(terminal: WatchTerminal, tmp_path: Path):
    """One bad file loses nothing."""
    (tmp_path / "good.txt").write_text("Бүгін жаңа мектеп ашылды\n\nМектепте сегіз жүз бала оқиды.", encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes("Привет".encode("cp1251"))
    (tmp_path / "bad.jsonl").write_text('{"text": "Жол жөндеу басталды бүгін"}\n{oops\n')
    answer = terminal.run("import", *map(str, sorted(tmp_path.iterdir())), "--json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["outcomes"] == {"indexed": 2, "unusable": 2}
    assert "bad.jsonl, line 2" in answer.stderr
    assert "bad.txt: is not UTF-8" in answer.stderr


def test_the_stages_work_by_hand(terminal: WatchTerminal, tmp_path: Path):
    """Feed → fetch → extract → tag: the same code the workers run, on a file or standard input."""
    (document,) = terminal.json("feed", str(feed_file(terminal, tmp_path)), "--json")
    entries = document["entries"]
    page = terminal.json("fetch", entries[0]["link"], "--json")[0]
    assert page["title"] == entries[0]["title"]
    row = {"id": "a", "title": page["title"], "text": page["text"]}
    (tagged,) = terminal.json("tag", "--jsonl", "-", given=json.dumps(row, ensure_ascii=False) + "\n")
    assert tagged["id"] == "a"
    assert tagged["language"] == "kk"
    assert set(tagged) >= {"topics", "severity", "regions", "figures", "persons", "organisations", "contexts", "tags"}


def feed_file(terminal: WatchTerminal, folder: Path) -> Path:
    file = folder / "feed.xml"
    file.write_bytes(urllib3.request("GET", terminal.watch.newsroom.feed_url("ukili")).data)
    return file


def test_words_have_keys_and_forms(terminal: WatchTerminal):
    """One word a line in, its keys a line out, whatever the word."""
    answer = terminal.run("stem", "--language", "kk", given="қылмыстарының\nқылмыс\n\nnot-kazakh\n")
    lines = answer.stdout.split("\n")
    assert len(lines) == 5
    assert set(lines[0].split()) & set(lines[1].split())
    assert "өлтірмеді\tnegated" in terminal.run("inflect", "өлтір-").stdout


def test_without_a_watch_the_way_out_is_told(tmp_path: Path):
    """A newcomer's first mistake."""
    answer = Terminal(tmp_path).run("status")
    assert answer.returncode == 3
    assert "kuzet up" in answer.stderr


def test_a_second_watch_on_the_folder_is_refused(terminal: WatchTerminal):
    """Two watches on one folder would fight over its engines."""
    answer = terminal.run("up")
    assert answer.returncode == 4
    assert "another kuzet" in answer.stderr


COMMANDS_WITH_EXAMPLES = (
    *("up", "down", "demo", "search", "show", "open", "stats", "watch", "import", "tag", "stem"),
    *(
        "feeds show",
        "feeds check",
        "feeds discover",
        "feeds add",
        "feeds edit",
        "feeds enable",
        "feeds rename",
        "feeds import",
        "feeds export",
    ),
)


@pytest.mark.parametrize("command", COMMANDS_WITH_EXAMPLES)
def test_help_has_an_example(command: str):
    """People try first and read a manual later."""
    answer = CliRunner().invoke(app, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Example" in answer.output
