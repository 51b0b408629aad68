"""`kuzet feeds add`, `edit`, `enable`, `disable`, `rename`, `remove`, `import`, `export`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.errors import UsageError
from pipelines.models import Feed, FeedFormat
from worker.answers.feeds import (
    BY_HAND,
    checked,
    feed_at,
    feed_of,
    new_feed,
    refuse_taken,
    refuse_unusable,
    subscribed,
    switched_on,
)
from worker.answers.fetching import fetch_feed
from worker.cli.completion import completing
from worker.cli.console import err, out, print_json, read_input
from worker.cli.feeds import AsJson, Format, Links, show_parsed
from worker.cli.progress import counting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.feeds.opml import Subscription
    from worker.runtime import Runtime

commands = typer.Typer()

CHECKS_AT_ONCE = 8

FeedId = Annotated[
    str,
    typer.Argument(metavar="ID", help="As `kuzet feeds list --all` shows it.", autocompletion=completing("feed")),
]
Source = Annotated[str, typer.Option(help="The publisher, usually the site's host.")]
Family = Annotated[str, typer.Option(help="Who owns the publisher.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="kk, ru …; may be given several times.")]
Note = Annotated[str, typer.Option(help="What is worth knowing of it.")]
TextPath = Annotated[str, typer.Option("--text", help="XPath of the element that holds an article's text.")]
Sitemap = Annotated[str, typer.Option(help="The site's sitemap, for the check of what was missed.")]
Alternates = Annotated[
    list[str] | None, typer.Option("--alternate", help="Another address of it, for when the first dies; several times.")
]
ExtraCA = Annotated[str, typer.Option("--tls-extra-ca", help="PEM file of authorities to trust for this source.")]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Do not fetch it first.")]


@commands.command("add")
def add(  # noqa: PLR0913  one option a fact
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    *,
    feed_id: Annotated[str, typer.Option("--id", help="Its name here; default: from the address.")] = "",
    source: Source = "",
    family: Family = "",
    language: Languages = None,
    form: Format = None,
    links: Links = "",
    text: TextPath = "",
    alternate: Alternates = None,
    sitemap: Sitemap = "",
    tls_extra_ca: ExtraCA = "",
    note: Note = "",
    unchecked: Unchecked = False,
) -> None:
    """Add a feed to those of this watch, after a look at it. Workers follow within a second.

    A feed of the catalogue that is off is switched on, and keeps what is set of it.

    Example: kuzet feeds add https://example.kz/rss --language kk

    Example: kuzet feeds add https://example.kz/news --format page --links "/news/[0-9]+"
    """
    runtime = open_runtime(engines=False)
    known = feed_at(runtime, url)
    if known and known.enabled:
        raise UsageError(url, f"is watched already as {known.id}", remedy=f"`kuzet feeds edit {known.id}` changes it.")
    base = replace(known, id=feed_id or known.id) if known else new_feed(url, feed_id=feed_id)
    refuse_taken(runtime, base)
    family = family or (source if not known else "")
    more = given(form=form, links=links, text=text, sitemap=sitemap, tls_extra_ca=tls_extra_ca, note=note)
    feed = with_facts(
        switched_on(base), more | given(source=source, family=family), languages=language, alternates=alternate
    )
    refuse_unusable(feed)
    if not unchecked:
        show_parsed(fetch_feed(runtime, feed))
    runtime.own_feeds.put(feed)
    out.print(f"{feed.id} is added to {runtime.own_feeds.file}.", style="green", soft_wrap=True)


@commands.command("edit")
def edit(  # noqa: PLR0913  one option a fact
    feed_id: FeedId,
    *,
    url: Annotated[str, typer.Option(help="A new address; it is fetched first.")] = "",
    source: Source = "",
    family: Family = "",
    language: Languages = None,
    form: Format = None,
    links: Links = "",
    text: TextPath = "",
    alternate: Alternates = None,
    sitemap: Sitemap = "",
    tls_extra_ca: ExtraCA = "",
    note: Note = "",
    unchecked: Unchecked = False,
) -> None:
    """Change what is set of a feed; what is not given stays.

    Example: kuzet feeds edit nur-ru --family nur --language ru
    """
    runtime = open_runtime(engines=False)
    before = feed_of(runtime, feed_id)
    more = given(form=form, links=links, text=text, sitemap=sitemap, tls_extra_ca=tls_extra_ca, note=note)
    named = given(url=url, source=source, family=family)
    feed = with_facts(before, more | named, languages=language, alternates=alternate)
    refuse_unusable(feed)
    if feed == before:
        raise UsageError(feed_id, "nothing to change was given", remedy="`kuzet feeds edit --help` lists the options.")
    other = feed_at(runtime, feed.url)
    if feed.enabled and other and other.enabled and other.id != feed.id:
        raise UsageError(feed.url, f"is watched already as {other.id}")
    if feed.url != before.url and not unchecked:
        show_parsed(fetch_feed(runtime, feed))
    runtime.own_feeds.put(feed)
    out.print(f"{feed.id} is changed in {runtime.own_feeds.file}.", style="green", soft_wrap=True)


@commands.command("enable")
def enable(feed_id: FeedId, *, unchecked: Unchecked = False) -> None:
    """Switch a feed of the catalogue on, after a look at it.

    Example: kuzet feeds enable time-kz
    """
    runtime = open_runtime(engines=False)
    feed = feed_of(runtime, feed_id)
    if feed.enabled:
        out.print(f"{feed.id} is on already.")
        return
    other = feed_at(runtime, feed.url)
    if other and other.enabled:
        raise UsageError(feed.url, f"is watched already as {other.id}")
    if not unchecked:
        show_parsed(fetch_feed(runtime, feed))
    runtime.own_feeds.put(switched_on(feed))
    out.print(f"{feed.id} is polled from now on.", style="green")


@commands.command("disable")
def disable(feed_id: FeedId, *, note: Annotated[str, typer.Option(help="Why it is off.")] = BY_HAND[1]) -> None:
    """Stop polling a feed. Its articles and what is set of it stay; `kuzet feeds enable` switches it on again.

    Example: kuzet feeds disable nur-ru --note "answers 403 since May"
    """
    runtime = open_runtime(engines=False)
    feed = feed_of(runtime, feed_id)
    runtime.own_feeds.put(replace(feed, enabled=False, note=note))
    out.print(f"{feed.id} is no longer polled.", style="green")


@commands.command("rename")
def rename(feed_id: FeedId, new_id: Annotated[str, typer.Argument(metavar="NEW", help="Its new id.")]) -> None:
    """Give a feed another id. Articles keep the old one; its polls begin anew, and no article comes twice.

    Example: kuzet feeds rename example-kz-rss example-kk
    """
    runtime = open_runtime(engines=False)
    feed = feed_of(runtime, feed_id)
    renamed = replace(feed, id=new_id)
    refuse_unusable(renamed)
    refuse_taken(runtime, renamed)
    if new_id == feed_id or runtime.catalogue.get(new_id):
        raise UsageError(new_id, "is the id of a feed already")
    left = [replace(feed, enabled=False, note=f"renamed to {new_id}")] if runtime.catalogue.is_given(feed_id) else []
    runtime.own_feeds.put(renamed, *left)
    if not left:
        runtime.own_feeds.drop(feed_id)
    out.print(f"{feed_id} is {new_id} now.", style="green")


@commands.command("remove")
def remove(feed_id: FeedId) -> None:
    """Stop polling a feed and forget what was set of it. Its articles stay; `kuzet feeds add` brings it back.

    Example: kuzet feeds remove time-kz
    """
    runtime = open_runtime(engines=False)
    feed = feed_of(runtime, feed_id)
    if runtime.catalogue.is_given(feed_id):
        runtime.own_feeds.put(replace(feed, enabled=False, note=BY_HAND[0]))
    else:
        runtime.own_feeds.drop(feed_id)
    out.print(f"{feed_id} is no longer polled.", style="green")


@commands.command("import")
def import_feeds(
    file: Annotated[str, typer.Argument(metavar="FILE.opml", help="From another feed reader; - for standard input.")],
    *,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not fetch them; they are added, but off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add the feeds of an OPML file; a folder is a family. Each is fetched first, and one that fails stays off.

    Example: kuzet feeds import subscriptions.opml
    """
    from pipelines.feeds.opml import parse_opml

    runtime = open_runtime(engines=False)
    subscriptions = parse_opml(read_input(file), file=file)
    fresh = [each for each in subscriptions if feed_at(runtime, each.url) is None]
    feeds = [*imported(runtime, fresh, unchecked=unchecked)]
    if feeds:
        runtime.own_feeds.put(*feeds)
    show_imported(feeds, known=len(subscriptions) - len(fresh), as_json=as_json)


@commands.command("export")
def export_feeds(
    *,
    opml: Annotated[bool, typer.Option("--opml", help="As OPML, for other feed readers; default: YAML.")] = False,
    all_feeds: Annotated[bool, typer.Option("--all", help="Also feeds that are off.")] = False,
) -> None:
    """Print the feeds: as a feeds.yaml, or as OPML with a folder for each family.

    Example: kuzet feeds export --opml > kuzet.opml
    """
    from pipelines.feeds.opml import render_opml
    from worker.files.own_feeds import catalogue_text

    feeds = [feed for feed in open_runtime(engines=False).catalogue if feed.enabled or all_feeds]
    text = render_opml(feeds, title="kuzet") if opml else catalogue_text(feeds)
    typer.echo(text, nl=False)


def given(*, form: FeedFormat | None = None, **texts: str) -> dict[str, Any]:
    """Return the options that were given, under the names of a feed's facts."""
    facts: dict[str, Any] = {name: text for name, text in texts.items() if text}
    return facts | ({"format": form} if form else {})


def with_facts(
    feed: Feed, facts: dict[str, Any], *, languages: Sequence[str] | None, alternates: Sequence[str] | None
) -> Feed:
    """Return the feed with the facts that were given; a list that was given takes the place of the one before."""
    return replace(
        replace(feed, **facts),
        languages=tuple(languages) if languages else feed.languages,
        alternates=tuple(alternates) if alternates else feed.alternates,
    )


def imported(runtime: Runtime, subscriptions: Sequence[Subscription], *, unchecked: bool) -> Iterator[Feed]:
    """Yield the feeds of subscriptions: on when their check went well, else off with the reason."""
    taken = {feed.id for feed in runtime.catalogue}
    feeds = []
    for each in subscriptions:
        feed = subscribed(each, taken=taken)
        taken.add(feed.id)
        feeds.append(feed)
    if unchecked:
        yield from (replace(feed, enabled=False, note="imported, not checked") for feed in feeds)
        return
    with ThreadPoolExecutor(CHECKS_AT_ONCE) as pool, counting("checking feeds", total=len(feeds)) as advance:
        for feed in pool.map(lambda feed: checked(runtime, feed), feeds):
            advance()
            yield feed


def show_imported(feeds: Sequence[Feed], *, known: int, as_json: bool) -> None:
    counts = Counter("added" if feed.enabled else "off" for feed in feeds)
    if as_json:
        rows = [{"id": feed.id, "url": feed.url, "enabled": feed.enabled, "note": feed.note} for feed in feeds]
        print_json({"added": counts["added"], "off": counts["off"], "known": known, "feeds": rows})
        return
    for feed in feeds:
        if not feed.enabled:
            err.print(f"off  {feed.id}: {feed.note}", markup=False, style="yellow", soft_wrap=True)
    out.print(f"{counts['added']} added, {counts['off']} added but off, {known} known already")
