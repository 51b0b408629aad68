"""A running watch for the commands of one file, and a shell next to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running_watch import StartWatch, Watch
from tests.support.terminal import WatchTerminal


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch) -> Iterator[Watch]:
    """A watch with the newsroom's first eight stories."""
    with start_watch() as watch:
        watch.settle()
        yield watch


@pytest.fixture(scope="module")
def terminal(watch: Watch) -> WatchTerminal:
    """A shell whose only setting is the data folder of the watch."""
    return WatchTerminal(watch.runtime.settings.data, watch)
