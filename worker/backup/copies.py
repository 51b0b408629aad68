"""Take a backup, and restore one.

The state comes first, at one moment, then the articles. So the articles may be newer than the state, never older: what
the state calls indexed is there. What is newer is adopted into the state when it is restored.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from pipelines.errors import EngineUnavailableError, KuzetError
from pipelines.search.exports import from_row, to_line
from pipelines.search.request import SearchRequest
from worker.backup.folder import (
    ARTICLES,
    CONFIG,
    DATA,
    SITE,
    STATE,
    Manifest,
    copy_files,
    files_in,
    read_lines,
    read_manifest,
    seal,
    write_lines,
)
from worker.backup.keys import (
    TOMBSTONES,
    Key,
    batches,
    delete_keys,
    is_empty,
    read_keys,
    without_pages,
    write_keys,
)
from worker.rebuilds import open_reindexer
from worker.rebuilds.transfer import restore as write_documents
from worker.runtime import LOST_INDEX, Runtime
from worker.state.restoring import KEY as RESTORING

Line = TypeVar("Line")
Note = Callable[[str, int], None]
"""Is called with what is being done and how much of it is done."""

OWN_FILES = ("feeds.yaml", "examples/*", "alerts.yaml", "watchlists/*")
"""What a person writes into the data folder."""

BATCH = 200
PATIENCE, PAUSE_S = 3, 2.0
DAY_S = 86_400


def silent(step: str, done: int) -> None:
    """Note nothing."""


def take_backup(runtime: Runtime, folder: Path, *, note: Note = silent) -> Manifest:
    """Write a backup to a folder that is not there yet; the watch may go on. Raises KuzetError."""
    if folder.exists():
        raise KuzetError(str(folder), "is there already", remedy="Give a new name; a backup is never written over.")
    unfinished = folder.with_name(f".{folder.name}.{token_hex(4)}.part")
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        manifest = _fill(runtime, unfinished, note=note)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def restore_backup(runtime: Runtime, folder: Path, *, replace: bool, note: Note = silent) -> Counter[str]:
    """Put a backup in the place of state and articles, and count what came back. Safe to repeat after a failure.

    Nothing may write meanwhile. Raises KuzetError: for a damaged backup, before anything is changed; for a state that
    is not empty, unless `replace`.
    """
    written = read_manifest(folder).lines
    redis, prefix = runtime.redis, runtime.settings.redis_prefix
    if not (replace or runtime.state.restoring.folder or is_empty(redis, prefix)):
        raise KuzetError(
            "The state", "is not empty", remedy="With --replace the backup takes its place: what it lacks is lost."
        )
    runtime.state.restoring.begin(str(folder), now=runtime.now())
    delete_keys(redis, prefix, keep={*TOMBSTONES, RESTORING})
    lines = counted(read_lines(folder / STATE, written=written[STATE]), "state", note)
    counts = Counter(keys=write_keys(redis, prefix, without_pages(map(Key.of, lines))))
    _forget_again(runtime)
    saved = read_lines(folder / ARTICLES, written=written[ARTICLES])
    counts += _restore_articles(runtime, counted(saved, "articles", note))
    runtime.state.stories.mark_all(now=runtime.now())
    counts += rebuild_state(runtime, note=note)
    _restore_files(runtime, folder)
    runtime.state.restoring.end()
    return counts


def _forget_again(runtime: Runtime) -> None:
    """Take out of the restored state what was forgotten after the backup."""
    for tombstone in runtime.state.forgotten:
        if runtime.state.articles.trace(tombstone.article_id) is not None:
            runtime.state.forgotten.forget(tombstone.article_id, now=tombstone.at, url=tombstone.url)
            runtime.state.stories.forget(tombstone.article_id, now=runtime.now())


def rebuild_state(runtime: Runtime, *, note: Note = silent) -> Counter[str]:
    """Make the state agree with the index: `adopted`, articles that it did not know, and `lost`, those that are gone.

    Later entries of an adopted article are its revisions; one that is forgotten is deleted. What only the state knew is
    lost: journeys, tombstones, the books of earlier days, articles under way. A lost article comes again as a new one
    when a feed still lists it.
    """
    state, there = runtime.state, set[str]()
    adopted = _adopt(runtime, there, note=note)
    keep_days = runtime.settings.keep_articles_days
    expired_ms = (runtime.now() - keep_days * DAY_S) * 1000 if keep_days else 0.0  # those were deleted on purpose
    gone = [(key, version) for key, version in state.articles.indexed() if key not in there and version > expired_ms]
    lost = sum(state.articles.lose(key, version) for key, version in gone if runtime.search.get(key) is None)
    if lost:
        state.feeds.read_anew()
    state.problems.end(LOST_INDEX)
    return Counter(adopted=adopted, lost=lost)


def _adopt(runtime: Runtime, there: set[str], *, note: Note) -> int:
    """Make the state know what the index has, and add the ids to `there`; return how many it did not know."""
    adopted, now, state = 0, runtime.now(), runtime.state
    runtime.ensure_index()
    if state.rebuilds.current() is None:
        open_reindexer(runtime).clean_up()  # after one whose record is lost: its fence would stay
    runtime.search.refresh()
    for stored in counted(runtime.search.scan(SearchRequest()), "articles of the index", note):
        there.add(stored.article_id)
        if state.articles.trace(stored.article_id) is not None:
            continue
        if state.rewrites.adopt(stored.article_id, stored.version, stored.document, now=now):
            adopted += 1
        else:
            runtime.search.delete(stored.article_id)
    return adopted


def counted(lines: Iterable[Line], step: str, note: Note) -> Iterator[Line]:
    """Yield the lines and note how many there were."""
    for number, line in enumerate(lines, start=1):
        note(step, number)
        yield line


def _fill(runtime: Runtime, folder: Path, *, note: Note) -> Manifest:
    keys = read_keys(runtime.redis, runtime.settings.redis_prefix)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = {STATE: write_lines(folder / STATE, (key.line for key in counted(keys, "state", note)))}
    runtime.search.refresh()
    stored = counted(runtime.search.scan(SearchRequest()), "articles", note)
    lines[ARTICLES] = write_lines(folder / ARTICLES, map(to_line, stored))
    data, config = runtime.settings.data, runtime.settings.config
    copy_files(data, folder / DATA, files=[file for pattern in OWN_FILES for file in sorted(data.glob(pattern))])
    copy_files(config, folder / CONFIG, files=files_in(config))
    if site := runtime.settings.site:
        copy_files(site, folder / SITE, files=files_in(site))
    return seal(folder, kuzet=version("kuzet"), at=at, lines=lines)


def _restore_articles(runtime: Runtime, lines: Iterable[bytes]) -> Counter[str]:
    _make_index(runtime)
    counts = Counter[str]()
    documents = filter(None, (from_row(json.loads(line)) for line in lines))
    for batch in batches(documents, BATCH):
        counts += write_documents(batch, engine=runtime.search, state=runtime.state, now=runtime.now())
    return counts


def _make_index(runtime: Runtime) -> None:
    """Make the index; a node that has just been started takes longer for it than for one answer."""
    for _ in range(PATIENCE):
        with suppress(EngineUnavailableError):
            runtime.ensure_index()
            return
        time.sleep(PAUSE_S)
    runtime.ensure_index()


def _restore_files(runtime: Runtime, folder: Path) -> None:
    """Put a person's files back. What lies outside of the data folder comes back only under a name of its own."""
    data = runtime.settings.data
    copy_files(folder / DATA, data, files=files_in(folder / DATA))
    for name, own in ((CONFIG, runtime.settings.config), (SITE, runtime.settings.site)):
        saved = files_in(folder / name)
        if any(own is None or _differs(file, own / file.relative_to(folder / name)) for file in saved):
            copy_files(folder / name, data / f"restored-{name}", files=saved)


def _differs(file: Path, other: Path) -> bool:
    return not other.is_file() or file.read_bytes() != other.read_bytes()
