"""`kuzet search`: ask the index, with facets and highlights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from pipelines.errors import UsageError
from pipelines.search.answer import Bucket, FoundArticle, SearchResult
from pipelines.search.request import MAX_SIZE, Breadth, Sort
from pipelines.search.text import read_query, typed_words
from worker.answers.searches import NO_KEYS, has_all_words, matches_of, result_row
from worker.answers.selection import Selection, find_key
from worker.answers.shapes import MatchRow
from worker.answers.wording import local_time
from worker.cli.console import FAILED, out, print_json, warn
from worker.cli.labels import names
from worker.cli.listing import severity_mark, show_listed
from worker.cli.selecting import selecting
from worker.cli.session import open_runtime

commands = typer.Typer()

SHOWN_FACETS = (
    "topic",
    "severity",
    "region",
    "source",
    "language",
    "person",
    "organisation",
    "figure",
    "context",
    "watch",
)
FACET_VALUES = 8
BARS = "▁▂▃▄▅▆▇█"


@commands.command("search")
@selecting
def search(  # noqa: PLR0913  one option a wish
    query: Annotated[
        str, typer.Argument(help='Words in any form, "phrases", -not, OR, field:value. Empty: everything.')
    ] = "",
    *,
    chosen: Selection,
    sort: Annotated[Sort, typer.Option(help="By relevance or time.")] = Sort.RELEVANCE,
    recency: Annotated[bool, typer.Option(help="Newer above older where relevance is alike.")] = True,
    reprints: Annotated[bool, typer.Option("--reprints", help="Every reprint as a hit of its own.")] = False,
    by_story: Annotated[bool, typer.Option("--by-story", help="One hit a story; see `kuzet stories`.")] = False,
    like: Annotated[str, typer.Option(metavar="URL|ID", help="Instead of a query: what is about the same.")] = "",
    most: Annotated[bool, typer.Option("--any", help="Articles with most of the words, not only with all.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Under each hit: which key of which word matched in which field.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, max=MAX_SIZE, help="How many hits.")] = 10,
    after: Annotated[str, typer.Option(help="The page mark that the page before ended with.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: total, hits, facets, next.")] = False,
) -> None:
    """Search the articles. Words are found in all their forms, Kazakh and Russian.

    When no article has all words, those with most of them are shown, and the answer says so; the exit code is 1.

    Examples: kuzet search "алаяқтық" --region Turkestan --since 7d --sort time; kuzet search --any "Шымкентте не болды"
    """
    runtime = open_runtime()
    engine = runtime.search
    if like:
        if query or chosen.filters or after:
            raise UsageError("--like", "takes the place of a query and of filters", remedy="Leave them out.")
        result = engine.more_like_this(find_key(runtime, like), size=limit)
    else:
        request = chosen.resolved(runtime, warn=warn).request(
            query,
            breadth=Breadth.MOST if most else Breadth.ALL_OR_MOST,
            sort=sort,
            recency=recency,
            collapse=not reprints,
            by_story=by_story,
            explain=explain,
            size=limit,
            after=after,
        )
        result = engine.search(request, now=chosen.now)
    keys = engine.keys_of(typed_words(read_query(query))) if explain and result.hits else {}
    if as_json:
        print_json(result_row(result, keys=keys))
    else:
        show_result(result, keys=keys)
    if not has_all_words(result):
        raise typer.Exit(FAILED)


def show_result(result: SearchResult, *, keys: Mapping[str, AbstractSet[str]] = NO_KEYS) -> None:
    """Hits with their highlights, then the facets. keys: typed word → its keys, for an explanation."""
    if result.relaxed and result.hits:
        out.print("No article has every word as written; these come nearest.", style="yellow")
    if result.did_you_mean:
        out.print(Text(f"Did you mean: {result.did_you_mean}", style="yellow"))
    for hit in result.hits:
        show_hit(hit)
        show_matches(matches_of(hit, keys))
    reprints = f", {result.total - result.texts} of them reprints" if result.total > result.texts else ""
    noun = "article" if result.total == 1 else "articles"
    out.print(f"{result.total} {noun}{reprints}, in {result.took_ms} ms", style="dim")
    if result.partial:
        out.print("A part of the index did not answer.", style="red")
    show_histogram(result)
    show_facets(result)
    if result.next_after:
        out.print(f"more: --after {result.next_after}", style="dim", soft_wrap=True)


def show_hit(hit: FoundArticle) -> None:
    document = hit.document
    found = hit.highlights.get("title")
    title = highlighted(found[0]) if found else Text(document["title"], style="bold")
    show_listed(
        severity_mark(document.get("severity")).append_text(title),
        when=local_time(document["published_at"]),
        url=document["url"],
        article_id=hit.article_id,
        facts=[
            document["source"],
            document["language"],
            names().listed("topic", document.get("topics", [])),
            names().listed("region", document.get("regions", [])),
            f"+{hit.reprints} reprints" if hit.reprints else "",
        ],
        lines=[highlighted(part) for part in hit.highlights.get("body", ())[:2] if any(p.hit for p in part.pieces)],
    )


def show_matches(matches: Iterable[MatchRow]) -> None:
    """One line a match: what it adds to the score, the field, the key, and the word as it was typed."""
    for match in matches:
        typed = f" ← {match['word']}" if match["word"] not in {"", match["key"]} else ""
        out.print(Text(f"    {match['score']:7.2f}  {match['field']}  {match['key']}{typed}", style="dim"))


def highlighted(highlight: Any) -> Text:
    return Text.assemble(
        *((piece.text.replace("\n", " "), "bold yellow" if piece.hit else "") for piece in highlight.pieces)
    )


def show_histogram(result: SearchResult) -> None:
    """When they came in, as a row of bars."""
    if len(result.histogram) > 1:
        first, last = (local_time(result.histogram[end].start) for end in (0, -1))
        bars = f"{first} {bars_of(result.histogram)} {last}, a bar is {result.interval}"
        out.print(bars, style="cyan", soft_wrap=True)


def bars_of(buckets: tuple[Bucket, ...]) -> str:
    """One sign a bucket; an empty one is blank."""
    most = max(bucket.count for bucket in buckets)
    return "".join(BARS[(bucket.count * len(BARS) - 1) // most] if bucket.count else " " for bucket in buckets)


def show_facets(result: SearchResult) -> None:
    tables = [facet_table(name, result.facets[name]) for name in SHOWN_FACETS if result.facets.get(name)]
    if tables:
        out.print(Columns(tables, padding=(0, 3)))


def facet_table(name: str, values: Any) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("", justify="right", style="cyan")
    table.add_column(name, no_wrap=True)
    for value in values[:FACET_VALUES]:
        table.add_row(str(value.count), names().of(name, value.value))
    if len(values) > FACET_VALUES:
        table.add_row("", f"… {len(values) - FACET_VALUES} more", style="dim")
    return table
