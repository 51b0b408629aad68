"""The engines that come from packages: healthy, limited to this machine, and clear when they cannot start."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import urllib3
from redis import Redis

from pipelines.errors import EngineUnavailableError
from tests.support.shared_node import SearchNode
from worker.local.broker import prepare_broker, start_broker
from worker.local.engines import fetch_search_node
from worker.local.report import Silence
from worker.local.search_archive import archive_flags
from worker.local.search_node import choose_port, node_home, prepare_search_node
from worker.local.search_start import require_memory, run_search_node
from worker.local.supervisor import Supervisor


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=30) as pool:
        yield pool


def test_broker_keeps_everything(redis: Redis):
    """The broker is the only place state lives in: it must write every change down and never evict."""
    assert redis.config_get("appendonly")["appendonly"] == "yes"
    assert redis.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_broker_finds_what_it_was_given_before(tmp_path: Path):
    """A second `kuzet up` goes on where the first one stopped."""
    for expected in (None, "kept"):
        with (
            Supervisor(tmp_path / "logs", report=Silence()) as supervisor,
            Redis.from_url(start_broker(supervisor, tmp_path / "broker"), decode_responses=True) as client,
        ):
            assert client.get("word") == expected
            client.set("word", "kept")


def test_broker_in_a_deep_folder_takes_a_port_and_a_password(tmp_path: Path):
    """A socket's path has a limit of 107 bytes; on a port, other users of the machine must stay out."""
    deep = tmp_path / ("d" * 120)
    with Supervisor(tmp_path / "logs", report=Silence()) as supervisor:
        url = start_broker(supervisor, deep)
        assert url.startswith("redis://:")
        with Redis.from_url(url) as client:
            assert client.ping()
    assert (deep / "broker.conf").stat().st_mode & 0o077 == 0


def test_broker_writes_where_no_other_user_reads(tmp_path: Path):
    """Articles and, on a port, the password are in that folder."""
    prepare_broker(tmp_path / "broker")
    assert (tmp_path / "broker").stat().st_mode & 0o077 == 0


def test_search_node_answers_with_all_shards(search_url: str, http: urllib3.PoolManager):
    """The URL can be used as soon as it is returned."""
    health = http.request("GET", f"{search_url}/_cluster/health").json()
    assert health["number_of_nodes"] == 1
    assert health["status"] in {"green", "yellow"}


def test_engines_listen_on_the_loopback_only(engines: Supervisor, search_node: SearchNode, broker_url: str):
    """Neither engine asks for a password on its socket: no other machine may reach them."""
    addresses = {
        connection.laddr.ip
        for pid in (engines.pids()["broker"], search_node.pid)
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses
    assert all(address.removeprefix("::ffff:") == "127.0.0.1" for address in addresses)


def test_dictionary_given_while_the_node_runs_is_used(
    search_url: str, install_dictionary: Callable[[Path], str], http: urllib3.PoolManager, tmp_path: Path
):
    """New dictionaries come with new rules; the node must not have to start again for them."""
    folder = tmp_path / "kk_test_1a2b"
    folder.mkdir()
    (folder / "kk_test_1a2b.aff").write_text("SET UTF-8\n", encoding="utf-8")
    (folder / "kk_test_1a2b.dic").write_text("1\nқылмыс\n", encoding="utf-8")
    name = install_dictionary(folder)
    assert install_dictionary(folder) == name, "installing twice changes nothing"
    analysis = {
        "filter": {"words": {"type": "hunspell", "locale": name}},
        "analyzer": {"kk": {"tokenizer": "standard", "filter": ["words"]}},
    }
    answer = http.request("PUT", f"{search_url}/local-dictionary", json={"settings": {"analysis": analysis}})
    assert answer.status == 200, answer.data


def test_taken_port_is_named():
    """The person sees which port is in the way, not a stack trace of Java."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(EngineUnavailableError, match=f"port {port} is taken.*KUZET_SEARCH_PORT"):
            choose_port(port)


def test_port_lost_in_a_race_is_named(tmp_path: Path, cache: Path):
    """The node's runner leaves without a word when somebody takes its port meanwhile; we say it."""
    jars = fetch_search_node(cache, report=Silence())
    flags = archive_flags(jars, cache=cache, heap_mb=512, report=Silence())
    with socket.socket() as other, Supervisor(tmp_path / "logs", report=Silence()) as supervisor:
        port = choose_port(0)
        other.bind(("127.0.0.1", port))  # bound but not listening: the runner takes it for free
        node = prepare_search_node(tmp_path / "search", jars=jars, heap_mb=256, port=port, flags=flags)
        with pytest.raises(EngineUnavailableError, match=f"port {port} was taken"):
            run_search_node(supervisor, node)
        assert supervisor.pids() == {}


def test_data_of_a_living_node_is_refused(search_node: SearchNode, search_base: Path, engines: Supervisor, cache: Path):
    """Two nodes on one folder would destroy it; the one that is there is named."""
    jars = fetch_search_node(cache, report=Silence())
    node = prepare_search_node(search_base, jars=jars, heap_mb=256, port=choose_port(0))
    with pytest.raises(EngineUnavailableError, match=f"process {search_node.pid} is running"):
        run_search_node(engines, node)


def test_heap_java_cannot_have_is_a_sentence(tmp_path: Path, cache: Path):
    """A wish for more memory than there is ends with what to change."""
    jars = fetch_search_node(cache, report=Silence())
    node = prepare_search_node(tmp_path / "search", jars=jars, heap_mb=50_000_000, port=choose_port(0))
    started = time.monotonic()
    with (
        Supervisor(tmp_path / "logs", report=Silence()) as supervisor,
        pytest.raises(EngineUnavailableError, match=r"too little memory.*KUZET_SEARCH_HEAP_MB"),
    ):
        run_search_node(supervisor, node)
    assert time.monotonic() - started < 20


def test_reason_the_runner_swallows_is_reported(tmp_path: Path, cache: Path):
    """Damaged data ends the node without a word in its log; the person still reads what is damaged."""
    jars = fetch_search_node(cache, report=Silence())
    flags = archive_flags(jars, cache=cache, heap_mb=512, report=Silence())
    node = prepare_search_node(tmp_path / "search", jars=jars, heap_mb=256, port=choose_port(0), flags=flags)
    (node_home(node.base) / "data").mkdir()
    (node_home(node.base) / "data" / "nodes").write_text("not a folder")
    with (
        Supervisor(tmp_path / "logs", report=Silence()) as supervisor,
        pytest.raises(EngineUnavailableError, match=r"ended with code 1: .*Not a directory"),
    ):
        run_search_node(supervisor, node)


def test_machine_without_memory_is_reported_before_the_start():
    """Better a sentence than a machine that swaps."""
    with pytest.raises(EngineUnavailableError, match=r"needs about .* MB of memory"):
        require_memory(50_000_000)
