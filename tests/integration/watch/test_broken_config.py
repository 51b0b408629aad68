"""A rule or feed file that is broken: while the watch runs the old one is kept, at the start nothing begins."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.models import Stage
from pipelines.urls import article_id
from seeds.newsroom import Expectation
from tests.support.commands import kuzet
from tests.support.running_watch import StartWatch, Watch
from worker.cli.console import FAILED

pytestmark = pytest.mark.timeout(240)

LIMITS = {"fetch_deadline_s": 3.0, "cpu_deadline_s": 6.0}
"""What a killed worker had in its hands comes due again soon after them."""

RULE = "rules/fraud.yaml"
UNKNOWN_KEY = "\nlabls: {en: Fraud}\n"
UNKNOWN_FORMAT = "\n- {id: extra, url: 'http://127.0.0.9:81/', source: x, family: x, format: teletext}\n"


@dataclass(frozen=True)
class ConfiguredWatch:
    """A watch on a configuration of its own."""

    watch: Watch
    rule: Path
    feeds: Path

    def problems(self) -> list[str]:
        answer = self.watch.kuzet("status", "--json")
        return list(json.loads(answer.stdout)["problems"])

    def publish_one(self) -> str:
        """Publish a story and wait until it is searchable; the ruleset it was read with."""
        before = {each.link for each in self.watch.newsroom.expectations()}
        self.watch.newsroom.publish(count=1)
        [new] = [each for each in self.watch.newsroom.expectations() if each.link not in before][:1]
        self.watch.wait(lambda: self.ended(new))
        stored = self.watch.runtime.search.get(article_id(new.link))
        assert stored is not None, self.watch.trace(new)
        return str(stored.document["ruleset"])

    def ended(self, expectation: Expectation) -> bool:
        trace = self.watch.runtime.state.articles.trace(article_id(expectation.link))
        return bool(trace and trace.outcome)


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory, start_watch: StartWatch) -> Iterator[ConfiguredWatch]:
    config = Path(shutil.copytree(HERE, tmp_path_factory.mktemp("config") / "config"))
    with start_watch(config=config, **LIMITS) as watch:
        watch.settle()
        yield ConfiguredWatch(watch, config / RULE, watch.runtime.settings.data / "newsroom.yaml")


@pytest.fixture
def broken(configured: ConfiguredWatch) -> Iterator[Callable[[Path, str], int]]:
    """Breaks a file by what is appended to it, and mends it after the test."""
    texts = {file: file.read_text(encoding="utf-8") for file in (configured.rule, configured.feeds)}

    def break_file(file: Path, end: str) -> int:
        """Returns the line that is wrong."""
        text = texts[file].rstrip("\n")
        file.write_text(text + end, encoding="utf-8")
        return text.count("\n") + 2

    yield break_file
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")


def test_a_broken_rule_file_is_named_and_the_old_rules_stay(
    configured: ConfiguredWatch, broken: Callable[[Path, str], int]
) -> None:
    """A typo at noon must not stop the tagging; and mended rules need no restart."""
    before = configured.publish_one()
    line = broken(configured.rule, UNKNOWN_KEY)
    assert configured.publish_one() == before
    [problem] = configured.problems()
    assert RULE in problem
    assert f"line {line}, key 'labls'" in problem
    text = configured.rule.read_text(encoding="utf-8").replace(UNKNOWN_KEY, "\n")
    configured.rule.write_text(text.replace("severity: medium", "severity: high"), encoding="utf-8")
    assert configured.problems() == []
    assert configured.publish_one() != before


def test_a_worker_that_starts_on_broken_rules_leaves_articles_where_they_are(
    configured: ConfiguredWatch, broken: Callable[[Path, str], int]
) -> None:
    """Were they read and failed, a typo and a restart would put a day's news into quarantine."""
    broken(configured.rule, UNKNOWN_KEY)
    configured.watch.kill("cpu")
    configured.watch.wait(
        lambda: "until this is mended" in (configured.watch.logs / "cpu.log").read_text(errors="replace")
    )
    configured.watch.newsroom.publish(count=2)
    due = configured.watch.runtime.state.due
    configured.watch.wait(lambda: due.size(Stage.PARSE) + due.size(Stage.EXTRACT) > 0)
    configured.watch.wait(lambda: "task put off" in (configured.watch.logs / "cpu.log").read_text(errors="replace"))
    configured.rule.write_text(configured.rule.read_text(encoding="utf-8").replace(UNKNOWN_KEY, "\n"), encoding="utf-8")
    configured.watch.wait(lambda: all(configured.ended(each) for each in configured.watch.newsroom.expectations()))
    assert configured.watch.runtime.state.quarantine.size == 0


def test_a_broken_feeds_file_is_named_and_the_old_feeds_go_on(
    configured: ConfiguredWatch, broken: Callable[[Path, str], int]
) -> None:
    """A catalogue that cannot be read is not an empty one: no worker stops, not even one that starts meanwhile."""
    watched = configured.watch.runtime.state.feeds.ids()
    line = broken(configured.feeds, UNKNOWN_FORMAT)
    [problem] = configured.problems()
    assert f"{configured.feeds}, line {line}" in problem
    assert "'format'" in problem
    configured.watch.kill("cpu")
    configured.publish_one()
    assert configured.watch.runtime.state.feeds.ids() == watched
    mended = configured.feeds.read_text(encoding="utf-8").replace("teletext", "feed")
    configured.feeds.write_text(mended, encoding="utf-8")
    configured.watch.wait(lambda: "extra" in configured.watch.runtime.state.feeds.ids())


def test_a_clock_that_starts_on_broken_feeds_stops_none(
    configured: ConfiguredWatch, broken: Callable[[Path, str], int]
) -> None:
    """After a restart nothing is loaded; what the broker knows of the feeds stays true."""
    watched = configured.watch.runtime.state.feeds.ids()
    broken(configured.feeds, UNKNOWN_FORMAT)
    configured.watch.kill("index")
    configured.watch.wait(
        lambda: "feeds left as they are" in (configured.watch.logs / "index.log").read_text(errors="replace")
    )
    configured.watch.wait_for_tick()
    assert configured.watch.runtime.state.feeds.ids() == watched


@pytest.mark.parametrize(
    ("file", "end", "key"),
    [(RULE, UNKNOWN_KEY, "'labls'"), ("feeds.yaml", UNKNOWN_FORMAT.replace("\n-", "\n  -"), "'format'")],
)
def test_nothing_starts_on_a_broken_file(tmp_path: Path, file: str, end: str, key: str) -> None:
    """At the start somebody is at the terminal: one sentence says what to mend, before anything is downloaded."""
    config = Path(shutil.copytree(HERE, tmp_path / "config"))
    text = (config / file).read_text(encoding="utf-8").rstrip("\n")
    (config / file).write_text(text + end, encoding="utf-8")
    answer = kuzet("up", KUZET_CONFIG=str(config), KUZET_DATA=str(tmp_path / "data"))
    assert answer.returncode == FAILED
    [sentence] = answer.stderr.splitlines()
    assert file in sentence
    assert f"line {text.count(chr(10)) + 2}, key {key}" in sentence
    assert not (tmp_path / "data").exists()
