"""Each stage of the pipeline by hand, on a file or standard input: the same code the workers run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from pipelines.errors import FeedUnusableError, KuzetError
from pipelines.models import Article, Entry, Page, ParsedFeed, Tagging
from worker.answers.fetching import fetch_article
from worker.answers.shapes import ArticleRow, FeedDocument, FeedEntry, TagAnswer
from worker.answers.wording import local_time
from worker.cli.archives import reading
from worker.cli.console import FAILED, out, print_json, read_input
from worker.cli.explanations import show_tagging
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.tagging import Tagger

commands = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
File = Annotated[str, typer.Argument(help="A file, or - for standard input.")]


@commands.command("feed")
def feed(
    file: File,
    *,
    url: Annotated[str, typer.Option(help="Where the document came from, for relative links.")] = "",
    content_type: Annotated[str, typer.Option(help="The Content-Type header it came with.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the entries of a feed document (RSS, Atom, RDF or a news sitemap).

    Example: curl -s https://tengrinews.kz/news.rss | kuzet feed - --url https://tengrinews.kz/news.rss
    """
    headers = {"content-type": content_type} if content_type else {}
    parsed = parse_document(read_input(file), url=url or file, headers=headers)
    if as_json:
        print_json(feed_document_row(parsed))
        return
    for entry in parsed.entries:
        out.print(Text.assemble((f"{local_time(entry.published_at):>12}  ", "dim"), (entry.title, "bold")))
        out.print(Text(f"{'':14}{entry.link}", style="cyan"), soft_wrap=True)
    dropped = ", ".join(f"{count} × {reason}" for reason, count in parsed.dropped.items()) or "none"
    out.print(f"{len(parsed.entries)} entries of {parsed.format} in {parsed.encoding}; dropped: {dropped}", style="dim")


def feed_document_row(parsed: ParsedFeed) -> FeedDocument:
    """The stable answer of `kuzet feed --json`."""
    return {
        "format": parsed.format,
        "title": parsed.title,
        "encoding": parsed.encoding,
        "dropped": dict(parsed.dropped),
        "entries": [entry_row(entry) for entry in parsed.entries],
    }


def parse_document(body: bytes, *, url: str, headers: dict[str, str]) -> ParsedFeed:
    """Read a feed or a news sitemap, whichever it is. Raises FeedUnusableError."""
    from pipelines.feeds import parse_feed, parse_sitemap

    now = datetime.now(UTC)
    try:
        return parse_feed(body, url=url, headers=headers, now=now)
    except FeedUnusableError as error:
        if error.reason != "sitemap":
            raise
        return parse_sitemap(body, url=url, headers=headers, now=now)


def entry_row(entry: Entry) -> FeedEntry:
    return {
        "link": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "guid": entry.guid,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "language": entry.language,
        "image_url": entry.image_url,
    }


@commands.command("extract")
def extract(
    file: File,
    *,
    url: Annotated[str, typer.Option(help="The page's address, for its canonical link and date.")] = "",
    text: Annotated[bool, typer.Option("--text", help="Only the text: title, empty line, body.")] = False,
    date: Annotated[bool, typer.Option("--date", help="Only the date (UTC), YYYY-MM-DD.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the article out of a page.

    Example: kuzet extract page.html --text
    """
    from pipelines.pages import extract_article

    article = extract_article(
        page_of(read_input(file), url or file_url(file)), entry=None, observed_at=datetime.now(UTC)
    )
    show_article(article, text=text, date=date, as_json=as_json)


def page_of(body: bytes, url: str) -> Page:
    return Page(url=url, final_url=url, status=200, headers={}, body=body, fetched_at=datetime.now(UTC))


def file_url(file: str) -> str:
    return "file:///dev/stdin" if file == "-" else Path(file).resolve().as_uri()


def article_row(article: Article) -> ArticleRow:
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "translations": list(article.translations),
        "title": article.title,
        "text": article.body,
        "language": article.language,
        "kazakh_share": round(article.kazakh_share, 3),
        "extraction": str(article.extraction),
        "published_at": article.published_at.isoformat(),
        "published_from": str(article.published_from),
        "image_url": article.image_url,
        "words": article.words,
        "repairs": article.repairs,
        "note": article.note,
    }


def show_article(article: Article, *, text: bool, date: bool, as_json: bool) -> None:
    if date:
        typer.echo(article.published_at.date().isoformat() if article.published_from != "observed" else "")
    elif as_json:
        print_json(article_row(article))
    elif text:
        typer.echo(f"{article.title}\n\n{article.body}")
    else:
        when = f"{local_time(article.published_at)} ({article.published_from})"
        out.print(Text(article.title, style="bold"))
        out.print(f"{article.language} · {article.words} words · {article.extraction} · {when}", style="dim")
        out.print(Text(article.body))


@commands.command("fetch")
def fetch(
    url: Annotated[str, typer.Argument(help="An http or https address.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Fetch a page as the workers would (address check, caps, deadline, robots.txt) and read the article in it.

    Example: kuzet fetch https://www.inform.kz/ru/ --json
    """
    article = fetch_article(open_runtime(engines=False), url)
    show_article(article, text=False, date=False, as_json=as_json)


@commands.command("tag")
def tag(
    file: Annotated[str, typer.Argument(help="A text file (its first line is the title), or - for standard input.")],
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Each line is {"id", "title", "text"}; one line of JSON out each.')
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tag a text: topics with their reasons, severity, places, figures, names.

    Example: echo 'Полицейлер алаяқты ұстады' | kuzet tag -
    """
    tagger = open_runtime(engines=False).tagger
    if jsonl:
        for row in jsonl_rows(file):
            article = (row.get("title") or "", row.get("text") or row.get("body") or "")
            print_json({"id": row.get("id")} | tag_row(tagger, *article))
        return
    title, body = title_and_body(read_input(file), file)
    if as_json:
        print_json(tag_row(tagger, title, body))
        return
    tagging = tagger.tag(title, body, language=language_of(title, body))
    show_tagging(title, body, tagging)
    if not tagging.tags:
        raise typer.Exit(FAILED)


def title_and_body(content: bytes, file: str) -> tuple[str, str]:
    """Return the parts of a text file, as `kuzet import` reads it. Raises KuzetError for one without words."""
    from pipelines.reading.texts import decode_text, read_plain_text

    read = read_plain_text(decode_text(content, where=file), where=file, now=datetime.now(UTC))
    return read.title, read.body


def jsonl_rows(file: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file. Raises KuzetError with the line's number."""
    with reading(file) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise KuzetError(f"{file}, line {number}", f"is not JSON ({error})") from error
            if not isinstance(row, dict):
                raise KuzetError(f"{file}, line {number}", "is not a JSON object")
            yield row


def language_of(title: str, body: str) -> str:
    from pipelines.language.detect import detect

    return detect(f"{title}\n{body}").language


def tag_row(tagger: Tagger, title: str, body: str) -> TagAnswer:
    """The stable answer of `kuzet tag`, one text."""
    from pipelines.search.documents import explain_tags

    language = language_of(title, body)
    tagging: Tagging = tagger.tag(title, body, language=language)
    return {
        "language": language,
        "topics": list(tagging.topics),
        "severity": tagging.severity and str(tagging.severity),
        "regions": list(tagging.regions),
        "places": [place.name for place in tagging.places],
        "figures": [
            {"kind": f.kind, "value": f.value, "unit": f.unit, "qualifier": f.qualifier, "role": f.role}
            for f in tagging.figures
        ],
        "persons": list(tagging.persons),
        "organisations": list(tagging.organisations),
        "indicators": list(tagging.indicators),
        "watch": list(tagging.watch),
        "contexts": sorted({context.context for context in tagging.contexts}),
        "tags": explain_tags(tagging),
        "why": tagging.why,
    }
