"""Waiting for the broker to answer."""

from __future__ import annotations

import socket

from redis import Redis

from worker.local.broker import _answers


def test_a_broker_that_takes_its_time_is_waited_for():
    """`kuzet up` took it for one that answers with an error and gave up: a busy machine, or a slow disk."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Redis(port=silent.getsockname()[1], socket_timeout=0.1, socket_connect_timeout=1) as client,
    ):
        assert not _answers(client)
