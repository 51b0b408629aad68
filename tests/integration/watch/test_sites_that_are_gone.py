"""`kuzet status` on a real watch: well, with an engine away, and when no site answers any more."""

from __future__ import annotations

import pytest

from tests.support.running_watch import Watch
from worker.cli.console import FAILED, NO_ENGINE, OK

pytestmark = pytest.mark.timeout(240)


def test_a_watch_is_well_ill_or_blind(shared_watch: Watch):
    """A monitor reads the exit code, a person the names: «All is well.» with every feed failing was untrue."""
    well = shared_watch.kuzet("status")
    assert (well.returncode, "All is well." in well.stdout) == (OK, True), well.stdout
    blind = shared_watch.kuzet("status", KUZET_SEARCH_URL="http://127.0.0.1:9")
    assert (blind.returncode, "All is well." in blind.stdout) == (NO_ENGINE, False), blind.stdout
    shared_watch.newsroom.__exit__(None, None, None)  # no site answers any more
    shared_watch.wait(lambda: every_feed_failed(shared_watch))
    ill = shared_watch.kuzet("status")
    assert (ill.returncode, "All is well." in ill.stdout) == (FAILED, False), ill.stdout
    feeds = [feed.id for feed in shared_watch.runtime.catalogue if feed.enabled]
    assert f"{len(feeds)} of {len(feeds)} feeds fail: {feeds[0]} (failed " in ill.stdout


def every_feed_failed(watch: Watch) -> bool:
    snapshots = [watch.runtime.state.feeds.snapshot(feed.id) for feed in watch.runtime.catalogue if feed.enabled]
    return all(snapshot and snapshot.polls and not snapshot.polls[0].ok for snapshot in snapshots)
