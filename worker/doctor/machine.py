"""This machine and what a person has set: room, files, settings that work against each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from config.settings import Settings, variable
from worker.doctor.findings import Find, ok, problem, warning
from worker.runtime import Runtime

MB = 1_000_000
COMFORT = 2
OTHERS = 0o077


def disk(runtime: Runtime) -> Iterator[Find]:
    """Room below the data folder; fetching stops when the page store has less than its floor."""
    settings = runtime.settings
    if not settings.data.is_dir():
        yield warning(f"There is no folder {settings.data}", "`kuzet up` makes it.")
        return
    if settings.data.stat().st_mode & OTHERS:
        yield warning(f"Other users of this machine can look into {settings.data}", f"chmod 700 {settings.data}")
    free_mb = shutil.disk_usage(settings.data).free // MB
    floor_mb = settings.pages_min_free_mb
    if free_mb < floor_mb:
        yield problem(f"{free_mb} MB are free in {settings.data}, and fetching stops below {floor_mb}", "Make room.")
    elif free_mb < COMFORT * floor_mb:
        yield warning(f"{free_mb} MB are free in {settings.data}; fetching stops below {floor_mb}", "Make room soon.")
    else:
        yield ok(f"{free_mb // 1000} GB are free in {settings.data}")


def settings(runtime: Runtime) -> Iterator[Find]:
    """Settings that work against each other."""
    found = list(contradictions(runtime.settings))
    yield from found or [ok("none contradicts another")]


def contradictions(given: Settings) -> Iterator[Find]:
    """Yield what two settings together cannot mean, and what a stranger's site would hold against us."""
    if given.min_interval_s > given.max_interval_s:
        yield problem(
            _apart(given, "min_interval_s", "is greater than", "max_interval_s"), "Set the first below the second."
        )
    if given.host_spacing_s > given.min_interval_s:
        yield warning(
            _apart(given, "host_spacing_s", "is greater than", "min_interval_s"), "A host is asked once a spacing."
        )
    if given.cpu_deadline_s < 1:
        yield warning(f"{variable('cpu_deadline_s')} ends work on usual pages", "Leave it at its default.")
    if given.allow_hosts:
        yield warning(
            f"{variable('allow_hosts')} lets addresses of the own network be fetched", "Unset it outside of tests."
        )
    if not given.contact:
        yield warning("Sites do not learn whom to write to", f"Set {variable('contact')} to a mail address.")


def files(runtime: Runtime) -> Iterator[Find]:
    """Rules and feed catalogue as they are on disk, whatever the workers still run with."""
    broken = [found for found in (runtime.rules.check(), runtime.catalogue.check()) if found]
    for error in broken:
        yield problem(str(error), "The workers keep what they had until the file is mended.")
    if not broken:
        feeds = [feed for feed in runtime.catalogue if feed.enabled]
        yield ok(f"rules and catalogue can be read; {len(feeds)} feeds are polled")
        if not feeds:
            yield warning("No feed is polled", "`kuzet feeds add URL`, or `kuzet feeds enable`.")


def _apart(given: Settings, first: str, relation: str, second: str) -> str:
    return f"{variable(first)} ({getattr(given, first):g}) {relation} {variable(second)} ({getattr(given, second):g})"
