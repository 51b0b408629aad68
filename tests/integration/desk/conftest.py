"""One settled watch with a desk, for all tests that look at its pages."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.desk_visitor import DeskVisitor
from tests.support.running_watch import StartWatch, Watch

PASSWORD = "tumar-7-kitap"
ALERTS = """
targets:
  away: {kind: webhook, url: "http://127.0.0.1:9/"}
alerts:
  grave: {topics: [drugs], targets: [away], wait_seconds: 1, cool_down_minutes: 0}
  ill/<b>: {health: {}, targets: [away]}
"""
"""Its target is an address that may not be reached: what it says is in the log, and not sent."""


@pytest.fixture(scope="package")
def watch(start_watch: StartWatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Everything of the newsroom is out and has its outcome."""
    site = tmp_path_factory.mktemp("site")
    (site / "alerts.yaml").write_text(ALERTS, encoding="utf-8")
    with start_watch(site=site) as found:
        found.newsroom.publish_all()
        found.settle()
        yield found


@pytest.fixture(scope="package")
def desk_url(watch: Watch) -> str:
    """The address of a desk that runs as a child of the watch."""
    return start_desk(watch)


@pytest.fixture(scope="package")
def guarded(watch: Watch) -> str:
    """A desk with accounts: a reader and an admin."""
    data = watch.runtime.settings.data / "guarded"
    for name, role in (("reader", "reader"), ("admin", "admin")):
        done = watch.kuzet(
            "desk", "user", "add", name, "--role", role, "--stdin", given=f"{PASSWORD}\n", KUZET_DATA=str(data)
        )
        assert done.returncode == 0, done.stderr
    return start_desk(watch, "guarded", KUZET_DATA=str(data))


@pytest.fixture
def visitor(desk_url: str) -> DeskVisitor:
    """A new browser."""
    return DeskVisitor(desk_url)


def start_desk(watch: Watch, name: str = "desk", **settings: str) -> str:
    """Run a desk on the watch's engines, and wait until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    watch.run.spawn(name, ("worker.desk",), {"KUZET_DESK_PORT": str(port), **settings})
    url, ends_at = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < ends_at:
        with suppress(OSError):
            if DeskVisitor(url).get("/healthz").status == 200:
                return url
        time.sleep(0.1)
    raise AssertionError((watch.logs / f"{name}.log").read_text())
