"""The very commands of docker-compose.yml, profile demo, on local engines: the sample sites' articles are found."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.settings import HERE, Settings
from pipelines.errors import EngineUnavailableError
from pipelines.queries import SearchRequest
from seeds.newsroom import SITES, load_stories
from tests.composed import Here, read_compose
from worker.local.broker import free_port
from worker.local.children import Command
from worker.local.report import Silence
from worker.local.search_node import dictionaries_folder
from worker.local.supervisor import Supervisor
from worker.runtime import Runtime

pytestmark = pytest.mark.timeout(240)

RUNNING = ("newsroom", "io", "cpu", "index", "beat")
DATA, FEEDS, PORT = "/var/lib/kuzet/data", "/etc/kuzet/none.yaml", "8800"
PREFIX, INDEX = "composed:", "composed"
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Stack:
    """Our services as compose would run them, with this machine's places."""

    services: dict[str, Any]
    here: Here
    runtime: Runtime
    supervisor: Supervisor

    def run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as in a container of that service."""
        described = self.services[service]
        return subprocess.run(
            self.here.argv(command),
            env=self.here.environment(described),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, name: str) -> None:
        described = self.services[name]
        command = Command(name=name, argv=self.here.argv(described["command"]), env=self.here.environment(described))
        self.supervisor.start(command)

    def is_well(self, name: str) -> bool:
        kind, *command = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.run(name, command).returncode == 0

    def count(self) -> int:
        """How many articles are in the index, 0 while there is none or it is just being made."""
        try:
            return self.runtime.search.count() if self.runtime.search.index_name() else 0
        except EngineUnavailableError:
            return 0


@dataclass(frozen=True)
class Engines:
    """The session's. Its node has the dictionary already: the container would build it, which other tests do."""

    broker_url: str
    search_url: str
    search_base: Path


@pytest.fixture(scope="module")
def local_engines(
    broker_url: str, search_url: str, search_base: Path, dictionary: Path, install_dictionary: Callable[[Path], str]
) -> Engines:
    install_dictionary(dictionary)
    return Engines(broker_url, search_url, search_base)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, local_engines: Engines, cache: Path) -> Iterator[Stack]:
    """Everything is started in the order that compose would choose; sets no more than a person may set in .env."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / "none.yaml").write_text("feeds: []\n", encoding="utf-8")  # real sites stay alone
    chosen = {"KUZET_FEEDS_FILE": FEEDS, "KUZET_REDIS_PREFIX": PREFIX, "KUZET_SEARCH_INDEX": INDEX}
    services = read_compose(chosen)["services"]
    with Supervisor(folder / "logs", report=Silence()) as supervisor:
        here = Here(places_of(local_engines, folder, cache=cache))
        (folder / "data" / "beat").mkdir(parents=True)
        names = {"redis_prefix": PREFIX, "search_index": INDEX}
        places = {"broker_url": local_engines.broker_url, "search_url": local_engines.search_url}
        stack = Stack(services, here, Runtime(Settings(data=folder / "data", **names, **places)), supervisor)
        built = stack.run("dictionaries", services["dictionaries"]["command"])
        assert built.returncode == 0, built.stderr
        for name in RUNNING:
            stack.start(name)
        yield stack


def places_of(engines: Engines, folder: Path, *, cache: Path) -> dict[str, str]:
    """What stands here for the containers' hosts, ports and paths."""
    sites = {f"{site.id}.test": f"127.0.0.{number}" for number, site in enumerate(SITES, start=2)}
    return {
        "redis://redis:6379/0": engines.broker_url,
        "http://elasticsearch:9200": engines.search_url,
        "/dictionaries": str(dictionaries_folder(engines.search_base)),
        "/var/lib/kuzet/cache": str(cache),
        DATA: str(folder / "data"),
        FEEDS: str(folder / "none.yaml"),
        "/etc/kuzet": str(HERE),
        PORT: str(free_port()),
        **sites,
    }


def eventually(stack: Stack, what: str, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Go round until the caller is content; then say what the services logged last."""
    ends_at = time.monotonic() + patience_s
    while time.monotonic() < ends_at and not stack.supervisor.failed():
        yield
        time.sleep(0.2)
    logs = "\n".join(f"{name}: {stack.supervisor.log(name).read_text()[-800:]}" for name in RUNNING)
    pytest.fail(f"{what} did not happen\n{logs}")


def test_what_the_newsroom_published_is_found(stack: Stack) -> None:
    """`docker compose --profile demo up` shows something within a minute, without internet."""
    first = int(stack.services["newsroom"]["command"][stack.services["newsroom"]["command"].index("--first") + 1])
    for _ in eventually(stack, "indexing"):
        if stack.count() >= first - 2:  # one is missing on its site, one is a twin
            break
    stack.runtime.search.refresh()
    titles = {version.title for story in load_stories() for version in story.versions}
    assert {stored.document["title"] for stored in stack.runtime.search.scan(SearchRequest())} <= titles


@pytest.mark.parametrize("name", RUNNING)
def test_every_healthcheck_is_content(stack: Stack, name: str) -> None:
    """Else compose would restart what works, or never start what depends on it."""
    for _ in eventually(stack, f"health of {name}"):
        if stack.is_well(name):
            break


def test_a_health_check_notices_a_missing_worker(stack: Stack) -> None:
    """A check that is always content is none."""
    assert stack.run("io", ["kuzet", "status", "--check", "--worker", "nobody"]).returncode == 3


def test_nothing_was_restarted(stack: Stack) -> None:
    """Every command ran as it stands in the file, with the environment that stands there."""
    assert set(stack.supervisor.pids()) == set(RUNNING)
    for name in RUNNING:
        assert "Traceback" not in stack.supervisor.log(name).read_text(), name


def test_the_newsroom_takes_its_feeds_with_it(stack: Stack) -> None:
    """Afterwards nobody polls sites that are gone."""
    own_feeds = stack.runtime.own_feeds
    assert own_feeds.exists()
    stack.supervisor.stop()
    assert not own_feeds.exists()
