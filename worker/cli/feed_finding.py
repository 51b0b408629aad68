"""`kuzet feeds discover`, and `kuzet feeds check --all`: which feeds there are, and which are of use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import UsageError
from worker.answers.examination import Discovered, Examined, discover, examine_all
from worker.answers.feeds import feed_of, new_feed, parsed_row, refuse_unusable, switched_on
from worker.answers.fetching import fetch_feed
from worker.answers.shapes import CheckedFeed
from worker.answers.wording import local_time
from worker.cli.completion import completing
from worker.cli.console import FAILED, out, print_json
from worker.cli.feeds import AsJson, Format, Links, show_parsed
from worker.cli.progress import counting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.runtime import Runtime

commands = typer.Typer()


@commands.command("check")
def check(  # noqa: PLR0913  one option a fact
    feed: Annotated[
        str,
        typer.Argument(
            metavar="URL|ID",
            help="An address, or the id of a feed of the catalogue.",
            autocompletion=completing("feed"),
        ),
    ] = "",
    *,
    all_feeds: Annotated[bool, typer.Option("--all", help="Every feed of the catalogue, politely.")] = False,
    enable: Annotated[bool, typer.Option("--enable", help="With --all: switch on those that are of use.")] = False,
    form: Format = None,
    links: Links = "",
    as_json: AsJson = False,
) -> None:
    """Fetch a feed now and show what the parser sees, before adding it or switching it on.

    Nothing is stored but by --enable, which switches feeds on in your own file.

    Example: kuzet feeds check https://tengrinews.kz/news.rss

    Example: kuzet feeds check --all --enable

    Example: kuzet feeds check https://example.kz/news --format page --links "/news/[0-9]+"
    """
    runtime = open_runtime(engines=False)
    if all_feeds == bool(feed) or (enable and not all_feeds):
        raise UsageError("feeds check", "takes one address or id, or --all", remedy="--enable goes with --all.")
    if all_feeds:
        check_all(runtime, enable=enable, as_json=as_json)
        return
    chosen = new_feed(feed) if "://" in feed else feed_of(runtime, feed)
    wanted = replace(chosen, format=form or chosen.format, links=links or chosen.links)
    refuse_unusable(wanted)
    parsed = fetch_feed(runtime, wanted)
    if as_json:
        print_json(parsed_row(parsed))
    else:
        show_parsed(parsed)


@commands.command("discover")
def discover_feeds(
    site: Annotated[str, typer.Argument(metavar="URL", help="A site's front page, or a section of it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Find the feeds of a site: those its page names, sitemaps in its robots.txt, then common addresses.

    The site's robots.txt is obeyed. Nothing is stored; `kuzet feeds add` takes what you choose.

    Example: kuzet feeds discover https://example.kz
    """
    runtime = open_runtime(engines=False)
    tried = []
    for each in discover(runtime, site):
        tried.append(each)
        if not as_json:
            show_discovered(each)
    usable = [each for each in tried if each.examined.is_usable]
    if as_json:
        print_json({"feeds": [{**checked_row(each.examined), "named": each.candidate.named} for each in tried]})
    elif usable:
        out.print(f"Add one: kuzet feeds add {usable[0].candidate.url}", style="green", soft_wrap=True)
    else:
        out.print("No feed was found. A page that lists articles can be watched with `--format page --links …`.")
    if not usable:
        raise typer.Exit(FAILED)


def show_discovered(found: Discovered) -> None:
    mark = ("✓ ", "green") if found.examined.is_usable else ("✗ ", "red")
    out.print(Text.assemble(mark, (found.candidate.url, "cyan"), f"  {found.candidate.named}"), soft_wrap=True)
    out.print(Text(f"    {verdict(found.examined)}", style="dim"), soft_wrap=True)


def verdict(examined: Examined) -> str:
    """Say in a line what a feed holds, or what is wrong with it."""
    if not examined.is_usable:
        return examined.problem
    newest = f", newest {local_time(examined.newest)}" if examined.newest else ""
    return f"{examined.feed.format}: {examined.entries} entries{newest}, {examined.language or 'language unknown'}"


def check_all(runtime: Runtime, *, enable: bool, as_json: bool) -> None:
    """Try every feed of the catalogue; with `enable`, switch those on that are off and of use, in one's own file."""
    feeds = list(runtime.catalogue)
    with counting("checking feeds", total=len(feeds)) as advance:
        examined = examine_all(runtime, feeds, done=advance)
    on = [each.feed for each in examined if each.is_usable and not each.feed.enabled] if enable else []
    watched = {feed.url for feed in feeds if feed.enabled}
    on = [feed for feed in on if feed.url not in watched]
    if on:
        runtime.own_feeds.put(*map(switched_on, on))
    if as_json:
        rows = [checked_row(each) for each in examined]
        print_json({"feeds": rows, "switched_on": [feed.id for feed in on], "needed": needed(examined)})
        return
    show_examined(examined)
    usable_off = sum(each.is_usable and not each.feed.enabled for each in examined)
    if on:
        out.print(f"{len(on)} feeds are switched on in {runtime.own_feeds.file}.", style="green", soft_wrap=True)
    elif usable_off:
        out.print(f"{usable_off} feeds are off and of use: `kuzet feeds check --all --enable` switches them on.")


def checked_row(examined: Examined) -> CheckedFeed:
    return {
        "id": examined.feed.id,
        "url": examined.feed.url,
        "format": str(examined.feed.format),
        "enabled": examined.feed.enabled,
        "usable": examined.is_usable,
        "entries": examined.entries,
        "newest": examined.newest.isoformat() if examined.newest else None,
        "language": examined.language,
        "reason": examined.reason,
        "problem": examined.problem,
        "need": examined.need,
    }


def needed(examined: Sequence[Examined]) -> dict[str, int]:
    """Return what the feeds that are of no use would need → how many of them."""
    return dict(Counter(each.need for each in examined if each.need).most_common())


def show_examined(examined: Sequence[Examined]) -> None:
    table = Table("feed", "is", "entries", "newest", "language", "what is wrong", box=None, header_style="bold")
    for each in examined:
        state = Text("on" if each.feed.enabled else "off", style="green" if each.feed.enabled else "dim")
        newest = local_time(each.newest) if each.newest else "–"
        problem = Text(each.problem, style="red")
        table.add_row(each.feed.id, state, str(each.entries or "–"), newest, each.language or "–", problem)
    out.print(table)
    for need, count in needed(examined).items():
        out.print(f"{count:>4}  need {need}", style="yellow", soft_wrap=True, markup=False)
