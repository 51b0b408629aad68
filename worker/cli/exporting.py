"""`kuzet export`: all articles a query selects, for `kuzet import`, as a table, or for other tools (STIX, MISP)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import UsageError
from pipelines.models import ArticleDocument
from pipelines.search.request import MAX_SIZE, Sort
from pipelines.search.sharing import Tlp
from worker.answers.exports import Format, heading, rows, shared, table
from worker.answers.selection import Selection
from worker.cli.archives import kind_of, writing
from worker.cli.console import FAILED, articles, err, out, print_json, warn
from worker.cli.selecting import selecting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.search.syndication import Entry
    from worker.runtime import Runtime

commands = typer.Typer()

TABLE = ".csv"
KINDS = (".jsonl", ".ndjson", TABLE)
SHARED = ".json"


@commands.command("export")
@selecting
def export(
    words: Annotated[
        list[str], typer.Argument(metavar="[QUERY] FILE", help="What to export, as in `kuzet search`, and where to.")
    ],
    *,
    chosen: Selection,
    shape: Annotated[
        Format | None, typer.Option("--format", help="For threat intelligence: a STIX 2.1 bundle, or events of MISP.")
    ] = None,
    tlp: Annotated[
        Tlp | None, typer.Option(help="With --format: with whom it may be shared. Else clear: news is public.")
    ] = None,
) -> None:
    """Write all articles that a query selects to FILE: .jsonl or .csv, also .gz and .zst; - is JSON on standard output.

    With --format FILE is .json. A story is a grouping of its reports in STIX; in MISP they extend the first one.

    Example: kuzet export --topic drugs --since 30d drugs.csv
    Example: kuzet export --format stix --topic cybercrime --since 30d cyber.json
    """
    *query, file = words
    check_name(file, query, is_shared=shape is not None)
    if tlp and not shape:
        raise UsageError("--tlp", "goes with --format", remedy="Add --format stix or --format misp.")
    runtime = open_runtime()
    engine, request = runtime.search, chosen.resolved(runtime, warn=warn).request(" ".join(query))
    scanned = Counted(engine.scan(request, now=chosen.now, in_order=shape is not None))
    found = tracked(scanned, total=engine.count(request, now=chosen.now))
    if shape:
        lines = shared(found, shape, name=repr(request), tlp=tlp or Tlp.CLEAR)
    else:
        lines = chain([heading()], table(found)) if is_table(file) else rows(found)
    write_lines(lines, file)
    written = scanned.number
    if file != "-":
        out.print(f"{articles(written)} {'is' if written == 1 else 'are'} in {file}.", soft_wrap=True)
    if not written:
        raise typer.Exit(FAILED)


@commands.command("feed-of")
@selecting
def feed_of(  # noqa: PLR0913  one option a wish
    query: Annotated[str, typer.Argument(help="As in `kuzet search`. Empty: everything.")] = "",
    *,
    chosen: Selection,
    alert: Annotated[
        str, typer.Option(metavar="NAME", help="In place of a query: stories that concern an alert.")
    ] = "",
    is_json: Annotated[bool, typer.Option("--json-feed", help="In place of Atom.")] = False,
    title: Annotated[str, typer.Option(help="The feed's title; else the query.")] = "",
    address: Annotated[str, typer.Option(metavar="URL", help="Where the feed will be, as readers ask for it.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=MAX_SIZE, help="How many entries.")] = 50,
) -> None:
    """Print what a query selects, or what concerns an alert, as a feed for other readers: Atom or JSON Feed 1.1.

    The newest come first. Run it from a timer and put the file where readers find it; the desk serves the same live.

    Example: kuzet feed-of "алаяқтық" --region Turkestan > fraud.atom
    """
    from pipelines.search.syndication import Channel, atom, entry_of, json_feed

    runtime = open_runtime()
    if alert:
        entries = stories_of(runtime, alert, limit=limit)
    else:
        request = chosen.resolved(runtime, warn=warn).request(
            query, sort=Sort.TIME, size=limit, facets=(), histogram=False, highlight=False
        )
        entries = [entry_of(hit) for hit in runtime.search.search(request, now=chosen.now).hits]
    subject = alert or " ".join([query, *(value for values in chosen.filters.values() for value in values)]).strip()
    asked = f"{'alert' if alert else 'search'} {query or alert} {sorted(chosen.filters.items())}"
    channel = Channel(
        title=title or f"kuzet: {subject or 'articles'}",
        home="",
        address=address or f"urn:kuzet:{sha256(asked.encode()).hexdigest()[:32]}",
        updated_at=max((entry.updated_at for entry in entries), default=chosen.now.isoformat(timespec="seconds")),
    )
    if is_json:
        print_json(json_feed(entries, channel))
    else:
        typer.echo(atom(entries, channel))


def stories_of(runtime: Runtime, name: str, *, limit: int) -> list[Entry]:
    """Return the newest stories that concern an alert. Raises KuzetError for no such alert."""
    from pipelines.alerts.alert import STORY
    from pipelines.alerts.matching import concerns
    from pipelines.alerts.speaking import pending_of, text_of_story
    from pipelines.search.syndication import Entry
    from worker.alerts.speaker import found_by
    from worker.answers.alerts import alert_named
    from worker.stories.index import MOST_STORIES, StoryRequest

    alert = alert_named(runtime.alert_file.rules, name)
    asked = {name: alert.query}
    if alert.unit != STORY:
        raise UsageError(name, f"speaks of no stories but of {alert.unit}", remedy="A feed has stories or articles.")
    found: list[Entry] = []
    for story in runtime.story_index.search(StoryRequest(size=MOST_STORIES)).stories:
        if len(found) >= limit:
            break
        ids = [member["id"] for member in story["members"]]
        if concerns(alert, story) and (not alert.query or any(found_by(runtime.search, ids, asked).values())):
            found.append(
                Entry(
                    id=story["id"],
                    url=story["members"][0]["url"],
                    title=story["title"],
                    published_at=story["first_seen"],
                    updated_at=story["updated_at"],
                    author=", ".join(story["sources"]),
                    summary=text_of_story(pending_of(story, news="new")),
                    topics=tuple(story["topics"]),
                )
            )
    return found


def check_name(file: str, query: list[str], *, is_shared: bool = False) -> None:
    """A forgotten FILE must not make a file of the query's last word."""
    if len(query) > 1:
        raise UsageError(
            " ".join(query), "is more than one argument", remedy="Put the query in quotes; FILE comes last."
        )
    kind = kind_of(Path(file))
    if file == "-" or kind in ((SHARED,) if is_shared else KINDS):
        return
    if is_shared:
        remedy = "With --format call it NAME.json, with .gz or .zst behind it."
    elif kind == SHARED:
        remedy = "Call it NAME.jsonl or NAME.csv; for a .json say --format stix or --format misp."
    else:
        remedy = "Call it NAME.jsonl or NAME.csv, with .gz or .zst behind it."
    raise UsageError(file, "is no name for an export", remedy=remedy)


def is_table(file: str) -> bool:
    return file != "-" and kind_of(Path(file)) == TABLE


def write_lines(lines: Iterable[str], file: str) -> None:
    with writing(file) as stream:
        for line in lines:
            stream.write(line.encode())


class Counted:
    """Articles, and how many have been read so far."""

    def __init__(self, found: Iterable[ArticleDocument]) -> None:
        self._found = found
        self.number = 0

    def __iter__(self) -> Iterator[ArticleDocument]:
        for one in self._found:
            self.number += 1
            yield one


def tracked(found: Iterable[ArticleDocument], *, total: int) -> Iterator[ArticleDocument]:
    from rich.progress import track

    yield from track(
        found, total=total, description="exporting", console=err, transient=True, disable=not err.is_terminal
    )
