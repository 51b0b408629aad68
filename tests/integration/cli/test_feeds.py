"""`kuzet feeds`: the catalogue changed by commands. No watch runs; feeds are fetched from the newsroom's sites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from config.settings import Settings
from seeds.newsroom import Newsroom
from tests.support.hostile_site import HostileSite, Talk
from worker.cli import app
from worker.runtime import Runtime


@dataclass(frozen=True)
class Desk:
    """A person who edits the feeds of a data folder."""

    newsroom: Newsroom
    data: Path
    env: dict[str, str]

    def run(self, *arguments: str, code: int = 0, **env: str) -> Result:
        answer = CliRunner().invoke(app, ["feeds", *arguments], env=self.env | env)
        assert answer.exit_code == code, answer.output
        return answer

    def feeds(self) -> dict[str, dict]:
        return {row["id"]: row for row in json.loads(self.run("list", "--all", "--json").stdout)["feeds"]}

    @property
    def catalogue(self) -> Path:
        return self.data / "catalogue.yaml"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two feeds of the catalogue, ukili on and verst off; all seven sites are there to be fetched."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KUZET_{name.upper()}", raising=False)
    with Newsroom() as newsroom:
        newsroom.publish(count=8)
        feeds = yaml.safe_load(newsroom.catalogue())["feeds"][:2]
        feeds[1] |= {"enabled": False, "note": "not measured"}
        (tmp_path / "catalogue.yaml").write_text(yaml.safe_dump({"feeds": feeds}, allow_unicode=True))
        env = {
            "KUZET_DATA": str(tmp_path),
            "KUZET_FEEDS_FILE": str(tmp_path / "catalogue.yaml"),
            "KUZET_ALLOW_HOSTS": newsroom.allow_hosts,
        }
        yield Desk(newsroom, tmp_path, env)


def test_feeds_are_listed_without_a_watch(desk: Desk):
    """The list is what a person edits before the first start."""
    assert {name: row["state"] for name, row in desk.feeds().items()} == {"ukili": "new", "verst": "off"}
    assert "no watch is running" in desk.run("list").stderr


def test_adding_a_known_feed_again_keeps_what_was_set(desk: Desk):
    """Source, family and languages were typed once; a second `add` must not wipe them."""
    url = desk.newsroom.feed_url("zhide")
    desk.run("add", url, "--id", "zhide", "--source", "zhide.kz", "--family", "shirin", "--language", "kk")
    refused = desk.run("add", url, code=2)
    assert "is watched already as zhide" in refused.stderr
    desk.run("disable", "zhide", "--note", "too slow")
    assert desk.feeds()["zhide"]["note"] == "too slow"
    desk.run("add", url)
    row = desk.feeds()["zhide"]
    assert (row["source"], row["family"], row["languages"], row["enabled"]) == ("zhide.kz", "shirin", ["kk"], True)


def test_a_removed_feed_can_be_added_under_another_id(desk: Desk):
    """It failed with the line of a file that was not on disk."""
    url = desk.newsroom.feed_url("zhide")
    desk.run("add", url, "--id", "zhide")
    desk.run("remove", "zhide")
    assert "zhide" not in desk.feeds()
    desk.run("add", url, "--id", "zhide-kk")
    desk.run("remove", "ukili")
    desk.run("add", desk.newsroom.feed_url("ukili"), "--id", "ukili-kk")
    rows = desk.feeds()
    assert {name: row["enabled"] for name, row in rows.items()} == {
        "ukili": False, "verst": False, "zhide-kk": True, "ukili-kk": True,
    }  # fmt: skip


def test_a_feed_is_switched_on_after_a_look_at_it(desk: Desk):
    """What is off in the catalogue was not measured: a dead feed must not be switched on blindly."""
    desk.run("enable", "verst")
    assert desk.feeds()["verst"]["enabled"]
    desk.run("disable", "verst")
    desk.run("edit", "verst", "--url", desk.newsroom.base_url("verst") + "/nothing", "--unchecked")
    failed = desk.run("enable", "verst", code=1)
    assert "404" in failed.stderr
    assert not desk.feeds()["verst"]["enabled"]


def test_edit_changes_only_what_is_given(desk: Desk):
    """The rest was right."""
    before = desk.feeds()["ukili"]
    desk.run("edit", "ukili", "--family", "dala", "--note", "the owner changed")
    after = desk.feeds()["ukili"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"family", "note"}
    assert desk.run("edit", "ukili", code=2)


def test_each_fact_of_a_source_can_be_given_and_changed(desk: Desk):
    """What is typed is in the user's own file under its key, and `edit` of one leaves the others."""
    url = desk.newsroom.base_url("zhide") + "/list"
    options = {
        "--format": "page",
        "--links": r"/n/\d+",
        "--text": "//article",
        "--alternate": f"{url}/old",
        "--sitemap": f"{url}/map.xml",
        "--tls-extra-ca": "/etc/ca.pem",
        "--note": "by hand",
    }
    given = [word for option in options.items() for word in option]
    desk.run("add", url, "--id", "zhide", "--unchecked", *given)
    assert own_of(desk, "zhide") == {
        "format": "page",
        "links": r"/n/\d+",
        "text": "//article",
        "alternates": [f"{url}/old"],
        "sitemap": f"{url}/map.xml",
        "tls_extra_ca": "/etc/ca.pem",
        "note": "by hand",
    }
    desk.run("edit", "zhide", "--text", "//main", "--alternate", f"{url}/a", "--alternate", f"{url}/b")
    changed = own_of(desk, "zhide")
    assert (changed["text"], changed["alternates"], changed["links"]) == ("//main", [f"{url}/a", f"{url}/b"], r"/n/\d+")


def own_of(desk: Desk, feed_id: str) -> dict[str, object]:
    """Return what the user's own file says of a feed besides its address and names."""
    feeds = yaml.safe_load((desk.data / "feeds.yaml").read_text(encoding="utf-8"))["feeds"]
    found = next(feed for feed in feeds if feed["id"] == feed_id)
    names = {"id", "url", "source", "family", "enabled", "languages"}
    return {name: value for name, value in found.items() if name not in names}


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("edit ukili --links [", "links: "),
        ("edit ukili --text //div[", "text: "),
        ("edit ukili --language zz", "languages: 'zz' is not known. Allowed here: kk, ru"),
        ("edit ukili --source two|words", "source: 'two words' is no single word"),
        ("add http://127.0.0.1:9/rss --language kz", "languages: 'kz' is not known"),
        ("add http://127.0.0.1:9/rss --id a|b", "id: 'a b' is no id"),
        ("rename ukili Үкілі", "id: 'Үкілі' is no id"),
    ],
)
def test_a_value_that_cannot_be_kept_is_wrong_usage(desk: Desk, command: str, named: str):
    """The value is named, not a line of a file that was never written, and before anything is fetched."""
    refused = desk.run(*(word.replace("|", " ") for word in command.split()), code=2)
    assert named in refused.stderr
    assert "line" not in refused.stderr
    assert not (desk.data / "feeds.yaml").exists()


def test_a_renamed_feed_is_polled_once(desk: Desk):
    """An address under two ids would be polled twice."""
    desk.run("rename", "ukili", "ukili-kk")
    rows = desk.feeds()
    assert (rows["ukili"]["enabled"], rows["ukili-kk"]["enabled"]) == (False, True)
    assert rows["ukili-kk"]["family"] == "dala-media"
    desk.run("rename", "ukili-kk", "verst", code=2)


@pytest.mark.parametrize("command", ["enable", "disable", "remove", "edit", "check"])
def test_a_mistyped_id_is_answered_with_the_nearest(desk: Desk, command: str):
    """`ukilli` is a slip of the finger; an error about addresses would lead astray."""
    answer = desk.run(command, "ukilli", code=2)
    assert "Did you mean ukili?" in answer.stderr


def test_check_takes_an_id(desk: Desk):
    """The header of feeds.yaml says so."""
    seen = json.loads(desk.run("check", "verst", "--json").stdout)
    assert seen["entries"] > 0


def test_a_local_address_says_what_allows_it(desk: Desk):
    """A feed of one's own network is refused for good reason; the way out has a name."""
    answer = desk.run("check", desk.newsroom.feed_url("eki"), code=1, KUZET_ALLOW_HOSTS="")
    assert "KUZET_ALLOW_HOSTS" in answer.stderr


def test_opml_comes_in_checked_and_goes_out_whole(desk: Desk, tmp_path: Path):
    """From another reader: folders are families, what fails stays off with the reason, what is known is left alone."""
    urls = [desk.newsroom.feed_url(name) for name in ("ukili", "zhide", "polyn")]
    sites = [f'<outline text="{url}" xmlUrl="{url}"/>' for url in urls]
    dead = f'<outline text="dead" xmlUrl="{desk.newsroom.base_url("eki")}/nothing.xml"/>'
    file = tmp_path / "reader.opml"
    file.write_text(f'<opml><body><outline text="Менің жаңалықтарым">{"".join(sites)}{dead}</outline></body></opml>')
    answer = json.loads(desk.run("import", str(file), "--json").stdout)
    assert (answer["added"], answer["off"], answer["known"]) == (2, 1, 1)
    rows = {row["url"]: row for row in desk.feeds().values()}
    assert rows[desk.newsroom.feed_url("zhide")]["family"] == "Менің-жаңалықтарым"
    off = rows[desk.newsroom.base_url("eki") + "/nothing.xml"]
    assert (off["enabled"], "404" in off["note"]) == (False, True)
    opml = desk.run("export", "--opml").stdout
    assert desk.newsroom.feed_url("zhide") in opml
    assert "/nothing.xml" not in opml


def test_an_exported_catalogue_is_a_catalogue(desk: Desk, tmp_path: Path):
    """It is handed to another machine as its feeds.yaml."""
    other = tmp_path / "other.yaml"
    other.write_text(desk.run("export", "--all").stdout, encoding="utf-8")
    rows = json.loads(desk.run("list", "--all", "--json", KUZET_FEEDS_FILE=str(other)).stdout)["feeds"]
    assert {row["id"]: row["note"] for row in rows} == {"ukili": "", "verst": "not measured"}


def test_two_commands_at_once_lose_nothing(desk: Desk):
    """Two people, or a script with `&`: each change is read and written under a lock."""
    own = Runtime(Settings(data=desk.data, feeds_file=desk.catalogue)).own_feeds
    ukili = next(iter(Runtime(Settings(data=desk.data, feeds_file=desk.catalogue)).catalogue))
    feeds = [type(ukili)(id=f"f{n}", url=f"https://f{n}.kz/rss", source="f", family="f") for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(own.put, feeds))
    assert len(own.read()) == 20


def test_all_feeds_are_tried_and_those_of_use_switched_on(desk: Desk):
    """Two thirds of a catalogue are off because no one asked the sites; one command asks them all."""
    feeds = yaml.safe_load(desk.catalogue.read_text())["feeds"]
    dead = feeds[0]["url"].rpartition("/")[0] + "/nothing-is-here.xml"
    feeds.append(feeds[0] | {"id": "dead", "url": dead, "enabled": False, "note": "never asked"})
    desk.catalogue.write_text(yaml.safe_dump({"feeds": feeds}, allow_unicode=True))
    quick = {"KUZET_HOST_SPACING_S": "0.01"}
    tried = json.loads(desk.run("check", "--all", "--json", **quick).stdout)
    assert {row["id"]: row["usable"] for row in tried["feeds"]} == {"ukili": True, "verst": True, "dead": False}
    assert tried["needed"] == {"another address: `kuzet feeds discover SITE`": 1}
    assert tried["switched_on"] == []
    assert "verst" in desk.run("check", "--all", "--enable", **quick).stdout
    assert {name: row["enabled"] for name, row in desk.feeds().items()} == {"ukili": True, "verst": True, "dead": False}
    assert desk.feeds()["dead"]["note"] == "never asked"


@pytest.mark.parametrize("arguments", [("check",), ("check", "ukili", "--all"), ("check", "ukili", "--enable")])
def test_check_takes_one_feed_or_all(desk: Desk, arguments: tuple[str, ...]):
    """`--enable` without `--all` would look like `feeds enable`."""
    assert "--all" in desk.run(*arguments, code=2).stderr


def test_the_feeds_of_a_site_are_found(desk: Desk):
    """A person knows a site, and not where its feed is; what robots.txt closes is not asked for."""
    page = (
        b"<html><head><link rel='alternate' type='application/rss+xml' href='/closed/rss'>"
        b"<link rel='alternate' type='application/atom+xml' href='/kk/atom'></head><body>x</body></html>"
    )
    answers = {
        "/": (b"text/html", page),
        "/robots.txt": (b"text/plain", b"User-agent: *\nDisallow: /closed/\n"),
        "/kk/atom": (b"application/rss+xml", FEED),
    }

    def site(talk: Talk) -> None:
        kind, body = answers.get(talk.path, (b"", b""))
        status = b"200 OK" if body else b"404 Not Found"
        talk.send(b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\n\r\n", body)

    found = HostileSite(site)
    try:
        env = {"KUZET_ALLOW_HOSTS": found.endpoint, "KUZET_HOST_SPACING_S": "0.01"}
        rows = json.loads(desk.run("discover", found.url, "--json", **env).stdout)["feeds"]
        assert [(row["url"].removeprefix(found.url), row["usable"], row["reason"]) for row in rows] == [
            ("closed/rss", False, "robots"),
            ("kk/atom", True, ""),
        ]
        asked = [request.split(b" ", 2)[1] for request in found.requests]
        assert b"/closed/rss" not in asked
        assert b"/rss" not in asked, "a common address was asked for although the site names a feed"
    finally:
        found.close()


FEED = (
    "<rss version='2.0'><channel><title>x</title><item><title>Қалада көпір ашылды</title><link>/n/1</link></item>"
    "</channel></rss>"
).encode()
