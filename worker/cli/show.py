"""`kuzet show` and `kuzet open`: one article of the index, with its reasons, or in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from pipelines.errors import KuzetError
from pipelines.models import PublishedFrom, Tagging
from worker.answers.articles import find_document, show_row
from worker.answers.wording import duration, local_time
from worker.cli.console import out, print_json
from worker.cli.explanations import painted, reasons, severity_of, show_pairs, shown_figure
from worker.cli.labels import names
from worker.cli.listing import linked
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.state.articles import Revision

commands = typer.Typer()

DATED_BY = {
    PublishedFrom.FEED: "by its feed",
    PublishedFrom.PAGE: "by its page",
    PublishedFrom.OBSERVED: "when it was seen: it has no date of its own",
}
"""What is shown after the time of publication, by who said it."""

Article = Annotated[
    str, typer.Argument(metavar="URL|ID", help="The entry's link, another address of the article, or its id.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="The document of the index, text and reasons included, and its revisions.")
]


@commands.command("show")
def show(article: Article, *, as_json: AsJson = False) -> None:
    """Show an article of the index: its text with the words that count in colour, and why it has its topics.

    Example: kuzet show https://www.inform.kz/ru/some-news
    """
    runtime = open_runtime()
    document = find_document(runtime, article)
    if as_json:
        print_json(show_row(document, runtime.state.articles.trace(document["id"])))
        return
    found = runtime.state.articles.trace(document["id"])
    show_document(document, found.revisions if found else ())


@commands.command("open")
def open_article(article: Article) -> None:
    """Open an article's page in the browser, and print its address.

    Example: kuzet open 9307c34a9ea0a3baaa4a9d72e2b14143
    """
    url = article
    if not article.startswith(("http://", "https://")):
        url = str(find_document(open_runtime(), article)["url"])
    if not url.startswith(("http://", "https://")):
        raise KuzetError(url, "is not on the web", remedy=f"`kuzet show {article}` shows its text.")
    typer.echo(url)
    typer.launch(url)


def show_document(document: Mapping[str, Any], revisions: Sequence[Revision]) -> None:
    """Print title and address, the text, the reasons, the facts, and when all of it happened."""
    from pipelines.search.stored_tagging import read_tagging

    tagging = read_tagging(document)
    out.print(linked(painted(document["title"], "title", tagging), document["url"]))
    out.print(Text(document["url"], style="blue"), soft_wrap=True)
    out.print()
    out.print(painted(document.get("body", ""), "body", tagging))
    out.rule(style="dim")
    if tagging.tags or tagging.contexts:
        out.print(reasons(tagging))
    else:
        out.print("No topic, and no word that speaks for one.", style="dim")
    show_pairs({**findings(document, tagging), **history(document, revisions)})


def findings(document: Mapping[str, Any], tagging: Tagging) -> dict[str, str]:
    """What the tagger found, for people."""
    return {
        "severity": severity_of(tagging),
        "regions": names().listed("region", document.get("regions", ())),
        "places": ", ".join(document.get("places", ())),
        "persons": ", ".join(tagging.persons),
        "organisations": ", ".join(tagging.organisations),
        "indicators": ", ".join(tagging.indicators),
        "watched": ", ".join(tagging.watch),
        "figures": ", ".join(map(shown_figure, tagging.figures)),
    }


def history(document: Mapping[str, Any], revisions: Sequence[Revision]) -> dict[str, str]:
    """Where the article is from, and when; of its earlier revisions those that its journey still knows."""
    earlier = ", ".join(f"{one.number}: {local_time(one.at)}" for one in revisions if one.number < document["revision"])
    late = duration(document["latency_seconds"])
    return {
        "source": " · ".join(dict.fromkeys((document["source"], document["family"], document["feed"]))),
        "language": f"{document['language']}, {document['words']} words, text: {document['extraction']}",
        "published": f"{local_time(document['published_at'])} ({DATED_BY[document['published_from']]})",
        "seen": f"{local_time(document['observed_at'])}, searchable {local_time(document['indexed_at'])} ({late} late)",
        "revision": f"{document['revision']}{f' (before it {earlier})' if earlier else ''}",
        "rules": str(document.get("ruleset", "")),
        "id": str(document["id"]),
    }
