"""`kuzet import`: texts, JSON rows and pages take the same way as articles of feeds: extract, tag, outbox, index.

Lines of an export are documents already: they go into the index as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.errors import KuzetError, UnsafeAddressError
from pipelines.models import Entry, Feed, Page, Stage
from pipelines.search.exports import Exported, from_row
from worker.cli.archives import kind_of
from worker.cli.console import FAILED, err, out, print_json
from worker.cli.session import open_runtime
from worker.cli.stages import jsonl_rows, page_of

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import Address

commands = typer.Typer()

PAGES = frozenset({".html", ".htm", ".xhtml"})
ROWS = frozenset({".jsonl", ".ndjson"})
TABLE = ".csv"
LOOK_S = 0.3
BAD = ("rejected", "quarantined", "unusable")
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Something to import: an entry, and its page when it is HTML."""

    entry: Entry
    page: Page | None = None


@dataclass(slots=True)
class Intake:
    """What became of the files: articles under way, and counts of all that needs no more work."""

    runtime: Runtime
    feed: Feed
    sighted: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    _documents: list[Exported] = field(default_factory=list)

    def take(self, item: Import | Exported) -> None:
        if isinstance(item, Import):
            key = hand_over(self.runtime, item, feed=self.feed)
            self.sighted += [key] if key else []
            self.told["known already"] += not key
            return
        self._documents.append(item)
        if len(self._documents) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the exported documents that were collected."""
        if not self._documents:
            return
        from worker.rebuilds.transfer import restore

        runtime = self.runtime
        runtime.ensure_index()
        self.told += restore(self._documents, engine=runtime.search, state=runtime.state, now=runtime.now())
        self._documents.clear()


@commands.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help=".txt, .html or .jsonl ({text, title, url, published_at} a line, or an export), also .gz and .zst.",
        ),
    ],
    *,
    source: Annotated[str, typer.Option(help="The source these articles are booked under.")] = "import",
    wait: Annotated[bool, typer.Option(help="Wait until every article has its outcome.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The outcomes as JSON.")] = False,
) -> None:
    """Index files as articles. Importing a file again changes nothing, a changed file is a revision.

    Example: kuzet import reports/*.txt archive.jsonl
    """
    runtime = open_runtime()
    feed = Feed(id=f"import-{source}", url="", source=source, family=source)
    intake = Intake(runtime, feed)
    take_files(intake, files)
    outcomes = follow(runtime, intake.sighted) if wait else {"under way": len(intake.sighted)}
    outcomes |= {name: count for name, count in intake.told.items() if count}
    print_json(outcomes) if as_json else out.print(
        ", ".join(f"{name} {count}" for name, count in outcomes.items()) or "nothing to import"
    )
    if any(name.startswith(BAD) for name in outcomes):
        raise typer.Exit(FAILED)


def take_files(intake: Intake, files: Sequence[Path]) -> None:
    """Hand over what the files hold, with a bar; a file that cannot be used is named, and the others go on."""
    columns = (TextColumn("reading"), TextColumn("{task.completed} items"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("", total=None)
        for file in files:
            try:
                for item in read_imports(file, now=datetime.now(UTC)):
                    intake.take(item)
                    progress.advance(bar)
            except KuzetError as error:
                err.print(f"[red]left out[/red]  {error}", soft_wrap=True)
                intake.told["unusable"] += 1
    intake.flush()


def read_imports(file: Path, *, now: datetime) -> Iterator[Import | Exported]:
    """What a file holds, by its suffix. Raises KuzetError naming the file, and the line of a row."""
    from pipelines.reading.texts import entry_from_row, entry_from_text

    if kind_of(file) in ROWS:
        for number, row in enumerate(jsonl_rows(str(file)), start=1):
            exported = from_row(row)
            yield exported or Import(entry=entry_from_row(row, where=f"file:{file.name}#{number}", now=now))
        return
    if kind_of(file) == TABLE:
        raise KuzetError(str(file), "is a table, which lacks most of an article", remedy="Export .jsonl to import it.")
    body = file_bytes(file)
    if file.suffix.lower() in PAGES:
        url = f"file:{file.name}"
        yield Import(entry=Entry(link=url, title=file.stem), page=page_of(body, url))
    else:
        yield Import(entry=entry_from_text(decoded(file, body), url=f"file:{file.name}", now=now))


def file_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KuzetError(str(file), f"cannot be read ({error.strerror})") from error


def decoded(file: Path, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KuzetError(
            str(file), f"is not UTF-8 (byte {error.start})", remedy="Convert it, e.g. `iconv -f cp1251 -t utf-8`."
        ) from error


def hand_over(runtime: Runtime, item: Import, *, feed: Feed) -> str:
    """Register the entry and put it where extraction finds it; its article id, empty when it is known already."""
    articles, now = runtime.state.articles, runtime.now()
    sighting = articles.sight(item.entry, address(item.entry.link), feed=feed, now=now, needs_page=bool(item.page))
    if sighting.stage is Stage.FETCH and item.page is not None:
        claim = articles.claim(sighting.article_id, stage=Stage.FETCH, now=now)
        if claim is not None:
            articles.advance(claim, to=Stage.EXTRACT, now=now, page=runtime.pages.put(item.page))
    return sighting.article_id if sighting.stage else ""


def address(link: str) -> Address:
    """Where an imported article is: on the web, or in a file that has only a name."""
    from pipelines.reading.texts import text_id
    from worker.state import Address

    try:
        return Address.of(link)
    except UnsafeAddressError:
        return Address(article_id=text_id(link), url=link, host="")


def follow(runtime: Runtime, keys: Iterable[str]) -> dict[str, int]:
    """Wait, with a bar, until every article has its outcome; outcome → count. Ctrl-C leaves them to the workers."""
    waiting, outcomes = set(keys), Counter[str]()
    columns = (TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=len(waiting))
        while waiting:
            for key in sorted(waiting):
                found = runtime.state.articles.trace(key)
                if found and found.outcome and not found.stage:
                    waiting.discard(key)
                    outcomes[found.outcome] += 1
                    progress.advance(task)
            if waiting:
                time.sleep(LOOK_S)
    return dict(outcomes)
