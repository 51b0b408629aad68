"""A watch that several files share: the first of them begins it, and it ends after the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.running_watch import StartWatch, Watch
from tests.support.scheduling import group_of


class SharedWatch:
    """Runs from the first call to the next `stop`."""

    def __init__(self, start_watch: StartWatch) -> None:
        self._start_watch = start_watch
        self._running = ExitStack()
        self._watch: Watch | None = None

    def start(self) -> Watch:
        self._watch = self._watch or self._running.enter_context(self._start_watch())
        return self._watch

    def stop(self) -> None:
        self._running.close()
        self._watch = None


SHARED = pytest.StashKey[SharedWatch]()


@pytest.fixture(scope="session")
def _shared(request: pytest.FixtureRequest, start_watch: StartWatch) -> Iterator[SharedWatch]:
    request.session.stash[SHARED] = shared = SharedWatch(start_watch)
    yield shared
    shared.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop the shared watch before a file of another group: without them it has no purpose."""
    yield
    if nextitem and SHARED in item.session.stash and group_of(item.path) != group_of(nextitem.path):
        item.session.stash[SHARED].stop()


@pytest.fixture(scope="module")
def shared_watch(_shared: SharedWatch) -> Watch:
    """The watch of this file's group in `tests.support.scheduling.TOGETHER`; all that was published has its outcome.

    A file finds what the files before it have left, and runs alone as well: it publishes what it needs.
    """
    watch = _shared.start()
    watch.settle()
    return watch
