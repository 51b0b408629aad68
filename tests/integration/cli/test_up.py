"""`kuzet up --detach` and `kuzet down`, and the commands of a second terminal: real processes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import psutil
import pytest

from config.settings import HERE
from seeds.newsroom import Newsroom
from tests.support.terminal import Terminal

QUICK = {"KUZET_MIN_INTERVAL_S": "1.0", "KUZET_MAX_INTERVAL_S": "2.0", "KUZET_CPU_PROCESSES": "1"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("detached") / "data"


@pytest.fixture(scope="module")
def terminal(data: Path) -> Terminal:
    """A second terminal, which has none of the first one's variables."""
    return Terminal(data)


@pytest.fixture(scope="module")
def first(data: Path, dictionary: Path, install_dictionary: Callable[[Path], str], search_url: str) -> Iterator[dict]:
    """The variables of the terminal that started the watch, which runs detached."""
    install_dictionary(dictionary)
    data.mkdir()
    with Newsroom() as newsroom:
        newsroom.publish(count=8)
        feeds = data.parent / "feeds.yaml"
        feeds.write_text(newsroom.catalogue(), encoding="utf-8")
        name = f"detached{token_hex(4)}"
        own = {"KUZET_SEARCH_INDEX": name, "KUZET_SEARCH_URL": search_url, "KUZET_FEEDS_FILE": str(feeds)}
        variables = own | QUICK | {"KUZET_ALLOW_HOSTS": newsroom.allow_hosts}
        started = Terminal(data).run("up", "--detach", **variables)
        assert started.returncode == 0, started.stderr
        assert "The watch is up" in started.stdout
        yield variables
        Terminal(data).run("down")


def test_the_prompt_comes_back_when_everything_works(terminal: Terminal, first: dict):
    """`kuzet up --detach && kuzet status` in a script must find all queues served."""
    assert terminal.run("status", "--check").returncode == 0


def test_a_second_terminal_works_with_the_settings_of_the_watch(terminal: Terminal, first: dict):
    """Another index or feed list, silently, would be a day's search for the reason."""
    (listed,) = terminal.json("feeds", "list", "--json")
    assert len(listed["feeds"]) == 7
    answer = terminal.run("feeds", "list", "--json")
    assert answer.stderr == "", "what is as it should be is not mentioned to programs"


def test_settings_that_differ_are_named(terminal: Terminal, first: dict):
    """A variable left over from another day makes a command work on other data than the watch."""
    answer = terminal.run("feeds", "list", **{**first, "KUZET_SEARCH_INDEX": "elsewhere"})
    assert "Other than in the running watch: KUZET_SEARCH_INDEX; this command uses its own." in answer.stderr
    assert terminal.run("feeds", "list", **first).stderr == ""
    defaulted = terminal.run("feeds", "list", KUZET_REDIS_PREFIX="kuzet:", KUZET_HOST_SPACING_S="9")
    assert "KUZET_HOST_SPACING_S;" in defaulted.stderr


def test_a_lost_watch_is_found_again(terminal: Terminal, first: dict, tmp_path: Path):
    """«No watch is running» is little help while one runs on another folder."""
    answer = Terminal(tmp_path).run("status")
    assert answer.returncode == 3
    assert f"KUZET_DATA={terminal.data}" in answer.stderr


def test_a_second_start_is_refused_with_the_way_out(terminal: Terminal, first: dict):
    """Two watches on one folder would fight over it."""
    answer = terminal.run("up", "--detach", **first)
    assert (answer.returncode, "kuzet down" in answer.stderr) == (4, True)


def test_down_ends_everything(terminal: Terminal, first: dict):
    """Nothing may be left that polls feeds or holds the folder; a second `down` has nothing to do."""
    family = processes_on(terminal.data)
    assert len(family) >= 5, "the run, the broker, three workers and the clock"
    answer = terminal.run("down")
    assert (answer.returncode, "has ended" in answer.stdout) == (0, True)
    _, alive = psutil.wait_procs(family, timeout=10)  # the last of them says so, and then ends itself
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    again = terminal.run("down")
    assert (again.returncode, "No watch is running" in again.stdout) == (0, True)


def processes_on(data: Path) -> list[psutil.Process]:
    """The run's process and its family, by the pid that the run wrote down."""
    run = psutil.Process(int((data / "lock").read_text()))
    return [run, *run.children(recursive=True)]


def test_a_watch_that_cannot_start_says_why(tmp_path: Path):
    """Its terminal is gone with --detach; the reason must not be in a log only."""
    answer = Terminal(tmp_path).run("up", "--detach", KUZET_SEARCH_HEAP_MB="900000")
    assert answer.returncode == 1
    assert "did not start" in answer.stderr
    assert "up.log" in answer.stderr


def test_a_lexicon_that_cannot_be_read_is_one_sentence(cache: Path, tmp_path: Path):
    """The dictionary is built by a child, whose error is the command's error."""
    config = tmp_path / "config"
    shutil.copytree(HERE, config, ignore=shutil.ignore_patterns("__pycache__"))
    (config / "lexicon" / "core.tsv").write_text("not\ta\tlexicon\tat\tall\n", encoding="utf-8")
    own = tmp_path / "cache"
    shutil.copytree(cache / "rules", own / "rules")  # expanding the rules is not what is looked at here
    answer = Terminal(tmp_path / "data").run("up", KUZET_CONFIG=str(config), KUZET_CACHE=str(own))
    assert answer.returncode == 1
    assert "core.tsv" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list((own / "dictionaries").glob("kk_ru_*"))
