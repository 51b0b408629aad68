"""`kuzet feeds show`: all that is known of one feed; `kuzet feeds recall`: what a source's feeds miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError, UsageError
from worker.answers.feeds import feed_changes, feed_of, feed_row, recall_row, rhythm_row
from worker.answers.wording import duration, local_time
from worker.cli.console import FAILED, out, print_json
from worker.cli.feed_editing import FeedId
from worker.cli.feeds import STATE_STYLES, AsJson, snapshots_of
from worker.cli.session import open_runtime
from worker.health.recall import RecallCheck, fetched_sitemap, sitemap_of

if TYPE_CHECKING:
    from pipelines.feeds import Rhythm
    from pipelines.models import Poll
    from worker.answers.shapes import FeedRow, FeedStateChange
    from worker.state import RecallResult

commands = typer.Typer()

BARS = "▁▂▃▄▅▆▇█"
POLLS_SHOWN = 10
CHANGES_SHOWN = 8
WEEKDAYS = "Mon … Sun"


@commands.command("show")
def show(feed_id: FeedId, *, as_json: AsJson = False) -> None:
    """Show how a feed is doing and why: state, rhythm, habits, what its documents held, and what changed.

    Each poll counts the items of its document: read = new + changed + known + dropped.

    Example: kuzet feeds show nur-ru
    """
    runtime = open_runtime(engines=False)
    feed = feed_of(runtime, feed_id)
    snapshot = snapshots_of(runtime, [feed]).get(feed_id)
    row = feed_row(feed, snapshot, now=runtime.now())
    changes = feed_changes(runtime, feed_id) if snapshot else []
    rhythm = snapshot.rhythm if snapshot else None
    last = runtime.state.recalls.last(feed.source) if snapshot else None
    if as_json:
        recalled = recall_row(feed.source, last) if last else None
        rhythmic = rhythm_row(rhythm) if rhythm else None
        print_json({"feed": row, "rhythm": rhythmic, "recall": recalled, "changes": changes})
        return
    show_feed(row)
    if rhythm:
        show_rhythm(rhythm)
    if snapshot and snapshot.polls:
        show_polls(snapshot.polls[:POLLS_SHOWN])
    if last:
        out.print(f"\nagainst {last.sitemap} on {local_time(last.at)}", style="bold", soft_wrap=True)
        show_recall(last)
    show_changes(changes[:CHANGES_SHOWN])


def show_feed(row: FeedRow) -> None:
    style = STATE_STYLES.get(row["state"], "yellow")
    out.print(Text.assemble((row["id"], "bold"), f"  {row['source']}  ", (row["state"], style)))
    out.print(Text(row["url"], style="cyan"), soft_wrap=True)
    out.print(row["sentence"] or "–", soft_wrap=True, markup=False)
    if asked := row.get("ask_why") and row.get("asked"):
        out.print(f"asked at {asked}: {row['ask_why']}", soft_wrap=True, markup=False)
    if habits := row.get("habits"):
        out.print(f"habits: {', '.join(habits)}")
    if interval_s := row.get("interval_s"):
        out.print(f"looked at every {duration(interval_s)}", style="dim")


def show_rhythm(rhythm: Rhythm) -> None:
    mean = 86_400 * rhythm.articles / rhythm.watched_s
    at_once = f", {rhythm.clump:g} at once" if rhythm.clump > 1 else ""
    out.print(f"\n{mean:.1f} articles a day{at_once}", style="bold")
    for name, counts in (("hours 0–23", rhythm.hours), (WEEKDAYS, rhythm.days), ("minutes 0–59", rhythm.minutes)):
        out.print(f"  {name:<13}{bars(counts)}", style="cyan")


def bars(counts: Sequence[float]) -> str:
    """Return a row of bars, the highest for the greatest count."""
    most = max(counts)
    return "".join(BARS[round((len(BARS) - 1) * count / most)] if most else BARS[0] for count in counts)


def show_polls(polls: Sequence[Poll]) -> None:
    columns = ("poll", "status", "read", "new", "changed", "known", "dropped", "note")
    table = Table(*columns, box=None, header_style="bold")
    for poll in polls:
        dropped = ", ".join(f"{reason} {count}" for reason, count in sorted(poll.dropped.items()))
        counts = map(str, (poll.read, poll.new, poll.changed, poll.known))
        note = Text(poll.note, style="" if poll.ok else "red")
        table.add_row(local_time(poll.at), str(poll.status or "–"), *counts, dropped, note)
    out.print()
    out.print(table)


def show_changes(changes: Sequence[FeedStateChange]) -> None:
    if changes:
        out.print("\nchanges", style="bold")
    for change in changes:
        became = change["state"] or change["address"]
        out.print(f"  {local_time(change['at'])}  {change['was']} → {became}: {change['reason']}", soft_wrap=True)


@commands.command("recall")
def recall(
    source: Annotated[str, typer.Argument(metavar="SOURCE|ID", help="A publisher, or one of its feeds.")],
    *,
    sitemap: Annotated[str, typer.Option(help="Its sitemap; default: the catalogue's, else its robots.txt's.")] = "",
    as_json: AsJson = False,
) -> None:
    """Compare what a source's sitemap lists of the last day with what its feeds brought, and say why some is missing.

    Where a sitemap is known, this is done once a week by itself; `kuzet feeds show` has the last result.
    Exit code 1 when something was not seen, or when there is nothing to compare with.

    Example: kuzet feeds recall tengrinews.kz
    """
    runtime = open_runtime(engines=False)
    feeds = [feed for feed in runtime.catalogue if source in {feed.source, feed.id}]
    if not feeds:
        raise UsageError(
            source, "is no source and no feed of this watch", remedy="`kuzet feeds list --all` shows them."
        )
    if not runtime.settings.broker_url:
        raise KuzetError(source, "is compared with what a running watch has seen", remedy="`kuzet up` starts one.")
    feeds = [feed for feed in runtime.catalogue if feed.source == feeds[0].source]
    chosen = sitemap or sitemap_of(runtime.state, feeds, now=runtime.now())
    chosen = chosen or fetched_sitemap(runtime.web, feeds[0], settings=runtime.settings)
    if not chosen:
        raise KuzetError(source, "has no known sitemap", remedy="Name it with --sitemap, or in the catalogue.")
    check = RecallCheck(runtime.state, runtime.web, runtime.settings)
    found = check.run(feeds, sitemap=chosen, now=runtime.now())
    if as_json:
        print_json(recall_row(feeds[0].source, found))
    else:
        show_recall(found)
    if found.problem or found.seen < found.listed:
        raise typer.Exit(FAILED)


def show_recall(found: RecallResult) -> None:
    if found.problem:
        out.print(f"{found.sitemap}: {found.problem}", style="red", soft_wrap=True, markup=False)
        return
    style = "green" if found.seen == found.listed else "yellow"
    out.print(f"{found.seen} of {found.listed} articles of the last day were seen.", style=style)
    for each in found.missed:
        out.print(Text(f"  {local_time(each['published_at'])}  {each['title'] or each['link']}"), soft_wrap=True)
        out.print(Text(f"      {each['why']}", style="dim"), soft_wrap=True)
