"""`kuzet feeds`: what is polled and how it is doing; try a feed before adding it."""

from __future__ import annotations

import difflib
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.models import Feed, FeedFormat, ParsedFeed
from worker.cli.completion import completing
from worker.cli.console import UsageError, duration, local_time, out, print_json, warn
from worker.cli.fetching import fetch_feed
from worker.cli.session import open_runtime
from worker.cli.shapes import FeedCheck, FeedRow

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
STATE_STYLES = {"ok": "green", "new": "cyan", "failing": "red", "down": "bold red", "off": "dim"}
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
    found = ((feed.id, runtime.state.feeds.snapshot(feed.id)) for feed in chosen)
    return {feed_id: snapshot for feed_id, snapshot in found if snapshot}


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
        "; ".join(filter(None, ("" if state == "ok" else sentence, *sorted(snapshot.habits), left_out(snapshot)))),
    ]


def left_out(snapshot: FeedSnapshot) -> str:
    """Return what the newest document that was read had besides entries, e.g. `2 left out: no_words`."""
    dropped = next((poll.dropped for poll in snapshot.polls if poll.entries), {})
    return f"{sum(dropped.values())} left out: {', '.join(sorted(dropped))}" if dropped else ""


def state_of(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> tuple[str, str]:
    """The feed's state in one word and one sentence, from its last polls."""
    from pipelines.feeds import health

    if not feed.enabled:
        return "off", feed.note
    polls = snapshot.polls if snapshot else ()
    found = health(polls, now=now, last_new_at=snapshot.last_new_at if snapshot else 0.0)
    return str(found.state), found.sentence


def feed_row(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> FeedRow:
    state, sentence = state_of(feed, snapshot, now=now)
    row: FeedRow = {
        "id": feed.id, "url": feed.url, "source": feed.source, "family": feed.family, "languages": list(feed.languages),
        "format": str(feed.format), "enabled": feed.enabled, "note": feed.note, "state": state, "sentence": sentence,
    }  # fmt: skip
    if snapshot:
        row["next_at"], row["interval_s"], row["failures"] = snapshot.next_at, snapshot.interval_s, snapshot.failures
        row["last_ok_at"], row["last_new_at"] = snapshot.last_ok_at, snapshot.last_new_at
        row["polls"], row["habits"] = [asdict(poll) for poll in snapshot.polls], sorted(snapshot.habits)
    return row


@feeds.command("check")
def check(
    feed: Annotated[
        str,
        typer.Argument(
            metavar="URL|ID",
            help="An address, or the id of a feed of the catalogue.",
            autocompletion=completing("feed"),
        ),
    ],
    *,
    form: Format = None,
    links: Links = "",
    as_json: AsJson = False,
) -> None:
    """Fetch a feed now and show what the parser sees, before adding it or switching it on. Nothing is stored.

    Example: kuzet feeds check https://tengrinews.kz/news.rss

    Example: kuzet feeds check https://example.kz/news --format page --links "/news/[0-9]+"
    """
    runtime = open_runtime(engines=False)
    chosen = Feed(id="", url=feed, source="", family="") if "://" in feed else feed_of(runtime, feed)
    wanted = {"format": form, "links": links}
    parsed = fetch_feed(runtime, replace(chosen, **{name: value for name, value in wanted.items() if value}))
    if as_json:
        print_json(parsed_row(parsed))
    else:
        show_parsed(parsed)


def feed_of(runtime: Runtime, feed_id: str) -> Feed:
    """Return the feed of the catalogue. Raises UsageError with the nearest id."""
    if found := runtime.catalogue.get(feed_id):
        return found
    near = difflib.get_close_matches(feed_id, [feed.id for feed in runtime.catalogue], n=1)
    remedy = f"Did you mean {near[0]}?" if near else "`kuzet feeds list --all` shows the ids."
    raise UsageError(feed_id, "is no feed of this watch", remedy=remedy)


def parsed_row(parsed: ParsedFeed) -> FeedCheck:
    return {
        "format": parsed.format,
        "title": parsed.title,
        "encoding": parsed.encoding,
        "note": parsed.note,
        "entries": len(parsed.entries),
        "dropped": dict(parsed.dropped),
    }


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
