"""`kuzet rules test`, `wrong` and `why-not`: what examples say of the rules, and what an article lacks for a topic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli.console import FAILED, out, print_json
from worker.cli.session import open_runtime
from worker.cli.stages import language_of

if TYPE_CHECKING:
    from pipelines.models import Span
    from pipelines.tagging import Tagger
    from pipelines.tagging.workbench.examples import KindReport, RuleReport
    from pipelines.tagging.workbench.why_not import Absence
    from worker.answers.shapes import RuleReportRow, WrongExample
    from worker.runtime import Runtime

commands = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Source = Annotated[
    str, typer.Argument(metavar="FILE|URL|-", help="A text (its first line is the title), a page, or standard input.")
]
Topic = Annotated[str, typer.Option("--topic", help="The id of a topic, such as drugs.")]
NOTHING = "–"
"""Shown where there is nothing to measure."""


@commands.command("test")
def try_rules(
    topics: Annotated[list[str] | None, typer.Argument(help="Topics to try; without any, all.")] = None,
    *,
    kinds: Annotated[bool, typer.Option("--all", help="All topics, and a second table by kind of example.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tag the examples of the rules, and articles reported by `kuzet rules wrong`; exit code 1 when one is wrong.

    Example: kuzet rules test drugs
    """
    from pipelines.tagging.workbench.examples import by_kind, try_examples
    from worker.files.reported import read_reported

    runtime = open_runtime(engines=False)
    tagger, folders = runtime.tagger, runtime.settings
    asked = known_topics(tagger, [] if kinds else topics or [])
    reports = try_examples(tagger, topics=asked, more=read_reported(folders.config, folders.data))
    if as_json:
        print_json({"topics": [report_row(report) for report in reports]})
    else:
        show_reports(reports)
        if kinds:
            show_kinds(by_kind(reports))
    if any(report.wrong for report in reports):
        raise typer.Exit(FAILED)


def known_topics(tagger: Tagger, topics: list[str]) -> frozenset[str]:
    """The topics asked for, else all. Raises KuzetError for one that has no rule."""
    known = [rule.topic for rule in tagger.ruleset.rules]
    if strange := next((topic for topic in topics if topic not in known), ""):
        raise KuzetError(strange, "is no topic of these rules", remedy=f"Known: {', '.join(known)}")
    return frozenset(topics or known)


def report_row(report: RuleReport) -> RuleReportRow:
    wrong: list[WrongExample] = [
        {"file": tried.file, "line": tried.example.line, "text": tried.example.text, "problem": tried.problem}
        for tried in report.wrong
    ]
    return {"topic": report.topic, "examples": len(report.tried), "reported": len(report.reported),
            "precision": report.precision, "recall": report.recall, "wrong": wrong}  # fmt: skip


def show_reports(reports: tuple[RuleReport, ...]) -> None:
    table = Table("topic", "examples", "reported", "precision", "recall", "wrong", box=None, header_style="bold")
    for report in reports:
        reported = str(len(report.reported)) if report.reported else NOTHING
        counts = (str(len(report.tried)), reported, _share(report.precision), _share(report.recall))
        table.add_row(report.topic, *counts, _wrong(len(report.wrong)))
    out.print(table)
    for tried in (tried for report in reports for tried in report.wrong):
        where = f"{tried.file}, line {tried.example.line}: "
        said = tried.example.title or tried.example.text
        out.print(Text.assemble((where, "dim"), (f"{tried.problem}: ", "red"), said), soft_wrap=True)
        if tried.example.note:
            out.print(Text(f"  {tried.example.note}", style="dim"), soft_wrap=True)


def show_kinds(kinds: Iterable[KindReport]) -> None:
    table = Table("kind", "examples", "wrong", box=None, header_style="bold")
    for kind in kinds:
        table.add_row(kind.kind, str(kind.examples), _wrong(kind.wrong))
    out.print()
    out.print(table)


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _wrong(count: int) -> Text:
    return Text(str(count), style="red" if count else "green")


@commands.command("wrong")
def report_wrong(
    source: Source,
    *,
    topic: Topic,
    should: Annotated[
        bool | None, typer.Option("--should/--not", help="The article should have the topic, or should not.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for the person who mends the rule.")] = "",
) -> None:
    """Keep a wrongly tagged article as an example that `kuzet rules test` tries from then on.

    It is written to examples/ in the config folder; in the data folder when that cannot be written.

    Example: kuzet rules wrong https://www.inform.kz/ru/some-news --topic weapons --not --note "a water pistol"
    """
    from worker.answers.wrong_tags import keep_example

    if should is None:
        raise KuzetError("kuzet rules wrong", "needs --should or --not", remedy=f"--should: it should have {topic}")
    runtime = open_runtime(engines=False)
    known_topics(runtime.tagger, [topic])
    title, body = title_and_body(runtime, source)
    language = language_of(title, body)
    url = source if source.startswith("http") else ""
    said = {"title": title, "body": body, "language": language, "url": url, "note": note}
    file = keep_example(runtime, topic, should=should, now=datetime.now(UTC), **said)
    given = topic in runtime.tagger.tag(title, body, language=language).topics
    out.print(f"Added to {file}. Today it {'has' if given else 'does not have'} {topic}.", soft_wrap=True)
    out.print(f"kuzet rules test {topic}  says what the rule does with it.", style="dim")


@commands.command("why-not")
def explain_absence(source: Source, *, topic: Topic, as_json: AsJson = False) -> None:
    """Say what an article lacks for a topic: its score, what a context silenced, and terms that are almost there.

    Example: kuzet rules why-not news.txt --topic drugs
    """
    from dataclasses import asdict

    from pipelines.tagging.workbench.why_not import why_not

    runtime = open_runtime(engines=False)
    known_topics(runtime.tagger, [topic])
    title, body = title_and_body(runtime, source)
    found = why_not(runtime.tagger, topic, title=title, body=body, language=language_of(title, body))
    if as_json:
        print_json(asdict(found))
    else:
        show_absence(found)


def show_absence(found: Absence) -> None:
    verdict = ("is given", "green") if found.given else ("is not given", "red")
    raised = f" (the rule asks for {found.threshold:g})" if found.needed != found.threshold else ""
    out.print(Text.assemble((found.topic, "bold"), " ", verdict, f": {found.score:g} of {found.needed:g}{raised}"))
    if found.yields_to:
        out.print(f"It yields to {found.yields_to}, which is stronger; the rule says so under `yields`.")
    if raised:
        out.print("More is asked of a long text, of one that names the topic late, and next to a much stronger topic.")
    for span in found.counted:
        out.print(_mention("counts", span), soft_wrap=True)
    for context in found.silenced:
        for span in context.spans:
            out.print(_mention(f"silenced, {context.context}", span), soft_wrap=True)
    for each in found.almost:
        lacks = f"lacks {each.missing}" if each.missing else "its words are too far apart, or in another order"
        almost = Text.assemble(("almost  ", "dim"), (each.term, "bold"), f" ({each.weight:g}): {lacks}")
        out.print(almost, soft_wrap=True)
        out.print(Text(f"        in «{each.sentence}»", style="dim"), soft_wrap=True)
    if not (found.counted or found.silenced or found.almost):
        out.print("No term of the rule is there, nor part of one.")


def _mention(what: str, span: Span) -> Text:
    form = " ".join(span.form.split())
    return Text.assemble((f"{what}  ", "dim"), (form, "bold"), f" by {span.term} ({span.weight:g})")


def title_and_body(runtime: Runtime, source: str) -> tuple[str, str]:
    """The article behind an address or in a saved page; of a plain text, the first line and the rest."""
    from pipelines.pages import extract_article
    from worker.answers.fetching import fetch_article
    from worker.cli.console import read_input
    from worker.cli.stages import file_url, page_of
    from worker.cli.stages import title_and_body as read_text

    if source.startswith(("http://", "https://")):
        article = fetch_article(runtime, source)
        return article.title, article.body
    content = read_input(source)
    if content.lstrip()[:1] == b"<":
        article = extract_article(page_of(content, file_url(source)), entry=None, observed_at=datetime.now(UTC))
        return article.title, article.body
    return read_text(content, source)
