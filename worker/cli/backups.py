"""`kuzet backup`, `kuzet restore` and `kuzet rebuild-state`: what to do before the disk dies, and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import KuzetError
from worker.cli.console import BUSY, articles, err, fail, out, print_json
from worker.cli.session import open_runtime, open_settings

if TYPE_CHECKING:
    from worker.backup.copies import Note
    from worker.runtime import Runtime

commands = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the backup.")]


@commands.command("backup")
def backup(folder: Folder, *, as_json: AsJson = False) -> None:
    """Write state, articles, own feeds, reported tags and the config folder to a new FOLDER; the watch goes on.

    The state is of one moment: workers wait while it is read, about 1 s for 10,000 articles. Fetched pages and secrets
    are not part of it.

    Example: kuzet backup /backups/kuzet-2025-11-30
    """
    from worker.backup.copies import take_backup
    from worker.backup.folder import ARTICLES, STATE

    with engines() as runtime, progress() as note:
        manifest = take_backup(runtime, folder, note=note)
    if as_json:
        print_json({"folder": str(folder), "at": manifest.at, "keys": manifest.lines[STATE],
                    "articles": manifest.lines[ARTICLES], "files": len(manifest.digests)})  # fmt: skip
        return
    held = f"{articles(manifest.lines[ARTICLES])} and {manifest.lines[STATE]} keys of the state"
    out.print(f"{held} are in {folder}. Back again: kuzet restore {folder}", soft_wrap=True)


@commands.command("restore")
def restore(
    folder: Folder,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Also when there is a state: it is lost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back: state, articles, own feeds, reported tags. Nothing changes if a file of it is damaged.

    No worker may run: `kuzet down` first, on a server `docker compose stop io cpu index beat`. Articles that are in
    the index and not in the backup stay. Articles that were under way are fetched again.

    Example: kuzet restore /backups/kuzet-2025-11-30
    """
    from worker.backup.copies import restore_backup

    with engines() as runtime, progress() as note:
        require_rest(runtime)
        counts = restore_backup(runtime, folder, replace=replace, note=note)
    if as_json:
        print_json({"folder": str(folder), "counts": dict(counts)})
        return
    out.print(", ".join(f"{name} {count}" for name, count in counts.items() if count), soft_wrap=True)
    for changed in sorted(runtime.settings.data.glob("restored-*")):
        out.print(f"The rules of the backup differ from those here; they are in {changed}.", soft_wrap=True)


@commands.command("rebuild-state")
def rebuild_state(*, as_json: AsJson = False) -> None:
    """Make the state agree with the index, after the broker's data or the index was lost and there is no backup.

    Every article of the index is known again, so nothing comes twice. What only the state knew is lost: journeys,
    forgotten articles, the books of earlier days, what was under way and is listed by no feed any more. An article that
    is gone from the index comes again when a feed still lists it.

    Example: kuzet rebuild-state
    """
    from worker.backup.copies import rebuild_state as agree

    with engines() as runtime, progress() as note:
        counts = agree(runtime, note=note)
    if as_json:
        print_json({"adopted": counts["adopted"], "lost": counts["lost"]})
        return
    out.print(f"{articles(counts['adopted'])} known again; {articles(counts['lost'])} gone from the index.")


@contextmanager
def engines() -> Iterator[Runtime]:
    """Give the services of the watch on this data folder; without one its engines are started meanwhile."""
    from worker.local.locks import DataLock

    settings = open_settings(quiet=True)
    if (settings.broker_url and settings.search_url) or DataLock(settings.data).is_held():
        yield open_runtime()
        return
    from worker.cli.progress import ConsoleReport
    from worker.cli.up import ends_on_sigterm, prepare_dictionary
    from worker.local.run import LocalRun
    from worker.runtime import Runtime

    report = ConsoleReport(err)
    run = LocalRun(settings, report=report)
    try:
        run.install_dictionary(prepare_dictionary(settings))
        with ends_on_sigterm(), run:
            places = {"broker_url": run.endpoints.broker_url, "search_url": run.endpoints.search_url}
            yield Runtime(settings.model_copy(update=places))
    finally:
        report.close()


def require_rest(runtime: Runtime) -> None:
    """End with BUSY while a worker runs: it would write between what is restored."""
    from worker.state.workers import present

    workers = present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now())
    if workers:
        names = ", ".join(worker.name for worker in workers)
        remedy = "Stop them: `kuzet down`, on a server `docker compose stop io cpu index beat`; they are believed 20 s."
        fail(KuzetError("Workers", f"are at work ({names})", remedy=remedy), code=BUSY)


@contextmanager
def progress() -> Iterator[Note]:
    """Show how far it is, on a terminal; elsewhere a line each ten seconds."""
    from worker.cli.progress import SparseLines

    if not err.is_terminal:
        lines = SparseLines(err)
        yield lambda step, done: lines.offer(f"{step}: {done}")
        return
    with err.status("") as status:
        yield lambda step, done: status.update(f"{step}: {done}") if done % 100 == 0 else None
