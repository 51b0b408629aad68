"""`kuzet feeds`: what is polled and how it is doing; try a feed before adding it."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from pipelines.models import Feed, FeedFormat, ParsedFeed
from worker.cli.console import duration, local_time, out, print_json
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import FeedSnapshot

commands = typer.Typer()
feeds = typer.Typer(help="What is polled, and how it is doing.", no_args_is_help=True)
commands.add_typer(feeds, name="feeds")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Format = Annotated[FeedFormat, typer.Option("--format", help="feed: RSS, Atom or RDF; sitemap: a news sitemap.")]
STATE_STYLES = {"ok": "green", "new": "cyan", "failing": "red", "down": "bold red", "off": "dim"}
ENTRIES_SHOWN = 10


@feeds.command("list")
def list_feeds(
    *,
    all_feeds: Annotated[bool, typer.Option("--all", help="Also feeds that are off, with the reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds with their last poll and next poll.

    Example: kuzet feeds list --all
    """
    runtime = open_runtime()
    rows = [(feed, runtime.state.feeds.snapshot(feed.id)) for feed in runtime.catalogue if feed.enabled or all_feeds]
    if as_json:
        for feed, snapshot in rows:
            print_json(feed_row(feed, snapshot, now=runtime.now()))
        return
    table = Table("feed", "source", "state", "last poll", "next", "every", "new", "note", box=None, header_style="bold")
    for feed, snapshot in rows:
        table.add_row(*listed(feed, snapshot, now=runtime.now()))
    out.print(table)
    if runtime.catalogue.problem:
        out.print(f"The catalogue is kept as it was: {runtime.catalogue.problem}", style="red")


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
        "" if state == "ok" else sentence,
    ]


def state_of(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> tuple[str, str]:
    """The feed's state in one word and one sentence, from its last polls."""
    from pipelines.feeds import health

    if not feed.enabled:
        return "off", feed.note
    polls = snapshot.polls if snapshot else ()
    found = health(polls, now=now, last_new_at=snapshot.last_new_at if snapshot else 0.0)
    return str(found.state), found.sentence


def feed_row(feed: Feed, snapshot: FeedSnapshot | None, *, now: float) -> dict[str, Any]:
    state, sentence = state_of(feed, snapshot, now=now)
    row: dict[str, Any] = {
        "id": feed.id, "url": feed.url, "source": feed.source, "family": feed.family, "languages": list(feed.languages),
        "format": str(feed.format), "enabled": feed.enabled, "note": feed.note, "state": state, "sentence": sentence,
    }  # fmt: skip
    if snapshot:
        row |= {
            "next_at": snapshot.next_at, "interval_s": snapshot.interval_s, "failures": snapshot.failures,
            "last_ok_at": snapshot.last_ok_at, "last_new_at": snapshot.last_new_at,
            "polls": [asdict(poll) for poll in snapshot.polls],
        }  # fmt: skip
    return row


@feeds.command("check")
def check(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    *,
    form: Format = FeedFormat.FEED,
    as_json: AsJson = False,
) -> None:
    """Fetch a feed now and show what the parser sees, before adding it. Nothing is stored.

    Example: kuzet feeds check https://tengrinews.kz/news.rss
    """
    parsed = fetch_feed(open_runtime(engines=False), url, form)
    if as_json:
        facts = {"format": parsed.format, "title": parsed.title, "encoding": parsed.encoding, "note": parsed.note}
        print_json(facts | {"entries": len(parsed.entries), "dropped": dict(parsed.dropped)})
    else:
        show_parsed(parsed)


def fetch_feed(runtime: Runtime, url: str, form: FeedFormat) -> ParsedFeed:
    """The feed as the workers would see it. Raises KuzetError saying why not."""
    from pipelines.feeds import parse_feed, parse_sitemap
    from worker.web import Fetched, feed_limits

    answer = runtime.web.get(url, limits=feed_limits(runtime.settings))
    if not isinstance(answer, Fetched):
        raise KuzetError(url, f"was not fetched: {answer}")
    read = parse_sitemap if form is FeedFormat.SITEMAP else parse_feed
    page = answer.page
    return read(page.body, url=page.final_url, headers=page.headers, now=datetime.now(UTC))


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


@feeds.command("add")
def add(  # noqa: PLR0913  one option a fact
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    *,
    feed_id: Annotated[str, typer.Option("--id", help="Its name here; default: from the address.")] = "",
    source: Annotated[str, typer.Option(help="The publisher; default: the host.")] = "",
    family: Annotated[str, typer.Option(help="Who owns the publisher; default: the source.")] = "",
    language: Annotated[list[str] | None, typer.Option(help="kk, ru …; may be given several times.")] = None,
    form: Format = FeedFormat.FEED,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not fetch it first.")] = False,
) -> None:
    """Add a feed to those of this watch, after a look at it. Workers follow within a second.

    Example: kuzet feeds add https://example.kz/rss --language kk
    """
    from pipelines.urls import host_of, normalise_url

    runtime = open_runtime(engines=False)
    if not unchecked:
        show_parsed(fetch_feed(runtime, url, form))
    source = source or host_of(normalise_url(url)).removeprefix("www.")
    feed = Feed(
        id=feed_id or name_of(url),
        url=url,
        source=source,
        family=family or source,
        languages=tuple(language or ()),
        format=form,
    )
    if any(known.url == url and known.enabled and known.id != feed.id for known in runtime.catalogue):
        raise KuzetError(url, "is watched already", remedy="`kuzet feeds list` shows it.")
    write_own(runtime.own_feeds, feed)
    out.print(f"{feed.id} is added to {runtime.own_feeds}.", style="green")


@feeds.command("remove")
def remove(feed_id: Annotated[str, typer.Argument(metavar="ID", help="As `kuzet feeds list` shows it.")]) -> None:
    """Stop polling a feed. Its articles stay; `kuzet feeds add` brings it back.

    Example: kuzet feeds remove time-kz
    """
    runtime = open_runtime(engines=False)
    feed = runtime.catalogue.get(feed_id)
    if feed is None:
        raise KuzetError(feed_id, "is no feed of this watch", remedy="`kuzet feeds list --all` shows the ids.")
    write_own(runtime.own_feeds, feed, enabled=False, note="removed by hand")
    out.print(f"{feed_id} is no longer polled.", style="green")


def name_of(url: str) -> str:
    """An id from an address: https://tengrinews.kz/news.rss is tengrinews-kz-news-rss."""
    return re.sub(r"[^a-z0-9]+", "-", url.lower().partition("://")[2].removeprefix("www.")).strip("-")


def write_own(file: Path, feed: Feed, *, enabled: bool = True, note: str = "") -> None:
    """Put the feed into the watch's own file, laid over the catalogue; written under another name, then renamed."""
    import yaml

    from pipelines.feeds import parse_catalogue

    own = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {"feeds": []}
    entry = {
        "id": feed.id, "url": feed.url, "source": feed.source, "family": feed.family, "languages": list(feed.languages),
        "format": str(feed.format), "enabled": enabled, "note": note,
    }  # fmt: skip
    own["feeds"] = [*(other for other in own["feeds"] if other["id"] != feed.id), entry]
    text = yaml.safe_dump(own, allow_unicode=True, sort_keys=False)
    parse_catalogue(text, file=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
