"""Real engines for the tests, started from packages: a broker for each worker of pytest, one search node for all."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from redis import Redis

from config.settings import HERE, Settings
from pipelines.errors import EngineUnavailableError
from pipelines.tagging import Tagger
from tests.support.running_watch import StartWatch, Watch, watching
from tests.support.scheduling import Sharing, rank
from tests.support.shared_node import SearchNode, shared_node
from worker.files.dictionaries import build_dictionaries
from worker.files.rules import RuleFiles
from worker.local.broker import start_broker
from worker.local.engines import start_search_node
from worker.local.report import Silence
from worker.local.search_node import install_dictionary as install
from worker.local.supervisor import Supervisor

HEAP_MB = 512
MAX_ID_CHARS = 500
Engine = TypeVar("Engine")

os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
"""Nodes of tests live for minutes: the second compiler would cost more than it brings (a third of a node's time)."""

settings.register_profile("kuzet", deadline=None)  # no test is a race against a busy machine
settings.load_profile("kuzet")


gc.disable()
"""Collecting makes a million objects that stay; going through them again and again is a quarter of its time."""


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter by its text only; anything else goes by its argument's name.

    pytest writes bytes and long texts out in full. `gzip.compress` puts the current second into its bytes: the two
    workers of xdist collected tests of different names, and neither ran any. Give such parameters ids of their own.
    """
    is_readable = not isinstance(val, bytes) and len(str(val)) <= MAX_ID_CHARS
    return None if is_readable else argname


ELSEWHERE, HUNSPELL = "KUZET_TEST_SEARCH_URL", "KUZET_TEST_SEARCH_HUNSPELL"
"""Variables that let the tests of the search engine run against any Elasticsearch or OpenSearch."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the workers of xdist begin with the files that take longest, so that they end at the same time."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)


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
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def search_base(session_folder: Path) -> Path:
    """The folder of the session's search node."""
    return session_folder / "search"


@pytest.fixture(scope="session")
def search_node(engines: Supervisor, session_folder: Path, search_base: Path, cache: Path) -> Iterator[SearchNode]:
    """A real search node, one for all workers of the session."""
    if ELSEWHERE in os.environ:
        pytest.skip(f"the node of {ELSEWHERE} is not ours to stop")

    def start() -> SearchNode:
        url = start_search_node(engines, search_base, cache=cache, heap_mb=HEAP_MB, report=Silence())
        return SearchNode(url, engines.pids()["search"])

    with ExitStack() as stack:
        yield _required(lambda: stack.enter_context(shared_node(session_folder, start)))


@pytest.fixture(scope="session")
def search_url(request: pytest.FixtureRequest) -> str:
    """Where the search node is: ours, or the one that KUZET_TEST_SEARCH_URL names. Indices need names of their own."""
    node: SearchNode | str = os.environ.get(ELSEWHERE) or request.getfixturevalue("search_node")
    return node if isinstance(node, str) else node.url


@pytest.fixture(scope="session")
def dictionary(cache: Path) -> Path:
    """The folder of the Kazakh and Russian dictionary, built once for all sessions."""
    folder = cache / "dictionaries"
    return folder / build_dictionaries(folder, lexicons=[HERE / "lexicon"])


@pytest.fixture(scope="session")
def install_dictionary(search_base: Path, search_url: str) -> Callable[[Path], str]:
    """Gives the session's node a dictionary folder, and returns the name an index refers to it by.

    A node elsewhere looks for dictionaries in the folder that KUZET_TEST_SEARCH_HUNSPELL names: its config/hunspell.
    """
    if ELSEWHERE not in os.environ:
        return lambda folder: install(folder, base=search_base)
    if HUNSPELL not in os.environ:
        pytest.skip(f"{HUNSPELL} does not name the config/hunspell of the node of {ELSEWHERE}")
    return lambda folder: shutil.copytree(folder, Path(os.environ[HUNSPELL]) / folder.name, dirs_exist_ok=True).name


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


def _required(start: Callable[[], Engine]) -> Engine:
    """Start an engine; without it fail where engines are required, else skip loudly."""
    try:
        return start()
    except EngineUnavailableError as error:
        if os.environ.get("KUZET_REQUIRE_ENGINES") == "1":
            pytest.fail(str(error))
        pytest.skip(f"NO ENGINE: {error}")
