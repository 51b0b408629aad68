"""`kuzet show`, `open` and `stats`, and labels, on a running watch: what an analyst meets every hour."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.support.running_watch import Watch
from tests.support.terminal import Terminal

STORY = "uk-drugs-karagandy"
"""It has a second version, which a file before this one may have published already."""


@pytest.fixture(scope="module", autouse=True)
def _all_is_published(watch: Watch) -> None:
    watch.newsroom.publish_all()
    watch.settle()


@pytest.fixture(scope="module")
def tagged(terminal: Terminal) -> dict:
    """An article with a topic, a region and a severity, as search lists it."""
    (found,) = terminal.json("search", "--topic", "drugs", "--region", "Karagandy", "--json")
    return found["hits"][0]


def test_an_article_is_shown_with_its_reasons(terminal: Terminal, tagged: dict):
    """Trust in a topic comes from the words that gave it."""
    shown = terminal.run("show", tagged["url"])
    assert shown.returncode == 0, shown.stderr
    assert tagged["title"] in shown.stdout
    (document,) = terminal.json("show", tagged["id"], "--json")
    tag = document["tags"]["topics"][0]
    assert f"{tag['score']:g} of {tag['threshold']:g}" in shown.stdout
    assert all(span["form"].split()[0] in shown.stdout for span in tag["spans"])
    assert document["body"].split("\n")[0][:60] in shown.stdout
    assert tagged["id"] in shown.stdout


def test_the_words_of_a_topic_are_in_colour(terminal: Terminal, tagged: dict):
    """A terminal shows at a glance what was taken for the topic."""
    answer = terminal.run_anew("show", tagged["id"], FORCE_COLOR="1", NO_COLOR="")
    assert "\x1b[" in answer.stdout


def test_another_address_of_an_article_shows_it(watch: Watch, terminal: Terminal):
    """A person has the address the browser ended at."""
    twin = next(
        each for each in watch.newsroom.expectations() if each.twin and watch.trace(each).outcome == "duplicate"
    )
    (document,) = terminal.json("show", twin.link, "--json")
    assert document["title"] == twin.title


def test_the_revisions_of_an_article_are_listed(watch: Watch, terminal: Terminal):
    """What an article said first, and when it changed, is what an analyst quotes."""
    if STORY in watch.newsroom.revisable:
        watch.newsroom.revise(STORY)
    (revised,) = [each for each in watch.newsroom.expectations() if each.story_id == STORY]
    watch.wait(lambda: watch.trace(revised).revision == 2)
    watch.runtime.search.refresh()
    (document,) = terminal.json("show", revised.link, "--json")
    first, second = document["revisions"]
    assert (first["number"], second["number"], document["revision"]) == (1, 2, 2)
    assert first["at"] < second["at"]
    assert "2 (before it 1: " in terminal.run("show", revised.link).stdout


def test_what_is_not_in_the_index_says_where_it_is(watch: Watch, terminal: Terminal):
    """Never seen, and seen but ended otherwise, are two different answers."""
    unknown = terminal.run("show", "https://nowhere.kz/x")
    assert (unknown.returncode, "is not in the index" in unknown.stderr) == (1, True)
    ended = [each for each in watch.newsroom.expectations() if watch.trace(each).outcome.startswith("rejected")]
    for each in ended:
        assert "kuzet trace" in terminal.run("show", each.link).stderr


def test_open_starts_the_browser(terminal: Terminal, tagged: dict, tmp_path: Path):
    """From an id in a list to the page."""
    browser = tmp_path / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    answer = terminal.run("open", tagged["id"], PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert answer.stdout == f"{tagged['url']}\n"
    ends_at = time.monotonic() + 10
    while not (tmp_path / "opened").exists():
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    assert (tmp_path / "opened").read_text() == f"{tagged['url']}\n"


def test_labels_are_in_the_language_of_the_reader(terminal: Terminal, tagged: dict):
    """Ids stay in JSON and work as filters; people read Kazakh or Russian, and may filter by what they read."""
    kazakh = terminal.run("search", "--topic", "Есірткі", KUZET_LANG="kk").stdout
    assert "Есірткі" in kazakh
    assert "Қарағанды облысы" in kazakh
    assert "drugs " not in kazakh
    russian = terminal.run("show", tagged["id"], LC_ALL="ru_RU.UTF-8").stdout
    assert "Наркотики" in russian
    rows = json.loads(terminal.run("search", "--topic", "drugs", "--json", KUZET_LANG="kk").stdout)
    assert "drugs" in rows["hits"][0]["topics"]


def test_stats_count_what_search_finds(terminal: Terminal):
    """The sums are those of the archive, by day, topic, region and source."""
    (everything,) = terminal.json("stats", "--json")
    (found,) = terminal.json("search", "--json", "--limit", "1")
    assert everything["total"] == {"now": found["total"], "before": 0}
    assert sum(day["now"] for day in everything["days"]) == found["total"]
    topics = {each["value"]: each["now"] for each in everything["groups"]["topic"]}
    assert topics.items() >= {value["value"]: value["count"] for value in found["facets"]["topic"]}.items()
    assert everything["feeds"] == {"quiet": [], "noisy": [], "silent": []}
    shown = terminal.run("stats", "--topic", "drugs").stdout
    assert "articles seen" in shown
    assert "█" in shown
    assert terminal.run("stats", "--since", "tomorrow").returncode == 2
