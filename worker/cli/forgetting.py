"""`kuzet forget`: delete articles for good, look at what is forgotten, and let an article come back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.errors import KuzetError, UsageError
from worker.answers.choices import resolve_filters
from worker.answers.journeys import readable
from worker.answers.selection import find_key
from worker.answers.wording import local_time
from worker.cli.console import FAILED, out, print_json, warn
from worker.cli.console import articles as counted
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.models import ArticleDocument
    from worker.runtime import Runtime

commands = typer.Typer()

TITLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article to be forgotten. `title` is empty when it is not in the index, `url` when it is not known."""

    title: str = ""
    url: str = ""


Candidates: TypeAlias = dict[str, Candidate]
"""Article id → what is known of it."""


@commands.command("forget")
def forget_articles(  # noqa: PLR0913  one option a wish
    articles: Annotated[list[str] | None, typer.Argument(metavar="[URL|ID]…")] = None,
    *,
    source: Annotated[list[str] | None, typer.Option(help="All articles of this source; repeatable.")] = None,
    query: Annotated[str, typer.Option(help="All articles that `kuzet search` finds for it.")] = "",
    block: Annotated[bool, typer.Option("--block", help="Also an address never seen: it stays out.")] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Let forgotten articles come back.")] = False,
    show_list: Annotated[bool, typer.Option("--list", help="List what is forgotten.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be forgotten, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Delete articles for good: they are not found, and no feed, recheck, replay, rebuild or import brings them back.

    Fetched pages go with the other pages of their day (KUZET_PAGES_KEEP_DAYS). Many articles, by --source or --query,
    are counted first; new articles of a source still come: `kuzet feeds remove` ends that.

    Example: kuzet forget https://www.inform.kz/ru/some-news
    """
    runtime = open_runtime()
    if show_list:
        list_forgotten(runtime, as_json=as_json)
    elif lift:
        lift_all(runtime, articles or [], as_json=as_json)
    else:
        chosen = choose(runtime, articles or [], sources=source or [], query=query, block=block)
        in_index = sum(bool(candidate.title) for candidate in chosen.values())
        if as_json and dry_run:
            print_json({"articles": len(chosen), "in_index": in_index, "ids": [*chosen]})
        elif dry_run:
            say_what(chosen, f"{counted(len(chosen))} would be forgotten.")
        else:
            confirm(chosen, yes=yes, is_selection=bool(source or query))
            forget_chosen(runtime, chosen, as_json=as_json)


def choose(runtime: Runtime, articles: Sequence[str], *, sources: Sequence[str], query: str, block: bool) -> Candidates:
    """Return the articles that are meant. Raises KuzetError for an address never seen."""
    if bool(articles) == bool(sources or query):
        raise UsageError("kuzet forget", "takes articles, or --source or --query", remedy="See `kuzet forget --help`.")
    if not articles:
        return dict(_selected(runtime, sources, query))
    chosen: Candidates = {}
    for article in articles:
        found = dict(_named(runtime, article))
        if not found and not block:
            remedy = "Look for a typing error; --block keeps out an article that may still come."
            raise KuzetError(article, "was never seen, so nothing is forgotten", remedy=remedy)
        chosen |= found or {find_key(runtime, article): Candidate(url=article)}
    return chosen


def _named(runtime: Runtime, article: str) -> Iterator[tuple[str, Candidate]]:
    """Yield the article, and the one that owns its address."""
    state, key = runtime.state, find_key(runtime, article)
    for one in dict.fromkeys((key, state.articles.alias_owner(key) or key)):
        stored = runtime.search.get(one) if runtime.search.index_name() else None
        trace = state.articles.trace(one)
        if stored:
            yield one, _indexed(stored)
        elif trace or one in state.forgotten:
            yield one, Candidate(url=trace.url if trace else "")


def _selected(runtime: Runtime, sources: Sequence[str], query: str) -> Iterator[tuple[str, Candidate]]:
    from pipelines.search.request import SearchRequest

    request = SearchRequest(text=query, filters=resolve_filters(runtime, {"source": sources}, warn=warn))
    for stored in runtime.search.scan(request, now=datetime.now(UTC)):
        yield stored.article_id, _indexed(stored)


def _indexed(stored: ArticleDocument) -> Candidate:
    return Candidate(title=stored.document.get("title", ""), url=stored.document["url"])


def confirm(chosen: Candidates, *, yes: bool, is_selection: bool) -> None:
    """Ask on a terminal. Raises UsageError for a selection without one, and ends the command on a no."""
    if yes or not chosen:
        return
    if sys.stdin.isatty():
        say_what(chosen, f"{counted(len(chosen))} will be deleted for good.")
        if not typer.confirm("Forget them?"):
            out.print("Nothing is forgotten.")
            raise typer.Exit(FAILED)
    elif is_selection:
        problem = f"would forget {counted(len(chosen))} and there is no terminal to ask on"
        raise UsageError("kuzet forget", problem, remedy="Add --yes.")


def say_what(chosen: Candidates, sentence: str) -> None:
    """Print some titles and the sentence."""
    titles = [candidate.title or candidate.url or key for key, candidate in chosen.items()]
    for title in titles[:TITLES_SHOWN]:
        out.print(f"  {escape(title)}", soft_wrap=True)
    if len(titles) > TITLES_SHOWN:
        out.print(f"  … and {len(titles) - TITLES_SHOWN} more", style="dim")
    out.print(sentence)


def forget_chosen(runtime: Runtime, chosen: Candidates, *, as_json: bool) -> None:
    from worker.rebuilds.forget import forget_all

    urls = {key: candidate.url for key, candidate in chosen.items()}
    deleted = forget_all(urls, engine=runtime.search, state=runtime.state, now=runtime.now())
    if as_json:
        print_json({"articles": len(chosen), "deleted": deleted})
    elif len(chosen) == 1:
        out.print("It is forgotten." if deleted else "It was not in the index; should it come, it stays out.")
    else:
        out.print(f"{len(chosen)} articles are forgotten; {deleted} of them were in the index.")


def list_forgotten(runtime: Runtime, *, as_json: bool) -> None:
    """List the tombstones, the oldest first."""
    forgotten = list(runtime.state.forgotten)
    if as_json:
        rows = [{"id": one.article_id, "url": one.url, "forgotten_at": one.at or None} for one in forgotten]
        print_json({"forgotten": rows})
        return
    table = Table("forgotten", "id", "address", box=None, header_style="bold")
    for one in forgotten:
        table.add_row(local_time(one.at), one.article_id, escape(readable(one.url)))
    out.print(table if forgotten else "Nothing is forgotten.")


def lift_all(runtime: Runtime, articles: Sequence[str], *, as_json: bool) -> None:
    """Take tombstones away. Raises KuzetError for an article that has none."""
    if not articles:
        raise UsageError("--lift", "needs the articles that may come back", remedy="`kuzet forget --list` shows them.")
    keys = {article: find_key(runtime, article) for article in articles}
    for article, key in keys.items():
        if not runtime.state.forgotten.lift(key):
            raise KuzetError(article, "is not forgotten", remedy="`kuzet forget --list` shows what is.")
    if as_json:
        print_json({"lifted": [*keys.values()]})
    else:
        out.print("The next feed or import that has it brings it back.")
