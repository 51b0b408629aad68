"""From a publication to a receiver, through the workers; and the commands about alerts."""

from __future__ import annotations

import json

import feedparser
import pytest

from tests.integration.alerts.test_delivery import open_sink
from tests.support.shapes import misfits
from worker.answers.shapes import ANSWERS

ALERTS = """
targets:
  hook: {{kind: webhook, url: "{url}"}}
alerts:
  drugs: {{topics: [drugs], least_severity: high, targets: [hook], wait_seconds: 2, cool_down_minutes: 0}}
  words: {{query: "мефедрон", targets: [hook], wait_seconds: 2, cool_down_minutes: 0}}
  ours: {{watch: [ours], targets: [hook], wait_seconds: 2, cool_down_minutes: 0}}
  busier: {{spike: {{}}, targets: [hook]}}
  silent: {{silence: {{}}, targets: [hook]}}
  ill: {{health: {{unserved_minutes: 0}}, targets: [hook]}}
"""


@pytest.fixture(scope="module")
def sink():
    with open_sink() as opened:
        yield opened


@pytest.fixture(scope="module")
def watch(start_watch, sink, tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    (site / "alerts.yaml").write_text(ALERTS.format(url=sink.url), encoding="utf-8")
    (site / "watchlists").mkdir()
    (site / "watchlists/ours.csv").write_text("kind,value,label\npersons,Тилеуов Бекжан,\n", encoding="utf-8")
    with start_watch(site=site, allow_hosts=sink.host) as running:
        running.newsroom.publish_all()
        running.settle()
        running.wait(lambda: {"drugs", "words", "ours"} <= {message["alert"] for message in messages(sink)})
        running.wait(lambda: not running.runtime.state.alerts.waiting)
        running.wait(lambda: not running.runtime.state.stories.waiting)
        running.runtime.story_index.refresh()
        yield running


def messages(sink):
    return [json.loads(body) for status, _, body in list(sink.server.got) if status == 200]


def asked(watch, *arguments):
    answer = watch.kuzet(*arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_each_story_is_sent_once_with_all_that_it_needs(watch, sink):
    """Several sites report one arrest: the receiver hears of it once, and again only when something rises."""
    said = [(message["alert"], one["story"], one["news"]) for message in messages(sink) for one in message["stories"]]
    assert len(said) == len(set(said))
    drugs = [story for message in messages(sink) if message["alert"] == "drugs" for story in message["stories"]]
    assert all("drugs" in story["topics"] and story["severity"] in {"high", "critical"} for story in drugs)
    keys = [message["key"] for message in messages(sink)]
    assert len(keys) == len(set(keys))


def test_a_watchlist_is_a_facet_and_an_alert(watch, sink):
    """A Kazakh report names Бекжан Тілеуов: the list has him in Russian, the surname first."""
    found = asked(watch, "search", "--watch", "ours: Тилеуов Бекжан")
    assert found["total"] >= 1
    assert {bucket["value"] for bucket in found["facets"]["watch"]} == {"ours", "ours: Тилеуов Бекжан"}
    assert found["hits"][0]["persons"] == ["Бекжан Тілеуов"]
    said = [story for message in messages(sink) if message["alert"] == "ours" for story in message["stories"]]
    assert {found["hits"][0]["story"]} <= {story["story"] for story in said}


def test_an_alert_and_a_search_are_feeds(watch):
    """A reader of feeds needs no account here: the same ids each time, and valid documents."""
    feeds = [watch.kuzet("feed-of", *arguments) for arguments in (["--alert", "drugs"], ["мефедрон"], ["мефедрон"])]
    read = [feedparser.parse(feed.stdout) for feed in feeds]
    assert all(not one.bozo and one.entries for one in read)
    assert read[1].feed.id == read[2].feed.id != read[0].feed.id
    assert [entry.id for entry in read[1].entries] == [entry.id for entry in read[2].entries]
    assert "drugs" in {tag.term for tag in read[0].entries[0].tags}
    as_json = json.loads(watch.kuzet("feed-of", "мефедрон", "--json-feed").stdout)
    assert [item["url"] for item in as_json["items"]] == [entry.link for entry in read[1].entries]
    assert watch.kuzet("feed-of", "--alert", "nothing").returncode == 1


def test_the_commands_answer(watch, sink):
    """A script reads what waits, and people try an alert on the past before they switch it on."""
    listed = asked(watch, "alerts", "list")
    assert misfits(listed, ANSWERS["kuzet alerts list"]) == []
    assert listed["today"]["hook:delivered"] == len(messages(sink))
    checked = asked(watch, "alerts", "check")
    assert misfits(checked, ANSWERS["kuzet alerts check"]) == []
    assert checked["alerts"] == 6
    tried = asked(watch, "alerts", "test", "drugs", "--since", "7d", "--send", "hook")
    assert misfits(tried, ANSWERS["kuzet alerts test"]) == []
    assert tried["matched"] >= 2
    assert watch.kuzet("alerts", "test", "nothing").returncode == 1
    signals = {name: asked(watch, "alerts", "test", name, "--since", "3h") for name in ("busier", "silent", "ill")}
    assert {name: (answer["stories"], answer["matched"]) for name, answer in signals.items()} == {
        "busier": (3, 0),
        "silent": (0, 0),
        "ill": (0, 0),
    }
    assert watch.kuzet("alerts", "retry").returncode == 1
    assert watch.kuzet("alerts", "mute", "drugs").returncode == 0
    assert asked(watch, "alerts", "list")["alerts"][0]["muted_until"] > 0
