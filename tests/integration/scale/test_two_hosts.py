"""Two hosts, each with a network of its own: engines, storage and most workers on one, the cpu worker on the other.

The second host is a network and a host name of its own, with one cable to the first. It takes root to lay one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from pipelines.search.request import SearchRequest
from seeds.newsroom import Newsroom
from tests.support.running_watch import QUICK, ForkingRun, Watch, settings_of
from tests.support.tls import server_context, tls_before
from worker.local.broker import await_broker, find_server, free_port
from worker.local.report import Silence
from worker.local.services import make_folders, services
from worker.local.supervisor import Command, Supervisor
from worker.runtime import Runtime
from worker.setup.certificates import issue, make_authority
from worker.state.workers import present

NETWORK = f"10.77.{os.getpid() % 250}"
"""Of this session: others on the machine have one of their own."""

FIRST, SECOND = f"{NETWORK}.1", f"{NETWORK}.2"
CABLE = f"kuzet{os.getpid()}"
NAME = "second-host"
SHELL = f"hostname {NAME}; exec sleep infinity"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nsenter"),
    reason="laying a cable between two networks takes root, `ip` and `nsenter`",
)


@dataclass(frozen=True)
class Host:
    """The second host, by the process that holds it."""

    pid: int

    def argv(self, *command: str) -> tuple[str, ...]:
        """Return a command as it runs there."""
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net", f"--uts=/proc/{self.pid}/ns/uts", *command)

    def reaches(self, port: int, *, address: str = FIRST) -> bool:
        code = f"import socket; socket.create_connection(({address!r}, {port}), 2)"
        ran = subprocess.run(self.argv(sys.executable, "-c", code), capture_output=True, timeout=20, check=False)
        return ran.returncode == 0


@pytest.fixture(scope="module")
def second() -> Iterator[Host]:
    holder = subprocess.Popen(("unshare", "--net", "--uts", "sh", "-c", SHELL))
    try:
        host = Host(holder.pid)
        time.sleep(0.3)  # until it has left our network
        for command in cable(host):
            ran = subprocess.run(command, timeout=20, capture_output=True, text=True, check=False)
            if ran.returncode:
                pytest.skip(f"no cable can be laid here: {ran.stderr.strip()}")
        yield host
    finally:
        holder.kill()
        holder.wait()


def cable(host: Host) -> Iterator[tuple[str, ...]]:
    """The commands that lay it; it goes with the second host."""
    yield ("ip", "link", "add", CABLE, "type", "veth", "peer", "name", "kuzet0", "netns", str(host.pid))
    yield ("ip", "address", "add", f"{FIRST}/30", "dev", CABLE)
    yield ("ip", "link", "set", CABLE, "up")
    yield host.argv("ip", "address", "add", f"{SECOND}/30", "dev", "kuzet0")
    yield host.argv("ip", "link", "set", "kuzet0", "up")
    yield host.argv("ip", "link", "set", "lo", "up")


@dataclass(frozen=True)
class Doors:
    """What the first host offers to the second, all on the cable: TLS before the engines, and the storage."""

    broker_url: str
    search_url: str
    authority: Path
    broker_port: int


@pytest.fixture(scope="module")
def doors(second: Host, search_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("first-host")
    authority = make_authority(now=datetime.now(UTC))
    certificate = issue(authority, (FIRST,), now=datetime.now(UTC))
    for name, data in {"ca.crt": authority.pem, "tls.crt": certificate.pem, "tls.key": certificate.key_pem}.items():
        (folder / name).write_bytes(data)
    context = server_context(folder / "tls.crt", folder / "tls.key")
    port, password = free_port(), secrets.token_hex(12)
    config = folder / "redis.conf"
    config.write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nappendonly yes\nsave ''\n")
    with ExitStack() as stack:
        engines = stack.enter_context(Supervisor(folder / "logs", report=Silence()))
        direct = f"redis://:{password}@127.0.0.1:{port}/0"
        command = Command(name="redis", argv=(str(find_server()), str(config)))
        engines.start(command, ready=lambda child: await_broker(direct, child))
        broker = stack.enter_context(tls_before(port, context, address=FIRST))
        search = stack.enter_context(tls_before(int(urlsplit(search_url).port or 0), context, address=FIRST))
        yield Doors(
            broker_url=f"rediss://:{password}@{FIRST}:{broker}/0?ssl_ca_certs={folder / 'ca.crt'}",
            search_url=f"https://{FIRST}:{search}",
            authority=folder / "ca.crt",
            broker_port=port,
        )


@pytest.fixture(scope="module")
def bucket(second: Host) -> Iterator[str]:
    """S3-compatible storage on the first host; its address and keys are in the environment of every worker."""
    port = free_port()
    server = ThreadedMotoServer(ip_address=FIRST, port=port, verbose=False)
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {"AWS_ENDPOINT_URL": f"http://{FIRST}:{port}", **keys}.items():
            environment.setenv(name, value)
        server.start()
        s3fs.S3FileSystem.clear_instance_cache()  # one of another test asks that test's server
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("pages")
        yield "s3://pages/kuzet"
        server.stop()


@pytest.fixture(scope="module")
def watch(  # noqa: PLR0913, PLR0917  one argument for each thing that the hosts share
    second: Host,
    doors: Doors,
    bucket: str,
    dictionary: Path,
    install_dictionary: Callable[[Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Watch]:
    """The watch over the newsroom, when everything that was published has its outcome."""
    install_dictionary(dictionary)
    folder = tmp_path_factory.mktemp("watch")
    with ExitStack() as stack:
        newsroom = stack.enter_context(Newsroom(troubles=QUICK))
        places = {"broker_url": doors.broker_url, "search_url": doors.search_url, "search_ca": doors.authority}
        settings = settings_of(folder, newsroom, pages_url=bucket, cpu_processes=1, **places)
        run = stack.enter_context(ForkingRun(settings, report=Silence()))
        make_folders(settings)
        for name, argv in services(settings).items():
            if name != "cpu":
                run.spawn(name, argv)
        elsewhere = stack.enter_context(Supervisor(folder / "logs", report=Silence()))
        argv = second.argv(sys.executable, "-m", *services(settings)["cpu"])
        elsewhere.start(Command(name="cpu", argv=argv, env=os.environ | run.environment()))
        watch = Watch(newsroom, run, Runtime(settings))
        watch.settle()
        yield watch


def test_the_second_host_sees_the_doors_and_nothing_else(second: Host, doors: Doors) -> None:
    """The engines listen on their own host's loopback: without TLS and password no one gets in over the cable."""
    assert second.reaches(int(urlsplit(doors.search_url).port or 0))
    assert not second.reaches(doors.broker_port)
    assert not second.reaches(doors.broker_port, address="127.0.0.1")


def test_what_the_first_host_fetched_is_read_on_the_second(watch: Watch) -> None:
    """Every article went through a cpu worker, and the only one is over there: pages came from the storage."""
    redis, prefix = watch.runtime.redis, watch.runtime.settings.redis_prefix
    readers = {one.name for one in present(redis, prefix, now=time.time()) if "cpu" in one.queues}
    assert readers == {f"cpu@{NAME}"}
    books = watch.runtime.state.outcomes.audit(now=time.time())
    assert books.is_balanced
    assert watch.runtime.search.count() == books.outcomes["indexed"] > 5
    assert len(list(watch.runtime.pages.references())) > 5


def test_a_search_finds_it(watch: Watch) -> None:
    """Over TLS, with the words of the dictionary."""
    assert watch.runtime.search.search(SearchRequest(text="полиция"), now=datetime.now(UTC)).total > 0
