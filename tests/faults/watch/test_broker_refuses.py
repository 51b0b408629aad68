"""A broker that answers and takes nothing: a full disk, a full memory, a replica."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu import Connection, Producer, Queue
from redis import Redis

from config.settings import Settings
from tests.support.commands import kuzet
from tests.support.forks import ForkingRun
from worker.local.report import Silence
from worker.local.services import services
from worker.state.workers import ticked_at
from worker.tasks.transport import use_transport

PREFIX = "refusing:"
REFUSING_S = 6.0


def fill_memory(redis: Redis) -> None:
    redis.config_set("maxmemory", "1")


def free_memory(redis: Redis) -> None:
    redis.config_set("maxmemory", "0")


def make_replica(redis: Redis) -> None:
    redis.replicaof("127.0.0.1", "1")


def make_primary(redis: Redis) -> None:
    redis.replicaof("NO", "ONE")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingRun]:
    folder: Path = tmp_path_factory.mktemp("refusing")
    (folder / "none.yaml").write_text("feeds: []\n", encoding="utf-8")
    settings = Settings(
        data=folder, search_url="http://127.0.0.1:9", redis_prefix=PREFIX, feeds_file=folder / "none.yaml"
    )
    with ForkingRun(settings, report=Silence()) as run:
        table = services(settings)
        (folder / "beat").mkdir()
        for name in ("index", "beat"):
            run.spawn(name, table[name])
        yield run


@pytest.mark.parametrize(
    ("refuse", "accept", "said"),
    [
        pytest.param(fill_memory, free_memory, "its memory is full, so it takes nothing. Raise its", id="OOM"),
        pytest.param(make_replica, make_primary, "it is a replica, so it takes nothing. Name", id="READONLY"),
    ],
)
def test_a_worker_outlives_a_broker_that_refuses(
    run: ForkingRun, refuse: Callable[[Redis], None], accept: Callable[[Redis], None], said: str
):
    """MISCONF ended Celery's workers, and the watch with them; they wait and go on, as when the broker is away."""
    redis = Redis.from_url(run.endpoints.broker_url, decode_responses=True)
    await_tick(redis, after=time.time())
    pids = run.pids()
    refuse(redis)
    began = time.monotonic()
    try:
        found = kuzet("status", "--json", **run.environment())
        time.sleep(max(0.0, REFUSING_S - (time.monotonic() - began)))
    finally:
        accept(redis)
    assert said in json.loads(found.stdout)["problems"][0], "not: no worker runs"
    await_tick(redis, after=time.time())
    assert run.pids()["index"] == pids["index"]


def test_an_acknowledgement_that_is_refused_takes_no_place_for_ever(run: ForkingRun):
    """A worker with one place stopped without a word: its one message was done, and the broker had not taken that."""
    use_transport()
    redis = Redis.from_url(run.endpoints.broker_url, decode_responses=True)
    with (
        Connection(run.endpoints.broker_url.replace("unix:", "redis+socket:")) as connection,
        connection.channel() as channel,
    ):
        queue = Queue("refused", channel=channel)
        queue.declare()
        Producer(channel).publish({}, routing_key="refused")
        message = queue.get()
        channel.qos.prefetch_count = 1
        assert not channel.qos.can_consume()
        make_replica(redis)
        try:
            message.ack()
        finally:
            make_primary(redis)
        assert channel.qos.can_consume()
        queue.delete()


def await_tick(redis: Redis, *, after: float) -> None:
    ends_at = time.monotonic() + 90
    while ticked_at(redis, PREFIX) <= after:
        assert time.monotonic() < ends_at, "no tick came"
        time.sleep(0.1)
