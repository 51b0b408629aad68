"""The very commands of docker-compose.yml with docker/demo.yml, on local engines, from secrets to articles."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import HERE, Settings
from pipelines.errors import EngineUnavailableError
from pipelines.search.request import SearchRequest
from seeds.newsroom import SITES, load_stories
from tests.support.compose_file import DEMO, MAIN, LocalMachine, read_compose
from tests.support.desk_visitor import DeskVisitor
from tests.support.fake_kibana import IMPORT, FakeKibana, serving_kibana
from tests.support.fake_security import AccountsProxy, demanding_accounts
from tests.support.forks import ForkingSupervisor, run_program
from tests.support.tls import server_context, tls_before
from worker.local.broker import await_broker, find_server, free_port
from worker.local.children import Command
from worker.local.report import Silence
from worker.local.search_node import dictionaries_folder
from worker.local.supervisor import Supervisor
from worker.runtime import Runtime
from worker.setup.certificates import make_authority

pytestmark = pytest.mark.timeout(240)

RUNNING = ("newsroom", "io", "cpu", "index", "beat", "desk")
SCALED = {  # a second container has another host name and a schedule of its own
    "cpu": {"cpu@%h": "cpu@second-%h"},
    "beat": {"/var/lib/kuzet/data/beat": "/second"},
}
DATA, PORT, DESK_PORT = "/var/lib/kuzet/data", "8800", "8585"
FEEDS = f"{DATA}/newsroom.yaml"
PREFIX, INDEX = "demo:", "kuzet-demo"
PATIENCE_S = 120.0
OK, FORBIDDEN = 200, 403


@dataclass
class Stack:
    """The services as compose would run them, with this machine's places: real commands, real TLS, real passwords.

    Redis is a Valkey behind a TLS end of the tests, Elasticsearch an OpenSearch behind a proxy, Kibana a double.
    """

    services: dict[str, Any]
    folder: Path
    machine: LocalMachine
    supervisor: Supervisor
    printed: list[str] = field(default_factory=list)
    """What the commands printed."""
    ran: set[tuple[str, str]] = field(default_factory=set)
    """Services, and the commands of which they were run and did what they should."""

    def here_of(self, name: str) -> LocalMachine:
        """The places of a service, which sees its own secrets at the place where each sees its own."""
        mounts = [volume.split(":") for volume in self.services[name].get("volumes", ())]
        secrets = {target: source for source, target, *_ in mounts if source.startswith("secrets-")}
        given = secrets.get("/run/kuzet", "").removeprefix("secrets-")
        return self.machine.and_also({"/run/kuzet": str(self.folder / "run" / given)}) if given else self.machine

    def run(self, service: str, command: list[str], **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command as in a container of that service."""
        here = self.here_of(service)
        environment = here.environment(self.services[service]) | changes
        ran = run_program(here.argv(command), environment)
        self.printed += [ran.stdout, ran.stderr]
        if ran.returncode == 0:
            self.ran.add((service, " ".join(command)))
        return ran

    def finish(self, service: str) -> None:
        """Run a service that ends, as the others wait for it."""
        ran = self.run(service, self.services[service]["command"])
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def start(self, name: str, *, places: Mapping[str, str] | None = None, number: int = 1) -> None:
        here = self.here_of(name).and_also({**alive_file(self.folder, name, number=number), **(places or {})})
        argv, env = here.argv(self.services[name]["command"]), here.environment(self.services[name])
        self.supervisor.start(Command(name=f"{name}-{number}", argv=argv, env=env))

    def unpack(self) -> None:
        """Give every service the secrets that were made, with this machine's places in them."""
        for file in self.folder.glob("secrets/*/*"):
            copy = self.folder / "run" / file.parent.name / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text().replace("/run/kuzet", str(copy.parent))
            copy.write_text(text.replace("redis:6379", self.machine.places["redis:6379"]))

    def is_well(self, name: str) -> bool:
        kind, *command = self.services[name]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            return self.is_well_by_shell(name, **alive_file(self.folder, name))
        return self.run(name, command).returncode == 0

    def is_well_by_shell(self, name: str, **places: str) -> bool:
        kind, command = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        shell = self.here_of(name).and_also(places).text(command)
        return subprocess.run(("sh", "-c", shell), timeout=30, check=False).returncode == 0

    def logs(self) -> str:
        return "\n".join(file.read_text() for file in (self.folder / "logs").iterdir())


@dataclass(frozen=True)
class Engines:
    """The session's node and a broker of ours; `direct` reads what is in them without the proxies."""

    stack: Stack
    proxy: AccountsProxy
    fake_kibana: FakeKibana
    direct: Runtime

    def count(self) -> int:
        """How many articles are in the index, 0 while the index is missing or just being made."""
        try:
            return self.direct.search.count() if self.direct.search.index_name() else 0
        except EngineUnavailableError:
            return 0


@pytest.fixture(scope="module")
def fresh(
    tmp_path_factory: pytest.TempPathFactory,
    cache: Path,
    search_base: Path,
    dictionary: Path,
    install_dictionary: Callable[[Path], str],
) -> Iterator[Stack]:
    """A server on which `setup` and `dictionaries` have ended. Sets no more than a person may set in .env."""
    install_dictionary(dictionary)  # the container would build it, which other tests do
    folder = tmp_path_factory.mktemp("compose")
    for name in ("data", "beat", "second", "site"):
        (folder / name).mkdir()
    services = read_compose({"KUZET_CPU_PROCESSES": "1"}, files=(MAIN, DEMO))["services"]
    places = {**places_of(folder, cache=cache), "/dictionaries": str(dictionaries_folder(search_base))}
    with ForkingSupervisor(folder / "logs", report=Silence()) as supervisor:
        stack = Stack(services, folder, LocalMachine(places), supervisor)
        stack.finish("setup")
        stack.finish("dictionaries")
        yield stack


def alive_file(folder: Path, name: str, *, number: int = 1) -> dict[str, str]:
    """Where a service touches its file machine: in a container each has a /tmp of its own."""
    return {"/tmp/alive": str(folder / f"alive-{name}-{number}")}


def places_of(folder: Path, *, cache: Path) -> dict[str, str]:
    """This machine's places for the containers' hosts, ports and paths."""
    sites = {f"{site.id}.test": f"127.0.0.{number}" for number, site in enumerate(SITES, start=2)}
    return {
        "/secrets": str(folder / "secrets"),
        "/var/lib/kuzet/cache": str(cache),
        DATA: str(folder / "data"),
        f"{DATA}/beat": str(folder / "beat"),
        "/second": str(folder / "second"),
        "/etc/kuzet": str(folder / "site"),
        PORT: str(free_port()),
        DESK_PORT: str(free_port()),
        **sites,
    }


@pytest.fixture(scope="module")
def behind_proxies(fresh: Stack, search_url: str) -> Iterator[Engines]:
    """The engines behind their proxies, with the certificates and passwords that `setup` has made for them."""
    secrets, port = fresh.folder / "secrets", start_redis(fresh)
    context = server_context(secrets / "redis" / "redis.crt", secrets / "redis" / "redis.key")
    with (
        demanding_accounts(search_url, secrets=secrets / "elasticsearch") as proxy,
        tls_before(port, context) as tls_port,
        serving_kibana(FakeKibana(accounts=proxy.accounts)) as fake_kibana,
    ):
        proxies = {"https://elasticsearch:9200": proxy.url, "http://kibana:5601": fake_kibana.url}
        fresh.machine = fresh.machine.and_also({**proxies, "redis:6379": f"localhost:{tls_port}"})
        fresh.unpack()
        names = {"redis_prefix": PREFIX, "search_index": INDEX, "data": fresh.folder / "data"}
        direct = Runtime(Settings(broker_url=direct_url(fresh, port), search_url=search_url, **names))
        yield Engines(fresh, proxy, fake_kibana, direct)
        fresh.supervisor.stop()  # no process may be left that calls a proxy that is gone


def start_redis(stack: Stack) -> int:
    """A Valkey with the options and the password of the service redis; the one of the wheel speaks no TLS."""
    port, data = free_port(), stack.folder / "redis"
    data.mkdir()
    text = (stack.folder / "secrets" / "redis" / "redis.conf").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("port", "tls-"))]
    config = stack.folder / "redis.conf"
    config.write_text("\n".join((*kept, f"port {port}", "bind 127.0.0.1", "")))
    command = stack.services["redis"]["command"]
    options = command[command.index("/run/kuzet/redis.conf") + 1 :]
    argv = (str(find_server()), str(config), *(str(data) if option == "/data" else option for option in options))
    url = direct_url(stack, port)
    stack.supervisor.start(Command(name="redis", argv=argv), ready=lambda child: await_broker(url, child))
    return port


def direct_url(stack: Stack, port: int) -> str:
    """The broker without its proxy: what only the tests know."""
    return f"redis://:{(stack.folder / 'secrets' / 'redis' / 'password').read_text()}@127.0.0.1:{port}/0"


@pytest.fixture(scope="module")
def running(behind_proxies: Engines) -> Engines:
    """Everything is started in the order that compose would choose, two of what may be two."""
    stack = behind_proxies.stack
    stack.finish("accounts")
    stack.finish("dashboards")
    for name in RUNNING:
        stack.start(name)
    for name, places in SCALED.items():
        stack.start(name, places={key: stack.machine.text(place) for key, place in places.items()}, number=2)
    return behind_proxies


def eventually(running: Engines, what: str, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Go round until the caller is content; then say what the services logged last."""
    ends_at = time.monotonic() + patience_s
    supervisor = running.stack.supervisor
    while time.monotonic() < ends_at and not supervisor.failed():
        yield
        time.sleep(0.2)
    logs = "\n".join(f"{name}: {supervisor.log(name).read_text()[-800:]}" for name in supervisor.pids())
    pytest.fail(f"{what} did not happen\n{logs}")


def test_what_the_newsroom_published_is_found(running: Engines) -> None:
    """The demo shows something within a minute, without internet."""
    command = running.stack.services["newsroom"]["command"]
    first = int(command[command.index("--first") + 1])
    for _ in eventually(running, "indexing"):
        if running.count() >= first - 2:  # one is missing on its site, one is a twin
            break
    running.direct.search.refresh()
    titles = {version.title for story in load_stories() for version in story.versions}
    assert {stored.document["title"] for stored in running.direct.search.scan(SearchRequest())} <= titles


@pytest.mark.parametrize("name", RUNNING)
def test_every_healthcheck_is_content(running: Engines, name: str) -> None:
    """Else compose would restart what works, or never start what depends on it."""
    for _ in eventually(running, f"health of {name}"):
        if running.stack.is_well(name):
            break


@pytest.mark.skipif(shutil.which("curl") is None, reason="the images have curl, this machine has not")
def test_the_healthchecks_of_the_engines_know_well_from_unwell(running: Engines, tmp_path: Path) -> None:
    """Compose starts nothing before they say yes: the node with its proxy says 401, the fake_kibana says 200."""
    stack, secrets = running.stack, running.stack.folder / "run"
    at = {"config/kuzet": str(secrets / "elasticsearch"), "https://localhost:9200": running.proxy.url}
    assert stack.is_well_by_shell("elasticsearch", **at)
    assert not stack.is_well_by_shell("elasticsearch", **at | {"config/kuzet": str(tmp_path)})
    assert not stack.is_well_by_shell("elasticsearch", **at | {"https://localhost:9200": "https://localhost:9"})
    assert stack.is_well_by_shell("kibana", **{"http://localhost:5601": running.fake_kibana.url})
    running.fake_kibana.troubles["/api/status"] = [(503, b"Kibana server is not ready yet")]
    assert not stack.is_well_by_shell("kibana", **{"http://localhost:5601": running.fake_kibana.url})


@pytest.mark.parametrize("name", ["io", "beat"])
def test_a_health_check_notices_what_has_stopped(running: Engines, name: str) -> None:
    """A check that is always content checks nothing: the file of a process that hangs gets old."""
    [file] = alive_file(running.stack.folder, name).values()
    copy = file.replace(name, "hung")
    Path(copy).touch()
    os.utime(copy, (0, 0))
    assert not running.stack.is_well_by_shell(name, **{"/tmp/alive": copy})
    assert not running.stack.is_well_by_shell(name, **{"/tmp/alive": f"{copy}-missing"})


def test_kibana_shows_our_dashboards_without_a_click(running: Engines) -> None:
    """Installed by the account that may do just that, over an index that is there already."""
    fake_kibana = running.fake_kibana
    assert fake_kibana.default_view == "kuzet-view-articles"
    assert fake_kibana.settings["dateFormat:tz"] == "Asia/Almaty"
    assert sum(kind == "dashboard" for kind, _ in fake_kibana.objects) == 4
    assert fake_kibana.used_by[IMPORT] == {"kuzet_dashboards"}
    assert running.direct.search.index_name() == f"{INDEX}-000001"


def test_the_desk_lets_its_first_account_in(running: Engines) -> None:
    """Over TLS by the certificate of `setup`; `accounts` has made the account, and no one else gets in."""
    stack, port = running.stack, running.stack.machine.places[DESK_PORT]
    context = ssl.create_default_context(cafile=str(stack.folder / "secrets" / "desk" / "ca.crt"))
    visitor = DeskVisitor(f"https://localhost:{port}", tls=context)
    for _ in eventually(running, "the desk"):
        with suppress(OSError):
            if visitor.get("/healthz").status == OK:
                break
    assert visitor.get("/").headers["location"].startswith("/sign-in")
    password = (stack.folder / "secrets" / "vault" / "desk").read_text()
    token = visitor.token("/sign-in")
    assert visitor.post("/sign-in", token=token, name="admin", password=f"{password}x").status == FORBIDDEN
    assert visitor.post("/sign-in", token=token, name="admin", password=password).headers["location"] == "/"
    assert visitor.get("/now.json").json["hits"] is not None


def test_the_machine_is_checked_as_setup_does(running: Engines) -> None:
    """What it finds depends on the machine; a sentence it finds is in the log of `setup` too, and keeps nothing up."""
    ran = running.stack.run("setup", ["kuzet", "setup", "check", "/secrets"])
    found = ran.stdout.splitlines() if ran.returncode else []
    assert ran.returncode == bool(found), ran.stdout + ran.stderr
    assert all(sentence in "".join(running.stack.printed) for sentence in found)


def test_setting_up_again_changes_nothing(running: Engines) -> None:
    """Compose runs what has ended again, at every `up`."""
    accounts = str(running.proxy.accounts)
    for name in ("setup", "dictionaries", "accounts", "dashboards"):
        running.stack.finish(name)
    assert str(running.proxy.accounts) == accounts
    assert "All secrets are there." in "".join(running.stack.printed)
    assert "all is there already" in "".join(running.stack.printed)


COMMANDS = {  # in this order
    "kuzet search полиция --since 30d": "articles, in",
    "kuzet reindex": f"articles are in {INDEX}-000002 now",
    "kuzet reindex --rollback": f"articles are in {INDEX}-000001 now",
    "kuzet retag --dry-run": "would change their topics",
    "kuzet export /var/lib/kuzet/data/backup.jsonl.zst": "articles are in",
    "kuzet import /var/lib/kuzet/data/backup.jsonl.zst": "",
    "kuzet status": "All is well.",
    "kuzet kibana check --ask": "Discover       Latest articles",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_work_in_a_container(running: Engines, command: str) -> None:
    """`docker compose exec index kuzet …`, over TLS and with the rights that the services have."""
    ran = running.stack.run("index", command.split())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert COMMANDS[command] in ran.stdout


def test_the_services_never_ask_for_what_they_may_not(running: Engines) -> None:
    """The role holds all they need: a request the proxy refused would be one that Elasticsearch refuses at night."""
    assert {"kuzet", "kuzet_dashboards"} <= set(running.proxy.accounts.users)
    assert running.proxy.accounts.refused == []


FAULTS = {
    "password": ("KUZET_SEARCH_PASSWORD=guess", "it does not accept the user or the password"),
    "authority": ("KUZET_SEARCH_CA={other}", "its certificate is signed by an authority we do not trust"),
    "broker password": ("KUZET_BROKER_URL=rediss://:guess@{place}?{options}", "it does not accept the password"),
    "broker authority": (
        "KUZET_BROKER_URL=rediss://:guess@{place}?ssl_ca_certs={other}",
        "is signed by an authority we do not trust",
    ),
    "broker plain": ("KUZET_BROKER_URL=redis://:guess@{place}", "if it speaks TLS, use rediss://"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_wrong_servers_are_reported_in_a_sentence(running: Engines, tmp_path: Path, name: str) -> None:
    """A wrong password, somebody else's certificate: the cause and the way out, and no password in it."""
    change, answer = FAULTS[name]
    other = tmp_path / "ca.crt"
    other.write_bytes(make_authority(now=datetime.now(UTC)).pem)
    url = (running.stack.folder / "run" / "kuzet" / "KUZET_BROKER_URL").read_text()
    place, _, options = url.partition("@")[2].partition("?")
    variable, _, value = change.format(place=place, options=options, other=other).partition("=")
    ran = running.stack.run("index", ["kuzet", "status"], **{variable: value})
    assert ran.returncode == 3
    assert answer in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert "guess" not in ran.stdout + ran.stderr


def test_nothing_was_restarted(running: Engines) -> None:
    """Every command ran as it is in the file, with the environment that is there."""
    supervisor = running.stack.supervisor
    assert set(supervisor.pids()) == {"redis", *(f"{name}-1" for name in RUNNING), *(f"{name}-2" for name in SCALED)}
    for name in supervisor.pids():
        assert "Traceback" not in supervisor.log(name).read_text(), name


def test_two_workers_and_two_beats_share_the_work(running: Engines) -> None:
    """`--scale cpu=2 --scale beat=2`: both are there, and a doubled tick doubles nothing."""
    for _ in eventually(running, "two cpu workers"):
        if len([one for one in running.stack.run("index", ["kuzet", "status"]).stdout.split() if "cpu@" in one]) == 2:
            break
    assert running.stack.run("index", ["kuzet", "audit"]).returncode == 0


def test_an_analyst_is_reported_a_password_and_can_only_read(running: Engines) -> None:
    """The one command between `up` and the first look at Kibana; the role was made by `dashboards`."""
    ran = running.stack.run("accounts", ["kuzet", "setup", "analyst"])
    assert "User analyst, password " in ran.stdout
    accounts = running.proxy.accounts
    assert accounts.users["analyst"].password in ran.stdout
    assert accounts.may("analyst", "POST", f"/{INDEX}/_search", b"")
    assert not accounts.may("analyst", "DELETE", f"/{INDEX}-000001", b"")
    assert running.fake_kibana.roles["kuzet_analysts"]["kibana"][0]["base"] == ["read"]
    running.stack.printed.clear()  # it was meant to be reported


def test_no_secret_is_in_any_log(running: Engines) -> None:
    """What containers print is kept, shipped and read by many."""
    answer = running.stack.logs() + "".join(running.stack.printed)
    for file in (running.stack.folder / "secrets" / "vault").iterdir():
        for line in file.read_text().split():
            assert len(line) < 20 or line not in answer, file.name


def test_the_newsroom_takes_its_feeds_with_it(running: Engines) -> None:
    """Afterwards nothing polls sites that are gone."""
    catalogue = running.stack.folder / "data" / "newsroom.yaml"
    assert catalogue.exists()
    running.stack.supervisor.stop()
    assert not catalogue.exists()


def test_passwords_are_rotated(running: Engines) -> None:
    """`setup --rotate`, then everything anew: Elasticsearch learns them from who still knows the earlier one."""
    stack, accounts = running.stack, running.proxy.accounts
    before = {name: user.password for name, user in accounts.users.items()}
    assert stack.run("setup", ["kuzet", "setup", "secrets", "/secrets", "--rotate"]).returncode == 0
    stack.unpack()
    stack.finish("accounts")
    changed = {name for name, user in accounts.users.items() if user.password != before[name]}
    assert changed == {"elastic", "kibana_system", "kuzet"}
    stack.finish("dashboards")
    assert accounts.users["kuzet_dashboards"].password != before["kuzet_dashboards"]


def test_the_guide_calls_tested_what_was_run_here(running: Engines) -> None:
    """The last of this file: every line of deploy.md that ends in «# tested»."""
    assert documented() <= running.stack.ran
    assert len(documented()) >= 8


def documented() -> set[tuple[str, str]]:
    """Service and command of the guide's tested lines; a service that is run without a command runs its own."""
    guide = (HERE.parent / "docs" / "guide" / "deploy.md").read_text(encoding="utf-8")
    lines = re.findall(r"^docker compose (?:exec|run --rm) (\S+) *(.*?) +# tested$", guide, re.MULTILINE)
    services = read_compose()["services"]
    return {(name, command or " ".join(services[name]["command"])) for name, command in lines}
