"""Real engines for the tests: one broker and one search node a session, started from packages, stopped at its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from redis import Redis

from config.settings import HERE, Settings
from pipelines.errors import EngineUnavailableError
from pipelines.tagging import Tagger
from tests.support.running_watch import StartWatch, Watch, watching
from worker.files.dictionaries import build_dictionaries
from worker.files.rules import RuleFiles
from worker.local.broker import start_broker
from worker.local.engines import start_search_node
from worker.local.report import Silence
from worker.local.search_node import install_dictionary as install
from worker.local.supervisor import Supervisor

HEAP_MB = 512
MAX_ID_CHARS = 500

settings.register_profile("kuzet", deadline=None)  # no test is a race against a busy machine
settings.load_profile("kuzet")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter by its text only; anything else goes by its argument's name.

    pytest writes bytes and long texts out in full. `gzip.compress` puts the current second into its bytes: the two
    workers of xdist collected tests of different names, and neither ran any. Give such parameters ids of their own.
    """
    is_readable = not isinstance(val, bytes) and len(str(val)) <= MAX_ID_CHARS
    return None if is_readable else argname


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data that is not part of the product."""
    folder = os.environ.get("KUZET_SHARED")
    if not folder:
        pytest.skip("KUZET_SHARED does not name the development data")
    return Path(folder)


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    """The tagger of our own rules; compiled once a session."""
    return RuleFiles(HERE, cache=Settings().cache / "rules").tagger()


@pytest.fixture(scope="session")
def cache() -> Path:
    """The user's own cache: what was downloaded once serves every session."""
    return Settings().cache


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """The supervisor of the session's engines; its logs are kept with pytest's temporary folders."""
    with Supervisor(tmp_path_factory.mktemp("logs"), report=Silence()) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def broker_url(engines: Supervisor, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real broker, empty."""
    return _required(lambda: start_broker(engines, tmp_path_factory.mktemp("broker")))


@pytest.fixture
def redis(broker_url: str) -> Iterator[Redis]:
    """A client of the broker, which is empty before each test."""
    with Redis.from_url(broker_url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def search_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the session's search node."""
    return tmp_path_factory.mktemp("search")


@pytest.fixture(scope="session")
def search_url(engines: Supervisor, search_base: Path, cache: Path) -> str:
    """A real search node. Indices are not removed between tests: use names of your own."""
    return _required(lambda: start_search_node(engines, search_base, cache=cache, heap_mb=HEAP_MB, report=Silence()))


@pytest.fixture(scope="session")
def dictionary(cache: Path) -> Path:
    """The folder of the Kazakh and Russian dictionary, built once for all sessions."""
    folder = cache / "dictionaries"
    return folder / build_dictionaries(folder, lexicon_dir=HERE / "lexicon")


@pytest.fixture(scope="session")
def install_dictionary(search_base: Path, search_url: str) -> Callable[[Path], str]:
    """Gives the session's node a dictionary folder, and returns the name an index refers to it by."""
    return lambda folder: install(folder, base=search_base)


@pytest.fixture(scope="session")
def start_watch(
    tmp_path_factory: pytest.TempPathFactory,
    broker_url: str,
    search_url: str,
    dictionary: Path,
    install_dictionary: Callable[[Path], str],
) -> StartWatch:
    """Runs a watch on the session's engines, with keys and an index of its own, in `folder` or a new one."""
    install_dictionary(dictionary)
    engines = {"broker_url": broker_url, "search_url": search_url}

    def start(folder: Path | None = None, **settings: Any) -> AbstractContextManager[Watch]:
        return watching(folder or tmp_path_factory.mktemp("watch"), dictionary=dictionary, **{**engines, **settings})

    return start


def _required(start: Callable[[], str]) -> str:
    """Start an engine; without it fail where engines are required, else skip loudly."""
    try:
        return start()
    except EngineUnavailableError as error:
        if os.environ.get("KUZET_REQUIRE_ENGINES") == "1":
            pytest.fail(str(error))
        pytest.skip(f"NO ENGINE: {error}")
