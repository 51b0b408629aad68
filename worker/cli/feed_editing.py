"""`kuzet feeds add`, `edit`, `enable`, `disable`, `rename`, `remove`, `import`, `export`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.errors import ConfigError, KuzetError
from pipelines.models import Feed, FeedFormat
from pipelines.time_zone import KAZAKHSTAN
from worker.cli.completion import completing
from worker.cli.console import UsageError, err, out, print_json, read_input
from worker.cli.feeds import AsJson, Format, feed_of, show_parsed
from worker.cli.fetching import fetch_feed
from worker.cli.progress import counting
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.feeds.opml import Subscription
    from worker.runtime import Runtime

commands = typer.Typer()

ID_LENGTH = 64
CHECKS_AT_ONCE = 8
BY_HAND = ("removed by hand", "switched off by hand")
"""Notes that say no more than that a person did it; they go when the feed is switched on again."""

FeedId = Annotated[
    str,
    typer.Argument(metavar="ID", help="As `kuzet feeds list --all` shows it.", autocompletion=completing("feed")),
]
Source = Annotated[str, typer.Option(help="The publisher, usually the site's host.")]
Family = Annotated[str, typer.Option(help="Who owns the publisher.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="kk, ru …; may be given several times.")]
Note = Annotated[str, typer.Option(help="What is worth knowing of it.")]
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
    note: Note = "",
    unchecked: Unchecked = False,
) -> None:
    """Add a feed to those of this watch, after a look at it. Workers follow within a second.

    A feed of the catalogue that is off is switched on, and keeps what is set of it.

    Example: kuzet feeds add https://example.kz/rss --language kk
    """
    runtime = open_runtime(engines=False)
    known = feed_at(runtime, url)
    if known and known.enabled:
        raise UsageError(url, f"is watched already as {known.id}", remedy=f"`kuzet feeds edit {known.id}` changes it.")
    base = replace(known, id=feed_id or known.id) if known else new_feed(url, feed_id=feed_id)
    refuse_taken(runtime, base)
    facts = given(source=source, family=family or (source if not known else ""), form=form, note=note)
    feed = with_facts(switched_on(base), facts, languages=language)
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
    note: Note = "",
    unchecked: Unchecked = False,
) -> None:
    """Change what is set of a feed; what is not given stays.

    Example: kuzet feeds edit nur-ru --family nur --language ru
    """
    runtime = open_runtime(engines=False)
    before = feed_of(runtime, feed_id)
    feed = with_facts(before, given(url=url, source=source, family=family, form=form, note=note), languages=language)
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


def feed_at(runtime: Runtime, url: str) -> Feed | None:
    """Find the feed of an address, however it is spelt; one that is on wins. Raises UsageError for no address."""
    from pipelines.errors import UnsafeAddressError
    from pipelines.urls import normalise_url

    try:
        wanted = normalise_url(url)
    except UnsafeAddressError as error:
        raise UsageError(url, "is no web address", remedy="Give a whole http:// or https:// address.") from error
    found = [feed for feed in runtime.catalogue if normalise_url(feed.url) == wanted]
    return max(found, key=lambda feed: feed.enabled, default=None)


def new_feed(url: str, *, feed_id: str = "") -> Feed:
    from pipelines.urls import host_of, normalise_url

    host = host_of(normalise_url(url)).removeprefix("www.")
    return Feed(id=feed_id or name_of(url), url=url, source=host, family=host)


def name_of(url: str) -> str:
    """Make an id of an address: https://tengrinews.kz/news.rss is tengrinews-kz-news-rss."""
    words = re.sub(r"[^a-z0-9]+", "-", url.lower().partition("://")[2].removeprefix("www."))
    return words[:ID_LENGTH].strip("-")


def refuse_taken(runtime: Runtime, feed: Feed) -> None:
    """Raise UsageError when the id is that of a feed with another address."""
    known = runtime.catalogue.get(feed.id)
    if known and known.url != feed.url:
        remedy = f"Choose another --id, or change its address: `kuzet feeds edit {feed.id} --url …`."
        raise UsageError(feed.id, f"is the feed {known.url}", remedy=remedy)


def refuse_unusable(feed: Feed) -> None:
    """Raise UsageError for a value that no catalogue may hold, before anything is fetched or written."""
    from pipelines.feeds.catalogue import parse_catalogue
    from worker.files.own_feeds import catalogue_text

    try:
        parse_catalogue(catalogue_text([feed]), file=feed.id)
    except ConfigError as error:  # it names a line, which is on no disk yet
        raise UsageError(error.key or feed.id, error.problem, remedy=error.remedy) from error


def switched_on(feed: Feed) -> Feed:
    """The feed, on; a note that said only that a person switched it off goes."""
    return replace(feed, enabled=True, note="" if feed.note in BY_HAND else feed.note)


def given(*, form: FeedFormat | None, **texts: str) -> dict[str, Any]:
    """Return the options that were given, under the names of a feed's facts."""
    facts: dict[str, Any] = {name: text for name, text in texts.items() if text}
    return facts | ({"format": form} if form else {})


def with_facts(feed: Feed, facts: dict[str, Any], *, languages: Sequence[str] | None) -> Feed:
    return replace(replace(feed, **facts), languages=tuple(languages) if languages else feed.languages)


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


def subscribed(each: Subscription, *, taken: set[str]) -> Feed:
    """Make a feed of a subscription, with an id of its own; the folder's name is one word."""
    from pipelines.feeds.catalogue import LANGUAGES

    feed = new_feed(each.url)
    free = next(name for name in numbered(feed.id) if name not in taken)
    family = "-".join(each.folder.split()) or feed.family
    return replace(feed, id=free, family=family, languages=(each.language,) if each.language in LANGUAGES else ())


def numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name[: ID_LENGTH - 4]}-{number}" for number in range(2, 1000))


def checked(runtime: Runtime, feed: Feed) -> Feed:
    """The feed, off when it cannot be fetched and read now."""
    try:
        fetch_feed(runtime, feed)
    except KuzetError as error:
        today = datetime.now(KAZAKHSTAN).date()
        return replace(feed, enabled=False, note=f"failed its check on {today}: {error.problem}")
    return feed


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
