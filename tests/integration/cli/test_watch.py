"""`kuzet watch` as an analyst keeps it open all day: real processes and a running watch."""

from __future__ import annotations

import json
from pathlib import Path

from seeds.newsroom import Newsroom
from tests.support.running_watch import QUICK, StartWatch, Watch
from tests.support.terminal import Terminal


def test_it_greets_and_begins_with_the_last_articles(watch: Watch, terminal: Terminal):
    """An empty screen leaves a person wondering whether it works."""
    with terminal.running("watch", "--all", "--last", "2") as shown:
        assert "the last article came" in shown.wait_for("Watching since")
        watch.wait(lambda: sum("http://" in line for line in shown.lines) >= 2)
    assert sum("http://" in line for line in shown.lines) == 2


def test_each_article_has_its_address_and_id(terminal: Terminal):
    """A person who sees a headline wants to open it, or hand its id to another command."""
    (newest,) = terminal.json("search", "--sort", "time", "--limit", "1", "--json")
    (hit,) = newest["hits"]
    listed = terminal.run("search", "--sort", "time", "--limit", "1").stdout
    assert f"{hit['url']}  {hit['id']}" in [line.strip() for line in listed.splitlines()]


def test_a_query_and_filters_choose_as_search_does(watch: Watch, terminal: Terminal):
    """What search would find is what the watch shows, in any form of the words."""
    (found,) = terminal.json("search", "--json", "--limit", "50")
    language = found["facets"]["language"][0]
    with terminal.running("watch", "--last", "50", "--json", "--language", language["value"]) as shown:
        wait_for_lines(watch, shown.lines, language["count"])
    assert {json.loads(line)["language"] for line in shown.lines} == {language["value"]}
    word = found["hits"][0]["title"].split()[0]
    (by_word,) = terminal.json("search", word, "--json", "--limit", "50", "--reprints")
    with terminal.running("watch", word, "--last", "50", "--json") as shown:
        wait_for_lines(watch, shown.lines, by_word["total"])
    assert {json.loads(line)["id"] for line in shown.lines} == {hit["id"] for hit in by_word["hits"]}


def wait_for_lines(watch: Watch, lines: list[str], count: int) -> None:
    watch.wait(lambda: len(lines) >= count)


def test_a_new_article_is_shown_when_the_query_finds_it(watch: Watch, terminal: Terminal):
    """It is chosen by the index, which has it a moment after the event."""
    known = {each.link for each in watch.newsroom.expectations()}
    with terminal.running("watch", "source:eki OR source:ukili OR source:polyn") as shown:
        shown.wait_for("Watching since")
        watch.newsroom.publish(count=8)
        fresh = [each for each in watch.newsroom.expectations() if each.link not in known]
        wanted = next(each for each in fresh if each.source in {"eki", "ukili", "polyn"} and len(each.outcomes) == 1)
        shown.wait_for(wanted.link)
    other = next(each for each in fresh if each.source not in {"eki", "ukili", "polyn"})
    assert not [line for line in shown.lines if other.link in line]


def test_it_goes_on_after_the_watch_was_restarted(start_watch: StartWatch, tmp_path: Path):
    """A watcher on the wall must not die with every update of the server."""
    with Newsroom(troubles=QUICK) as newsroom:
        with start_watch(tmp_path, newsroom=newsroom, broker_url="", redis_prefix="w:") as first:
            first.settle()
            index = first.runtime.settings.search_index
            shown = Terminal(tmp_path).running("watch", "--all")
            reader = shown.__enter__()
            reader.wait_for("Watching since")
        try:
            reader.wait_for("The watch is away")
            settings = {"newsroom": newsroom, "broker_url": "", "redis_prefix": "w:", "search_index": index}
            with start_watch(tmp_path, **settings) as second:
                reader.wait_for("It is back")
                known = {each.link for each in newsroom.expectations()}
                newsroom.publish(count=3)
                fresh = next(each for each in newsroom.expectations() if each.link not in known and not each.twin)
                reader.wait_for(fresh.link)
                second.settle()
        finally:
            shown.__exit__(None, None, None)
