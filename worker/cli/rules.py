"""`kuzet rules`: try the rules, find what is odd in them, explain a text, compare two rulesets, propose terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli.console import FAILED, out, print_json, read_input
from worker.cli.session import open_runtime
from worker.cli.stages import jsonl_rows, language_of, show_tagging
from worker.cli.words import Language

if TYPE_CHECKING:
    from pipelines.tagging import Tagger
    from pipelines.tagging.diff import Trial
    from pipelines.tagging.examples import RuleReport

commands = typer.Typer()
rules = typer.Typer(help="The rules: try them, explain them, compare them.", no_args_is_help=True)
commands.add_typer(rules, name="rules")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="A config folder: rules/ and what lies beside.")
]
CHANGES_SHOWN = 40


@rules.command("test")
def try_rules(*, as_json: AsJson = False) -> None:
    """Tag every example of every rule; exit code 1 when one is wrong.

    Example: kuzet rules test
    """
    from pipelines.tagging.examples import try_examples

    reports = try_examples(open_runtime(engines=False).tagger)
    if as_json:
        for report in reports:
            wrong = [{"text": trial.example.text, "problem": trial.problem} for trial in report.wrong]
            print_json({"topic": report.topic, "examples": report.examples, "precision": report.precision,
                        "recall": report.recall, "wrong": wrong})  # fmt: skip
    else:
        show_reports(reports)
    if any(report.wrong for report in reports):
        raise typer.Exit(FAILED)


def show_reports(reports: tuple[RuleReport, ...]) -> None:
    table = Table("topic", "examples", "precision", "recall", "wrong", box=None, header_style="bold")
    for report in reports:
        wrong = Text(str(len(report.wrong)), style="red" if report.wrong else "green")
        table.add_row(report.topic, str(report.examples), f"{report.precision:.2f}", f"{report.recall:.2f}", wrong)
    out.print(table)
    for trial in (trial for report in reports for trial in report.wrong):
        out.print(Text.assemble((f"{trial.file}: ", "dim"), (f"{trial.problem}: ", "red"), trial.example.text))


@rules.command("lint")
def lint_rules(*, as_json: AsJson = False) -> None:
    """Name terms that cannot match or say nothing new, and topics out of reach; exit code 1 when there are any.

    Example: kuzet rules lint
    """
    from pipelines.tagging.lint import lint

    findings = lint(open_runtime(engines=False).tagger.ruleset)
    for finding in findings:
        if as_json:
            print_json(asdict(finding))
        else:
            where = f"{finding.file}, line {finding.line}: "
            out.print(Text.assemble((where, "dim"), (finding.term, "bold"), f"  {finding.problem}"), soft_wrap=True)
    if findings:
        raise typer.Exit(FAILED)
    if not as_json:
        out.print("Nothing odd.", style="green")


@rules.command("explain")
def explain(
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A text, an address, or standard input.")],
) -> None:
    """Show a text with its words in colour: which word, which rule, how much it weighs, which context silenced it.

    Example: kuzet rules explain https://www.inform.kz/ru/some-news
    """
    runtime = open_runtime(engines=False)
    if source.startswith(("http://", "https://")):
        from worker.cli.stages import fetch_article

        article = fetch_article(runtime, source)
        title, body = article.title, article.body
    else:
        title, _, body = read_input(source).decode("utf-8", "replace").strip().partition("\n")
    show_tagging(title, body, runtime.tagger.tag(title, body, language=language_of(title, body)))


@rules.command("diff")
def diff(
    old: Folder,
    new: Folder,
    *,
    on: Annotated[str, typer.Option("--on", help="Articles: a JSONL file with {id, title, text} a line, or -.")],
    as_json: AsJson = False,
) -> None:
    """Show which articles another ruleset would tag differently.

    Example: kuzet rules diff config ../new-config --on articles.jsonl
    """
    from pipelines.tagging.diff import compare

    found = compare(tagger_of(old), tagger_of(new), on=trials(on))
    if as_json:
        print_json(asdict(found))
        return
    for change in found.changes[:CHANGES_SHOWN]:
        words = [(f" +{topic}", "green") for topic in change.added] + [
            (f" -{topic}", "red") for topic in change.removed
        ]
        out.print(Text.assemble((change.title or change.id, "bold"), *words))
    if len(found.changes) > CHANGES_SHOWN:
        out.print(f"… and {len(found.changes) - CHANGES_SHOWN} more", style="dim")
    table = Table("topic", "gained", "lost", box=None, header_style="bold")
    for topic in sorted({*found.gained, *found.lost}):
        table.add_row(topic, str(found.gained.get(topic, 0)), str(found.lost.get(topic, 0)))
    out.print(table)
    out.print(f"{len(found.changes)} of {found.articles} articles change.")


def tagger_of(folder: Path) -> Tagger:
    from config.settings import Settings
    from worker.rules import RuleFiles

    return RuleFiles(folder, cache=Settings().cache / "rules").tagger()


def trials(file: str) -> Iterator[Trial]:
    from pipelines.tagging.diff import Trial

    for number, row in enumerate(jsonl_rows(file), start=1):
        title, body = str(row.get("title") or ""), str(row.get("text") or row.get("body") or "")
        yield Trial(id=str(row.get("id") or number), title=title, body=body, language=language_of(title, body))


@rules.command("suggest")
def suggest_terms(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Sample documents, one .txt each.")],
    *,
    against: Annotated[Path, typer.Option(help="Other texts, to know what is usual: .jsonl with {text} a line.")],
    topic: Annotated[str, typer.Option(help="The id of the topic to draft.")] = "new_topic",
    language: Annotated[Language, typer.Option(help="The samples' language.")] = Language.RUSSIAN,
) -> None:
    """Propose terms that sample documents hold more often than other texts do, as a draft rule to edit.

    Example: kuzet rules suggest samples/ --against archive.jsonl --topic cattle_theft --language kk > draft.yaml
    """
    from pipelines.tagging.suggest import count_keys, draft_rule, suggest

    samples = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))]
    if not samples:
        raise KuzetError(str(folder), "holds no .txt files")
    key_of = lemma_reader()
    usual = count_keys((str(row.get("text") or "") for row in jsonl_rows(str(against))), key_of=key_of)
    tagger = open_runtime(engines=False).tagger
    found = suggest(samples, usual, key_of=key_of, tagger=tagger, language=str(language))
    typer.echo(draft_rule(topic, found, language=str(language)))


def lemma_reader() -> Callable[[str], str]:
    """Folded word → its first key, so that all forms of a word count as one."""
    from config.settings import Settings
    from pipelines.language.keys import Keys
    from worker.cli.dictionary import have_dictionary
    from worker.dictionaries import read_dictionary

    built = have_dictionary(Settings())
    keys = Keys(read_dictionary(built.parent, built.name))
    return lru_cache(maxsize=200_000)(lambda word: next(iter(keys.keys(word)), ""))
