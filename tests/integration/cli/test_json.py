"""Every `--json` answer has the shape of the guide: real commands on a running watch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import urllib3

from config.settings import HERE
from pipelines.models import Entry, Feed, Stage
from pipelines.urls import article_id
from tests.support.running_watch import Watch
from tests.support.shapes import misfits
from tests.support.terminal import Terminal
from worker.answers.shapes import ANSWERS, LINES, ArticleRow
from worker.state import ArticleAddress
from worker.state.articles import MAX_ATTEMPTS

FAR_S = 86_400.0
"""Further away than any lease."""


def answer(terminal: Terminal, *arguments: str, given: str = "") -> dict:
    """The one object of an answer, also when nothing was found."""
    printed = terminal.run(*arguments, "--json", given=given)
    assert printed.returncode in (0, 1), printed.stderr
    (line,) = printed.stdout.splitlines()
    return json.loads(line)


@pytest.mark.parametrize("arguments", [("search",), ("search", "жоқсөзмұндай"), ("stats",), ("feeds", "list", "--all")])
def test_lists_and_counts(terminal: Terminal, arguments: tuple[str, ...]):
    """A script reads `.hits[]` also when there are none."""
    command = " ".join(("kuzet", *[word for word in arguments[:2] if word in {"search", "stats", "feeds", "list"}]))
    assert misfits(answer(terminal, *arguments), ANSWERS[command]) == []


@pytest.mark.parametrize(
    "command",
    [
        *("status", "audit", "settings", "quarantine list", "forget --list", "reindex --list", "reindex --dry-run"),
        *("retag --dry-run", "rules lint", "rules test fraud"),
    ],
)
def test_what_takes_no_article(terminal: Terminal, command: str):
    """One object, also when its lists are empty, as most are here."""
    key = "kuzet rules test" if command.startswith("rules test") else f"kuzet {command}"
    assert misfits(answer(terminal, *command.split()), ANSWERS[key]) == []


def test_lists_with_something_in_them(watch: Watch, terminal: Terminal, tmp_path: Path):
    """An empty list fits every shape: what is in one is held too."""
    state, now = watch.runtime.state, watch.runtime.now()
    give_up(watch, "https://habar.example/given-up")
    state.forgotten.forget(article_id("https://habar.example/gone"), now=now, url="https://habar.example/gone")
    for command in ("quarantine list", "forget --list"):
        (rows,) = (found := answer(terminal, *command.split())).values()
        assert rows
        assert misfits(found, ANSWERS[f"kuzet {command}"]) == []
    traced = answer(terminal, "trace", "https://habar.example/gone")
    assert misfits(traced, ANSWERS["kuzet trace"]) == []
    assert traced["forgotten"]
    lifted = answer(terminal, "forget", "--lift", "https://habar.example/gone")
    assert misfits(lifted, ANSWERS["kuzet forget --lift"]) == []
    traced = answer(terminal, "trace", "https://habar.example/given-up")
    assert misfits(traced, ANSWERS["kuzet trace"]) == []
    assert not traced["forgotten"]


def give_up(watch: Watch, link: str) -> None:
    """Let an article fail as often as it may."""
    articles, now = watch.runtime.state.articles, watch.runtime.now()
    feed = Feed(id="import-hand", url="", source="hand", family="hand")
    entry = Entry(link=link, title="Қате")
    # from a day on which no worker looks for work: it is this process that claims it
    found = articles.sight(entry, ArticleAddress.of(link), feed=feed, now=now + FAR_S)
    for attempt in range(1, MAX_ATTEMPTS + 2):
        claim = articles.claim(found.article_id, stage=Stage.FETCH, now=now + attempt * FAR_S)
        if claim:
            articles.release(
                claim, not_before=now + attempt * FAR_S, now=now + attempt * FAR_S, error="OSError by hand"
            )


def test_forgetting_importing_and_rebuilding(watch: Watch, terminal: Terminal, tmp_path: Path):
    """Commands that change something say what they did."""
    (tmp_path / "text.txt").write_text("Жаңа мектеп\n\nМектеп ашылды.", encoding="utf-8")
    text = (str(tmp_path / "text.txt"), "--source", "hand")
    imported = answer(terminal, "import", *text)
    assert imported == {"outcomes": {"indexed": 1}}
    assert misfits(imported, ANSWERS["kuzet import"]) == []
    assert answer(terminal, "import", *text) == {"outcomes": {"known already": 1}}
    watch.runtime.search.refresh()
    for key in ("kuzet forget --dry-run", "kuzet forget"):
        options = key.split()[2:]
        forgot = answer(terminal, "forget", "--source", "hand", "--yes", *options)
        assert forgot["articles"] == 1
        assert misfits(forgot, ANSWERS[key]) == []
    key = next(name for name in ANSWERS if name.startswith("kuzet reindex --no-wait"))
    assert misfits(answer(terminal, "retag", "--no-wait"), ANSWERS[key]) == []
    watch.wait(lambda: watch.runtime.state.rebuilds.current() is None)
    ended = next(name for name in ANSWERS if name.startswith("kuzet reindex, "))
    for command in ("retag", "reextract", "reindex"):
        assert misfits(answer(terminal, command), ANSWERS[ended]) == []


def test_what_rules_say(terminal: Terminal, tmp_path: Path):
    """Of an article, of a missing topic, of odd terms, of wrong examples and of another ruleset."""
    news = "Изъят героин\nПолиция изъяла героин."
    explained = answer(terminal, "rules", "explain", "-", given=news)
    assert misfits(explained, ANSWERS["kuzet rules explain"]) == []
    missed = answer(terminal, "rules", "why-not", "-", "--topic", "weapons", given=news)
    assert misfits(missed, ANSWERS["kuzet rules why-not"]) == []
    config = other_rules(tmp_path)
    for command in ("lint", "test"):
        found = terminal.run("rules", command, "--json", KUZET_CONFIG=str(config))
        rows = json.loads(found.stdout)
        assert (found.returncode, misfits(rows, ANSWERS[f"kuzet rules {command}"])) == (1, [])
    rows = json.dumps({"id": "a", "title": news.partition("\n")[0], "text": news}, ensure_ascii=False)
    compared = answer(terminal, "rules", "diff", str(HERE), str(config), "--on", "-", given=rows)
    assert compared["changes"]
    assert misfits(compared, ANSWERS["kuzet rules diff"]) == []


def other_rules(folder: Path) -> Path:
    """A config folder with a term that finds only itself in place of a good one, a wrong example, and a topic less."""
    config = Path(shutil.copytree(HERE, folder / "config"))
    rule = config / "rules/fraud.yaml"
    terms = rule.read_text(encoding="utf-8").replace("- мошенник\n", "- жуликов\n")
    rule.write_text(terms + "      - Алаяқтар ұсталды.\n", encoding="utf-8")
    (config / "rules/drugs.yaml").unlink()
    return config


def test_an_article_and_its_stages(watch: Watch, terminal: Terminal, tmp_path: Path):
    """What each stage says of one article."""
    url = watch.newsroom.feed_url("ukili")
    (tmp_path / "feed.xml").write_bytes(urllib3.request("GET", url).data)
    document = answer(terminal, "feed", str(tmp_path / "feed.xml"))
    assert misfits(document, ANSWERS["kuzet feed"]) == []
    assert misfits(answer(terminal, "feeds", "check", url), ANSWERS["kuzet feeds check"]) == []
    link = document["entries"][0]["link"]
    page = answer(terminal, "fetch", link)
    assert misfits(page, ArticleRow) == []
    assert misfits(answer(terminal, "tag", "-", given=f"{page['title']}\n{page['text']}"), ANSWERS["kuzet tag"]) == []
    assert misfits(answer(terminal, "show", link), ANSWERS["kuzet show"]) == []
    assert misfits(answer(terminal, "trace", link), ANSWERS["kuzet trace"]) == []


def test_imported_feeds(terminal: Terminal, tmp_path: Path):
    """Nothing new is an answer too."""
    (tmp_path / "none.opml").write_text("<opml><body/></opml>")
    found = answer(terminal, "feeds", "import", str(tmp_path / "none.opml"))
    assert misfits(found, ANSWERS["kuzet feeds import"]) == []
    assert found["feeds"] == []


def test_lines(watch: Watch, terminal: Terminal):
    """A stream is one object a line."""
    rows = '{"id": 1, "text": "Полицейлер алаяқты ұстады"}\n{"id": "b", "text": ""}\n'
    tagged = terminal.json("tag", "--jsonl", "-", given=rows)
    assert [misfits(line, LINES["kuzet tag --jsonl"]) for line in tagged] == [[], []]
    with terminal.running("watch", "--json", "--last", "3", "--all") as shown:
        watch.wait(lambda: len(shown.lines) >= 3)
    assert [misfits(json.loads(line), LINES["kuzet watch"]) for line in shown.lines[:3]] == [[], [], []]
