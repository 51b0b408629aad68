"""Runs the desk: checks who may come in, finds a port, serves until it is ended."""

from __future__ import annotations

import socket
from contextlib import closing

import uvicorn

from config.settings import Settings
from pipelines.errors import UsageError
from worker.desk.application import build
from worker.desk.desk import Desk
from worker.files.rule_check import RulesCheckedApart
from worker.runtime import Runtime

CONNECTIONS = 200
ENDS_WITHIN_S = 3


def serve(runtime: Runtime) -> None:
    """Serve the desk until Ctrl-C or SIGTERM. Raises UsageError when it would be open, or its port is taken."""
    settings = runtime.settings
    runtime.rules = RulesCheckedApart(runtime.config, cache=settings.cache / "rules")
    desk = Desk(runtime)
    desk.door.check(has_accounts=bool(desk.accounts))
    if bool(settings.desk_certificate) != bool(settings.desk_key):
        raise UsageError("KUZET_DESK_CERTIFICATE and KUZET_DESK_KEY", "work only together")
    config = uvicorn.Config(
        build(desk),
        host=settings.desk_address,
        port=settings.desk_port,
        proxy_headers=False,  # the address of a peer is where the connection comes from
        server_header=False,
        access_log=False,
        log_level="warning",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=ENDS_WITHIN_S,
        ssl_certfile=settings.desk_certificate,
        ssl_keyfile=settings.desk_key,
    )
    with closing(listening(settings)) as door:
        uvicorn.Server(config).run(sockets=[door])


def listening(settings: Settings) -> socket.socket:
    """Return the socket that the desk listens on. Raises UsageError when the port is taken."""
    try:
        return socket.create_server((settings.desk_address, settings.desk_port), family=_family(settings.desk_address))
    except OSError as error:
        problem = f"cannot be listened on ({error.strerror})"
        place = f"{settings.desk_address}:{settings.desk_port}"
        raise UsageError(
            place, problem, remedy="Choose another port with KUZET_DESK_PORT; 0 takes a free one."
        ) from error


def free_port(settings: Settings) -> int:
    """Return the port of the settings if it is free, else one that is."""
    for port in (settings.desk_port, 0):
        try:
            with socket.create_server((settings.desk_address, port), family=_family(settings.desk_address)) as found:
                return int(found.getsockname()[1])
        except OSError:
            continue
    raise UsageError(settings.desk_address, "cannot be listened on", remedy="Set KUZET_DESK_ADDRESS.")


def address_of(settings: Settings, port: int) -> str:
    """Return the desk's address as a browser takes it."""
    host = f"[{settings.desk_address}]" if ":" in settings.desk_address else settings.desk_address
    return f"{'https' if settings.desk_certificate else 'http'}://{host}:{port}/"


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
