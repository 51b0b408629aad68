"""The metrics as text, and served over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import Metric, UntypedMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from worker.metrics.families import families
from worker.metrics.readings import read
from worker.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Watched(Collector):
    """Reads the watch anew for each scrape. A broker that is away is `kuzet_broker_up 0` and nothing else."""

    runtime: Runtime

    def collect(self) -> Iterator[Metric]:
        try:
            found = read(self.runtime)
        except RedisError:
            yield _broker(up=False)
            return
        yield _broker(up=True)
        yield from families(found)

    def describe(self) -> Iterator[Metric]:
        """Say nothing at registration: a scrape costs reads."""
        return iter(())


def registry(runtime: Runtime) -> CollectorRegistry:
    """Return a registry with the watch in it, and nothing of this process."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Watched(runtime))
    return made


def text(runtime: Runtime) -> str:
    """Return the metrics in the text format of Prometheus."""
    return generate_latest(registry(runtime)).decode()


def serve(runtime: Runtime, *, host: str, port: int) -> int:
    """Serve the metrics from a thread; return the port. Raises OSError when it is taken."""
    server, _ = start_http_server(port, addr=host, registry=registry(runtime))
    return int(server.server_port)


def _broker(*, up: bool) -> Metric:
    return UntypedMetricFamily("kuzet_broker_up", "1 if the broker answers.", value=up)
