"""`kuzet status` on a real watch: well, with feeds that fail, and with an engine away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seeds.newsroom import Newsroom
from tests.support.running_watch import QUICK, StartWatch, Watch
from worker.cli.console import FAILED, NO_ENGINE, OK

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def watch(start_watch: StartWatch) -> Iterator[Watch]:
    with Newsroom(troubles=QUICK) as newsroom, start_watch(newsroom=newsroom) as watch:
        watch.settle()
        yield watch


def test_a_watch_is_well_ill_or_blind(watch: Watch):
    """A monitor reads the exit code, a person the names: «All is well.» with every feed failing was untrue."""
    well = watch.kuzet("status")
    assert (well.returncode, "All is well." in well.stdout) == (OK, True), well.stdout
    blind = watch.kuzet("status", KUZET_SEARCH_URL="http://127.0.0.1:9")
    assert (blind.returncode, "All is well." in blind.stdout) == (NO_ENGINE, False), blind.stdout
    watch.newsroom.__exit__(None, None, None)  # no site answers any more
    watch.wait(lambda: every_feed_failed(watch))
    ill = watch.kuzet("status")
    assert (ill.returncode, "All is well." in ill.stdout) == (FAILED, False), ill.stdout
    feeds = [feed.id for feed in watch.runtime.catalogue if feed.enabled]
    assert f"{len(feeds)} of {len(feeds)} feeds fail: {feeds[0]} (failed " in ill.stdout


def every_feed_failed(watch: Watch) -> bool:
    snapshots = [watch.runtime.state.feeds.snapshot(feed.id) for feed in watch.runtime.catalogue if feed.enabled]
    return all(snapshot and snapshot.polls and not snapshot.polls[0].ok for snapshot in snapshots)
