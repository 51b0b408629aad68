"""`kuzet rules`: try the rules, find what is odd in them, explain a text, compare two rulesets, propose terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli.archives import kind_of
from worker.cli.console import FAILED, out, print_json, read_input
from worker.cli.explanations import show_tagging
from worker.cli.language import Language
from worker.cli.session import open_runtime
from worker.cli.stages import jsonl_rows, language_of, tag_row

if TYPE_CHECKING:
    from pipelines.tagging import Tagger
    from pipelines.tagging.workbench.diff import Trial
    from pipelines.tagging.workbench.examples import RuleReport
    from worker.runtime import Runtime

commands = typer.Typer()
rules = typer.Typer(help="The rules: try them, explain them, compare them.", no_args_is_help=True)
commands.add_typer(rules, name="rules")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="A config folder: rules/ and what lies beside.")
]
CHANGES_SHOWN = 40


@rules.command("test")
def try_rules(
    topics: Annotated[list[str] | None, typer.Argument(help="Topics to try; without any, all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tag every example of every rule; exit code 1 when one is wrong.

    Example: kuzet rules test drugs
    """
    from pipelines.tagging.workbench.examples import try_examples

    tagger = open_runtime(engines=False).tagger
    reports = try_examples(tagger, topics=known_topics(tagger, topics or []))
    if as_json:
        for report in reports:
            wrong = [
                {"line": trial.example.line, "text": trial.example.text, "problem": trial.problem}
                for trial in report.wrong
            ]
            print_json({"topic": report.topic, "examples": report.examples, "precision": report.precision,
                        "recall": report.recall, "wrong": wrong})  # fmt: skip
    else:
        show_reports(reports)
    if any(report.wrong for report in reports):
        raise typer.Exit(FAILED)


def known_topics(tagger: Tagger, topics: list[str]) -> frozenset[str]:
    """The topics asked for, else all. Raises KuzetError for one that has no rule."""
    known = [rule.topic for rule in tagger.ruleset.rules]
    if strange := next((topic for topic in topics if topic not in known), ""):
        raise KuzetError(strange, "is no topic of these rules", remedy=f"Known: {', '.join(known)}")
    return frozenset(topics or known)


def show_reports(reports: tuple[RuleReport, ...]) -> None:
    table = Table("topic", "examples", "precision", "recall", "wrong", box=None, header_style="bold")
    for report in reports:
        wrong = Text(str(len(report.wrong)), style="red" if report.wrong else "green")
        table.add_row(report.topic, str(report.examples), f"{report.precision:.2f}", f"{report.recall:.2f}", wrong)
    out.print(table)
    for trial in (trial for report in reports for trial in report.wrong):
        where = f"{trial.file}, line {trial.example.line}: "
        out.print(Text.assemble((where, "dim"), (f"{trial.problem}: ", "red"), trial.example.text), soft_wrap=True)


@rules.command("lint")
def lint_rules(*, as_json: AsJson = False) -> None:
    """Name terms that cannot match or say nothing new, and topics out of reach; exit code 1 when there are any.

    Example: kuzet rules lint
    """
    from pipelines.tagging.workbench.lint import lint

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
    source: Annotated[
        str,
        typer.Argument(metavar="FILE|URL|-", help="A text (its first line is the title), a page, or standard input."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a text with its words in colour: which word, by which term, how much it weighs, which context silenced it.

    Words of a topic are coloured, those of a topic that fell short underlined, silenced ones struck through.

    Example: kuzet rules explain https://www.inform.kz/ru/some-news
    """
    runtime = open_runtime(engines=False)
    title, body = title_and_body(runtime, source)
    tagging = runtime.tagger.tag(title, body, language=language_of(title, body))
    if as_json:
        misses = [asdict(tag) for tag in tagging.misses]
        print_json(tag_row(runtime.tagger, title, body) | {"misses": misses})
    else:
        show_tagging(title, body, tagging)


def title_and_body(runtime: Runtime, source: str) -> tuple[str, str]:
    """The article behind an address or in a saved page; of a plain text, the first line and the rest."""
    from pipelines.pages import extract_article
    from worker.cli.fetching import fetch_article
    from worker.cli.stages import file_url, page_of

    if source.startswith(("http://", "https://")):
        article = fetch_article(runtime, source)
        return article.title, article.body
    content = read_input(source)
    if content.lstrip()[:1] == b"<":
        article = extract_article(page_of(content, file_url(source)), entry=None, observed_at=datetime.now(UTC))
        return article.title, article.body
    title, _, body = content.decode("utf-8", "replace").strip().partition("\n")
    return title, body


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
    from pipelines.tagging.workbench.diff import compare

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
    from worker.files.rules import RuleFiles

    return RuleFiles(folder, cache=Settings().cache / "rules").tagger()


def trials(file: str) -> Iterator[Trial]:
    from pipelines.tagging.workbench.diff import Trial

    for number, row in enumerate(jsonl_rows(file), start=1):
        title, body = str(row.get("title") or ""), str(row.get("text") or row.get("body") or "")
        yield Trial(id=str(row.get("id") or number), title=title, body=body, language=language_of(title, body))


@rules.command("suggest")
def suggest_terms(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Sample documents: .txt, or .jsonl with {text} a line.")
    ],
    *,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Other texts, to know what is usual; without any, the sample news and examples of kuzet."),
    ] = None,
    topic: Annotated[str, typer.Option(help="The id of the topic to draft.")] = "new_topic",
    language: Annotated[Language, typer.Option(help="Only samples in this language; auto: each in its own.")] = (
        Language.AUTO
    ),
) -> None:
    """Propose terms that sample documents hold more often than other texts do, as a draft rule to edit.

    Example: kuzet rules suggest samples/ --against archive.jsonl --topic cattle_theft > draft.yaml
    """
    from pipelines.tagging.rules.patterns import LANGUAGES
    from pipelines.tagging.workbench.suggest import count_keys, draft_rule, suggest

    samples = by_language(texts_of(sorted(folder.iterdir())))
    wanted = [known for known in LANGUAGES if samples[known] and language in {known, Language.AUTO}]
    if not wanted:
        raise KuzetError(str(folder), "holds no .txt or .jsonl in Kazakh or Russian")
    tagger = open_runtime(engines=False).tagger
    usual = by_language(texts_of(against) if against else own_texts(tagger))
    key_of = lemma_reader()
    proposed = {
        known: suggest(
            samples[known], count_keys(usual[known], key_of=key_of), key_of=key_of, tagger=tagger, language=known
        )
        for known in wanted
    }
    typer.echo(draft_rule(topic, proposed))


def texts_of(files: Iterable[Path]) -> Iterator[str]:
    """The texts of the files that hold some. Raises KuzetError for one that cannot be read."""
    for file in files:
        kind = kind_of(file)
        if kind == ".jsonl":
            rows = jsonl_rows(str(file))
            yield from (f"{row.get('title') or ''}\n{row.get('text') or row.get('body') or ''}" for row in rows)
        elif kind == ".txt":
            yield read_input(str(file)).decode("utf-8", "replace")


def by_language(texts: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        found[language_of("", text)].append(text)
    return found


def own_texts(tagger: Tagger) -> Iterator[str]:
    """What kuzet itself brings: its sample news, and the examples of the rules."""
    from seeds.newsroom.stories import load_stories

    yield from (story.versions[0].text for story in load_stories())
    yield from (example.text for rule in tagger.ruleset.rules for example in rule.examples)


def lemma_reader() -> Callable[[str], str]:
    """Folded word → its first key, so that all forms of a word count as one."""
    from config.settings import Settings
    from pipelines.language.keys import Keys
    from worker.cli.dictionary import have_dictionary
    from worker.files.dictionaries import read_dictionary

    built = have_dictionary(Settings())
    keys = Keys(read_dictionary(built.parent, built.name))
    return lru_cache(maxsize=200_000)(lambda word: next(iter(keys.keys(word)), ""))
