"""`kuzet feeds`: what is polled and how it is doing; try a feed before adding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.models import Feed, FeedFormat, ParsedFeed
from worker.answers.feeds import feed_row, left_out, state_of
from worker.answers.wording import duration, local_time
from worker.cli.console import out, print_json, warn
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import FeedSnapshot

commands = typer.Typer()
feeds = typer.Typer(help="What is polled, and how it is doing.", no_args_is_help=True)
commands.add_typer(feeds, name="feeds")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Format = Annotated[
    FeedFormat | None, typer.Option("--format", help="feed: RSS, Atom, RDF, JSON; sitemap; page: a list of links.")
]
Links = Annotated[str, typer.Option(help="Of a page: a regular expression that is in the addresses of articles.")]
STATE_STYLES = {"healthy": "green", "new": "cyan", "failing": "red", "gone": "bold red", "off": "dim"}
ENTRIES_SHOWN = 10


@feeds.command("list")
def list_feeds(
    *,
    all_feeds: Annotated[bool, typer.Option("--all", help="Also feeds that are off, with the reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds with their last poll and next poll; without a running watch, what it would poll.

    Example: kuzet feeds list --all
    """
    runtime = open_runtime(engines=False)
    chosen = [feed for feed in runtime.catalogue if feed.enabled or all_feeds]
    snapshots = snapshots_of(runtime, chosen)
    if as_json:
        print_json({"feeds": [feed_row(feed, snapshots.get(feed.id), now=runtime.now()) for feed in chosen]})
        return
    table = Table("feed", "source", "state", "last poll", "next", "every", "new", "note", box=None, header_style="bold")
    for feed in chosen:
        table.add_row(*listed(feed, snapshots.get(feed.id), now=runtime.now()))
    out.print(table)
    if runtime.catalogue.problem:
        out.print(f"The catalogue is kept as it was: {runtime.catalogue.problem}", style="red")


def snapshots_of(runtime: Runtime, chosen: list[Feed]) -> dict[str, FeedSnapshot]:
    """Return what the running watch knows of the feeds, by id; nothing, with a warning, when none is running."""
    if not runtime.settings.broker_url:
        warn(f"no watch is running on {runtime.settings.data}, so nothing is known of polls")
        return {}
    return runtime.state.feeds.snapshots(feed.id for feed in chosen)


def listed(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> list[str | Text]:
    state, sentence = state_of(feed, snapshot, now=now)
    shown = Text(state, style=STATE_STYLES.get(state, "yellow"))
    if snapshot is None or not snapshot.polls:
        return [feed.id, feed.source, shown, "–", "–", "–", "–", feed.note]
    return [
        feed.id,
        feed.source,
        shown,
        local_time(snapshot.polls[0].at),
        duration(max(0.0, snapshot.next_at - now)) if snapshot.next_at else "–",
        duration(snapshot.interval_s) if snapshot.interval_s else "–",
        str(sum(poll.new for poll in snapshot.polls)),
        "; ".join(filter(None, ("" if state == "healthy" else sentence, *sorted(snapshot.habits), left_out(snapshot)))),
    ]


def show_parsed(parsed: ParsedFeed) -> None:
    out.print(
        Text(
            f"{parsed.title or 'untitled'} · {parsed.format} · {parsed.encoding} · {len(parsed.entries)} entries",
            style="bold",
        )
    )
    for reason, count in parsed.dropped.items():
        out.print(f"{count} left out: {reason}", style="yellow")
    for entry in parsed.entries[:ENTRIES_SHOWN]:
        out.print(Text.assemble((f"{local_time(entry.published_at):>12}  ", "dim"), entry.title))
        out.print(Text(f"{'':14}{entry.link}", style="cyan"), soft_wrap=True)
