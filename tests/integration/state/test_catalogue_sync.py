"""The tick watches what the catalogue lists, and compares the two only when there is a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from redis import Redis

from config.settings import Settings
from worker.runtime import Runtime
from worker.tasks import tick

FEEDS = [{"id": f"f{n}", "url": f"https://f{n}.kz/rss", "source": f"f{n}", "family": "f"} for n in range(3)]


@pytest.fixture
def runtime(tmp_path: Path, redis: Redis, broker_url: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr(tick, "last_sync", tick.LastSync())
    file = tmp_path / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"feeds": FEEDS}), encoding="utf-8")
    assert redis.ping()
    return Runtime(Settings(broker_url=broker_url, data=tmp_path, feeds_file=file))


def commands_of(redis: Redis) -> int:
    """How many scripts the broker has run."""
    return sum(
        counted["calls"] for name, counted in redis.info("commandstats").items() if name.startswith("cmdstat_eval")
    )


def test_a_catalogue_that_did_not_change_is_not_compared_each_second(runtime: Runtime, redis: Redis):
    """Ten thousand feeds would take half a core for nothing."""
    tick.watch_feeds(runtime)
    before = commands_of(redis)
    for _ in range(5):
        tick.watch_feeds(runtime)
    assert (runtime.state.feeds.count(), commands_of(redis) - before) == (3, 0)


def test_a_broker_that_lost_its_feeds_has_them_with_the_next_tick(runtime: Runtime, redis: Redis):
    """A broker without its file forgets everything; the watch must not be blind for minutes."""
    tick.watch_feeds(runtime)
    redis.flushdb()
    tick.watch_feeds(runtime)
    assert runtime.state.feeds.ids() == ["f0", "f1", "f2"]
