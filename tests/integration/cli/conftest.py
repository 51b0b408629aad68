"""A running watch for commands, and a shell next to it."""

from __future__ import annotations

import pytest

from tests.support.running_watch import Watch
from tests.support.terminal import WatchTerminal


@pytest.fixture(scope="module")
def watch(shared_watch: Watch) -> Watch:
    """A watch with the newsroom's first eight stories, at least."""
    return shared_watch


@pytest.fixture(scope="module")
def terminal(watch: Watch) -> WatchTerminal:
    """A shell whose only setting is the data folder of the watch."""
    return WatchTerminal(watch.runtime.settings.data, watch)
