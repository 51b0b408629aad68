"""From a publication to a receiver, through the workers; and the commands about alerts."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
import stix2

from tests.integration.alerts.test_delivery import mail_server, open_sink
from tests.support.builders import SentDocument
from tests.support.shapes import misfits
from worker.answers.alerts import add_alert
from worker.answers.shapes import ANSWERS

GUIDES = Path(__file__).parents[3] / "docs/guide"
OURS = """
  drugs: {topics: [drugs], least_severity: high, targets: [hook], wait_seconds: 2, cool_down_minutes: 0}
  words: {query: "мефедрон", targets: [hook], wait_seconds: 2, cool_down_minutes: 0}
  ours: {watch: [ours], targets: [hook], wait_seconds: 2, cool_down_minutes: 0}
  busier: {spike: {}, targets: [hook], wait_seconds: 0}
  silent: {silence: {}, targets: [hook]}
  ill: {health: {unserved_minutes: 0}, targets: [hook]}
"""
"""Behind the alerts of the guide."""
DECIDED = re.compile(r"\b(KEY|STORY…|STORY|ARTICLE…|ID)(?!\w)")


def alerts_of_the_guide(url: str, mail: int, secret: Path) -> str:
    """Return the first alerts of the guide, sent to receivers of ours."""
    text = (GUIDES / "alerts.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    for shown, ours in (
        ("https://hooks.example.kz/kuzet", url),
        ("smtp://mail.example.kz:587", f"smtp://127.0.0.1:{mail}"),
        ("/run/secrets/hook", str(secret)),
        ('begin: "22:00", end: "07:00"', 'begin: "00:00", end: "00:00"'),
    ):
        assert shown in text, shown
        text = text.replace(shown, ours)
    return text + OURS


@pytest.fixture(scope="module")
def sink():
    with open_sink() as opened:
        yield opened


@pytest.fixture(scope="module")
def watch(start_watch, sink, tmp_path_factory):
    with mail_server() as (_, port):
        yield from watched(start_watch, sink, tmp_path_factory.mktemp("site"), port)


def watched(start_watch, sink, site, port):
    (site / "secret").write_text("s3cret", encoding="utf-8")
    (site / "alerts.yaml").write_text(alerts_of_the_guide(sink.url, port, site / "secret"), encoding="utf-8")
    (site / "watchlists").mkdir()
    (site / "watchlists/ours.csv").write_text("kind,value,label\npersons,Тилеуов Бекжан,\n", encoding="utf-8")
    with start_watch(site=site, allow_hosts=sink.host) as running:
        add_alert(running.runtime, "at the desk", {"query": "мефедрон", "targets": ["desk"], "wait_seconds": 1})
        running.newsroom.publish_all()
        running.settle()
        running.wait(lambda: {"drugs", "words", "ours"} <= {message["alert"] for message in messages(sink)})
        running.wait(lambda: at_the_desk(running))
        running.wait(lambda: not running.runtime.state.alerts.waiting)
        running.wait(lambda: not running.runtime.state.stories.waiting)
        running.runtime.story_index.refresh()
        yield running


def messages(sink):
    return [json.loads(body) for status, _, body in list(sink.server.got) if status == 200]


def at_the_desk(watch):
    return [notice for notice in watch.runtime.state.alerts.log(limit=1000) if notice.alert == "at the desk"]


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


def test_what_a_person_asked_for_at_the_desk_is_read_there(watch):
    """«Alert me» writes this alert; its message goes to no address."""
    said = at_the_desk(watch)
    assert {(notice.target, notice.state) for notice in said} == {("desk", "delivered")}
    found = {hit["story"] for hit in asked(watch, "search", "мефедрон", "-n", "100")["hits"]}
    assert {one["story"] for notice in said for one in notice.body["stories"]} <= found


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
    assert checked["alerts"] == 12
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
    assert {row["name"] for row in asked(watch, "alerts", "list")["alerts"] if row["muted_until"]} == {"drugs"}


def commands_of(page):
    """Yield the commands of a guide, without remarks and redirections."""
    text = (GUIDES / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```(?:\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            command = re.sub(r"\s{2,}# .*|\s>\s\S+", "", line)
            if re.match(r"kuzet |echo .*\| kuzet ", command):
                yield command


def test_the_guides_are_executed(watch, sink, tmp_path):
    """An option that is gone must not stay on the page. The exit code 1 says that nothing was found."""
    stories = asked(watch, "stories", "--since", "7d", "-n", "200", "--articles", "2")["stories"]
    story = next(one for one in stories if len(one["members"]) > 1)
    other = next(member["id"] for member in story["members"] if member["id"] != story["id"])
    key = next(message["key"] for message in messages(sink) if message["alert"] == "drugs")
    places = {"KEY": key, "ID": story["id"], "STORY": story["id"], "STORY…": other, "ARTICLE…": other}
    done = []
    for page in ("export.md", "alerts.md", "stories.md", "watchlists.md"):
        for line in commands_of(page):
            said, _, command = DECIDED.sub(lambda match: places[match[1]], line).rpartition(" | ")
            command = re.sub(r"\S+\.json(\.gz)?$", lambda file: str(tmp_path / file[0]), command)
            answer = watch.kuzet(*shlex.split(command)[1:], given=" ".join(shlex.split(said)[1:]))
            assert answer.returncode in (0, 1), (line, answer.stderr)
            assert "Traceback" not in answer.stderr, line
            done.append(command)
    assert len(done) >= 24
    exported = stix2.parse((tmp_path / "story.json").read_text(encoding="utf-8"), allow_custom=False)
    assert {"report", "identity", "grouping"} <= {one["type"] for one in exported.objects}
    assert watch.runtime.state.alerts.is_acknowledged(
        next(message for message in messages(sink) if message["key"] == key)["stories"][0]["story"]
    )


def test_a_spike_is_counted_by_the_node_and_reaches_the_receiver(watch, sink):
    """Five weeks with one report each, then fourteen publishers within the hour: said once, with the numbers."""
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for week in range(6):
        at = (hour_ago - timedelta(weeks=week)).isoformat()
        reports = 1 if week else 14
        watch.runtime.search.bulk([of_the_past(week, number, at=at, reports=reports) for number in range(60)])
    watch.runtime.search.refresh()
    watch.runtime.redis.delete(f"{watch.runtime.settings.redis_prefix}alerts:turn:spike")
    watch.wait(lambda: any(message["alert"] == "busier" for message in messages(sink)))
    said = [one for message in messages(sink) if message["alert"] == "busier" for one in message["stories"]]
    titles = [one["title"] for one in said if "migration" in one["title"].lower()]
    assert any("14 reports in 6 hours" in title for title in titles), titles
    assert len({one["story"] for one in said}) == len(said)


def of_the_past(week, number, *, at, reports):
    """Return an article of its own publisher; the first ones are reports of a topic that the newsroom does not have."""
    name = f"past-{week}-{number}"
    facts = {"topics": ["migration"], "regions": ["Abay"]} if number < reports else {}
    return SentDocument(
        name, 1, {
            "id": name, "url": f"https://p{number}.example/{name}", "title": name, "body": name, "source": f"p{number}",
            "family": f"p{number}", "language": "ru", "published_at": at, "observed_at": at, **facts,
        },
    )  # fmt: skip
