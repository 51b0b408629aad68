"""`kuzet import`: texts, JSON rows and pages take the same way as articles of feeds: extract, tag, outbox, index.

Lines of an export are documents already: they go into the index as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.errors import KuzetError, UnsafeAddressError, UsageError
from pipelines.models import ArticleDocument, Entry, Feed, Page, Stage
from pipelines.search.exports import from_row
from worker.cli.archives import kind_of, reading
from worker.cli.console import FAILED, err, out, print_json
from worker.cli.earlier_imports import EarlierImports
from worker.cli.session import open_runtime
from worker.cli.stages import jsonl_rows, page_of

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import ArticleAddress

commands = typer.Typer()

PAGES = frozenset({".html", ".htm", ".xhtml"})
ROWS = frozenset({".jsonl", ".ndjson"})
TABLE = ".csv"
LOOK_S = 0.3
BAD = ("rejected", "quarantined", "unusable", "refused")
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Something to import: an entry, and its page when it is HTML.

    where: the file, and the line of a row. earlier: the address that versions up to 0.1 gave it, empty for a web one.
    """

    entry: Entry
    where: str
    earlier: str = ""
    page: Page | None = None


@dataclass(slots=True)
class Intake:
    """What became of the files: articles under way, and counts of all that needs no more work."""

    runtime: Runtime
    feed: Feed
    sighted: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _places: dict[str, str] = field(default_factory=dict)
    _documents: list[ArticleDocument] = field(default_factory=list)
    _earlier: EarlierImports | None = None

    def take(self, item: Import | ArticleDocument) -> None:
        """Hand an item over, unless another item of this command is the same article."""
        if isinstance(item, Import):
            self._take_import(item)
            return
        self._documents.append(item)
        if len(self._documents) >= BATCH:
            self.flush()

    def leave_out(self, error: KuzetError, *, count_as: str) -> None:
        """Name what is not imported; the others go on."""
        err.print(f"[red]left out[/red]  {escape(str(error))}", soft_wrap=True)
        self.counts[count_as] += 1

    def flush(self) -> None:
        """Write the exported documents that were collected."""
        if not self._documents:
            return
        from worker.rebuilds.transfer import restore

        runtime = self.runtime
        runtime.ensure_index()
        self.counts += restore(self._documents, engine=runtime.search, state=runtime.state, now=runtime.now())
        self._documents.clear()

    def _take_import(self, item: Import) -> None:
        first = self._places.setdefault(address(item.entry.link).article_id, item.where)
        if first != item.where:
            problem = f"is the same article as {first}: one command takes an address, or a path with its content, once"
            self.leave_out(KuzetError(item.where, problem), count_as="refused")
            return
        key = "" if self._is_known(item) else hand_over(self.runtime, item, feed=self.feed)
        self.sighted += [key] if key else []
        self.counts["known already"] += not key

    def _is_known(self, item: Import) -> bool:
        """True if an earlier version imported the same text under the address it used then."""
        self._earlier = self._earlier or EarlierImports(self.runtime.search)
        return bool(item.earlier) and self._earlier.has(item.earlier, entry=item.entry, page=item.page)


@commands.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            readable=False,  # `reading` says how it is made readable
            help=".txt, .html or .jsonl ({text, title, url, published_at} a line, or an export), also .gz and .zst.",
        ),
    ],
    *,
    source: Annotated[str, typer.Option(help="The source these articles are booked under.")] = "import",
    wait: Annotated[bool, typer.Option(help="Wait until every article has its outcome.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The outcomes as JSON.")] = False,
) -> None:
    """Index files as articles. Importing a file again changes nothing.

    An article is identified by its `url`; without one, by the path as you give it together with the content. So a
    changed row of the same `url` is a revision, and a file that was edited or moved is another article: nothing that
    was imported before is lost. Two inputs of one identity in one command are refused.

    Example: kuzet import reports/*.txt archive.jsonl
    """
    check_files(files)
    runtime = open_runtime()
    feed = Feed(id=f"import-{source}", url="", source=source, family=source)
    intake = Intake(runtime, feed)
    take_files(intake, files)
    outcomes = follow(runtime, intake.sighted) if wait else {"under way": len(intake.sighted)}
    if outcomes.get("indexed") or outcomes.get("revised") or intake.counts["restored"]:
        runtime.search.refresh()  # what a person imports, the next command finds
    outcomes |= {name: count for name, count in intake.counts.items() if count}
    print_json({"outcomes": outcomes}) if as_json else out.print(
        ", ".join(f"{name} {count}" for name, count in outcomes.items()) or "nothing to import"
    )
    if any(name.startswith(BAD) for name in outcomes):
        raise typer.Exit(FAILED)


def check_files(files: Sequence[Path]) -> None:
    """Raise UsageError for a file that is not there, before anything is imported, and for one given twice."""
    for file in files:
        if not file.exists():
            raise UsageError(str(file), "is not there", remedy="Nothing was imported.")
        if files.count(file) > 1:
            raise UsageError(str(file), "is given twice", remedy="Nothing was imported.")


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
                intake.leave_out(error, count_as="unusable")
    intake.flush()


def read_imports(file: Path, *, now: datetime) -> Iterator[Import | ArticleDocument]:
    """Yield what a file holds, by its suffix. Raises KuzetError naming the file, and the line of a row."""
    if kind_of(file) == TABLE:
        raise KuzetError(str(file), "is a table, which lacks most of an article", remedy="Export .jsonl to import it.")
    if kind_of(file) in ROWS:
        yield from read_rows(file, now=now)
    else:
        yield read_file(file, now=now)


def read_rows(file: Path, *, now: datetime) -> Iterator[Import | ArticleDocument]:
    """Yield the rows of a file; a line of an export is a document as it was."""
    from pipelines.reading.texts import FILE, entry_from_row, file_address, row_content

    for number, row in enumerate(jsonl_rows(str(file)), start=1):
        if exported := from_row(row):
            yield exported
            continue
        entry = entry_from_row(row, where=f"{file}, line {number}", now=now)
        earlier = "" if row.get("url") else f"{FILE}{file.name}#{number}"
        link = entry.link if row.get("url") else file_address(str(file), row_content(row))
        yield Import(entry=replace(entry, link=link), where=f"{file}, line {number}", earlier=earlier)


def read_file(file: Path, *, now: datetime) -> Import:
    """Read a page or a text."""
    from pipelines.reading.texts import FILE, decode_text, entry_from_text, file_address

    with reading(str(file)) as stream:
        body = stream.read()
    link = file_address(str(file), body)
    if kind_of(file) in PAGES:
        entry, page = Entry(link=link, title=file.stem), page_of(body, link)
    else:
        entry, page = (
            replace(entry_from_text(decode_text(body, where=str(file)), url=str(file), now=now), link=link),
            None,
        )
    return Import(entry=entry, where=str(file), earlier=f"{FILE}{file.name}", page=page)


def hand_over(runtime: Runtime, item: Import, *, feed: Feed) -> str:
    """Register the entry and put it where extraction finds it. Return its article id, empty when it is known."""
    articles, now = runtime.state.articles, runtime.now()
    sighting = articles.sight(item.entry, address(item.entry.link), feed=feed, now=now, needs_page=bool(item.page))
    if sighting.stage is Stage.FETCH and item.page is not None:
        claim = articles.claim(sighting.article_id, stage=Stage.FETCH, now=now)
        if claim is not None:
            articles.advance(claim, to=Stage.EXTRACT, now=now, page=runtime.pages.put(item.page))
    return sighting.article_id if sighting.stage else ""


def address(link: str) -> ArticleAddress:
    """Return where an imported article is: on the web, or in a file that has only a path."""
    from pipelines.reading.texts import text_id
    from worker.state import ArticleAddress

    try:
        return ArticleAddress.of(link)
    except UnsafeAddressError:
        return ArticleAddress(article_id=text_id(link), url=link, host="")


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
