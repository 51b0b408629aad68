"""How pytest's workers share the files: those that look at one watch stay together, the longest begin."""

from __future__ import annotations

from pathlib import Path

from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parents[1]
FOLDERS = ("faults", "integration", "unit")

TOGETHER = {
    "everything is out": (
        "integration/watch/test_watch.py",
        "integration/watch/test_status.py",
        "integration/stories/test_stories_of_a_watch.py",
        "integration/cli/test_show.py",
        "integration/watch/test_sites_that_are_gone.py",
    ),
    "commands": (
        "integration/cli/test_watch.py",
        "integration/cli/test_commands.py",
        "integration/cli/test_json.py",
    ),
    "the desk": (
        "integration/desk/test_attacks.py",
        "integration/desk/test_browser.py",
        "integration/desk/test_changes.py",
        "integration/desk/test_pages.py",
    ),
}
"""Files that share a watch, in the order of their run: who only looks comes before who changes something."""

LONGEST_FIRST = (
    "integration/cli/test_watch.py",
    "integration/desk/test_attacks.py",
    "faults/watch/test_killed.py",
    "faults/search/test_refused.py",
    "integration/watch/test_watch.py",
    "integration/cli/test_up.py",
    "integration/watch/test_upgrade.py",
    "integration/watch/test_rebuilds.py",
    "integration/local/test_wheel.py",
    "integration/setup/test_compose.py",
    "integration/watch/test_broken_config.py",
    "integration/cli/test_first_hour.py",
    "integration/rebuilds/test_reindex.py",
    "integration/setup/test_accounts.py",
    "integration/cli/test_rules.py",
    "faults/watch/test_proof.py",
    "faults/search/test_down.py",
    "integration/search/test_engine.py",
    "integration/language/test_dictionary_build.py",
    "faults/pages/test_hostile_documents.py",
    "integration/suite/test_collection.py",
    "integration/language/test_agreement.py",
    "integration/backup/test_backup.py",
    "faults/web/test_hostile_sites.py",
    "faults/articles/test_odd_sites.py",
    "integration/scale/test_two_hosts.py",
    "faults/articles/test_hostile.py",
    "integration/watch/test_throughput.py",
    "integration/alerts/test_alerts_of_a_watch.py",
    "faults/watch/test_broker_refuses.py",
    "integration/rebuilds/test_documents.py",
)
"""By their time in a run of several workers (`pytest --durations=0`); a file that is missing here only begins later."""


class Sharing(LoadFileScheduling):
    """Gives a worker the tests of one file at a time, or of all files that share a watch."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(TESTS.parent / nodeid.partition("::")[0])


def group_of(file: Path) -> str:
    """Return the name of the watch that a file shares with others, or its own name."""
    name = file.relative_to(TESTS).as_posix()
    return next((watch for watch, files in TOGETHER.items() if name in files), name)


def rank(file: Path) -> tuple[int, int, int]:
    """Order files by the list of long ones, then by folder: faults, integration, unit; those of one watch as listed."""
    name = file.relative_to(TESTS).as_posix()
    files = TOGETHER.get(group_of(file), (name,))
    place = LONGEST_FIRST.index(files[0]) if files[0] in LONGEST_FIRST else len(LONGEST_FIRST)
    return place, FOLDERS.index(name.partition("/")[0]), files.index(name)
