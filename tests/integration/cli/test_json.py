"""Every `--json` answer has the shape of the guide: real commands on a running watch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.support.running_watch import StartWatch, Watch
from tests.support.shapes import misfits
from tests.support.terminal import Terminal
from worker.cli.shapes import ANSWERS, LINES, ArticleRow, IndexDocument


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch) -> Iterator[Watch]:
    with start_watch() as watch:
        watch.settle()
        yield watch


@pytest.fixture(scope="module")
def terminal(watch: Watch) -> Terminal:
    return Terminal(watch.runtime.settings.data)


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
    assert misfits(answer(terminal, "show", link), IndexDocument) == []


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
