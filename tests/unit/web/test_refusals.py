"""What is said of a request that failed on the wire: people read it in `kuzet status` and `kuzet feeds list`."""

from __future__ import annotations

import ssl

import pytest

from worker.web.client import readable


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (OSError(113, "No route to host"), "no route to host"),
        (TimeoutError("slow"), "TimeoutError: slow"),
        (ValueError("odd header"), "ValueError: odd header"),
        (ssl.SSLError(1, "[SSL] record layer failure"), "SSLError: [SSL] record layer failure"),
    ],
)
def test_a_fault_of_the_network_is_named_in_words(cause: Exception, words: str):
    """«ConnectionRefusedError: [Errno 111] Connection refused» says one thing three times."""
    assert readable(cause) == words
