"""The engines that come from packages."""

from __future__ import annotations

import urllib3
from redis import Redis


def test_broker_keeps_everything(redis: Redis):
    """The broker is the only place state lives in: it must write every change down and never evict."""
    assert redis.config_get("appendonly")["appendonly"] == "yes"
    assert redis.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_search_node_answers_with_all_shards(search_url: str):
    """Whoever gets the URL may use it at once."""
    health = urllib3.request("GET", f"{search_url}/_cluster/health").json()
    assert health["number_of_nodes"] == 1
    assert health["status"] in {"green", "yellow"}
