"""`kuzet rules`: try the rules, find what is odd in them, explain a text, compare two rulesets, propose terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.errors import KuzetError
from worker.cli import rule_examples, rule_files
from worker.cli.archives import kind_of
from worker.cli.console import FAILED, out, print_json, read_input
from worker.cli.explanations import show_tagging
from worker.cli.language import Language
from worker.cli.rule_examples import AsJson, Source, title_and_body
from worker.cli.session import open_runtime
from worker.cli.stages import jsonl_rows, language_of, tag_row

if TYPE_CHECKING:
    from pipelines.tagging import Tagger
    from pipelines.tagging.workbench.diff import Sample
    from pipelines.tagging.workbench.lint import Finding

commands = typer.Typer()
rules = typer.Typer(help="The rules: try them, explain them, compare them.", no_args_is_help=True)
rules.add_typer(rule_examples.commands)
rules.add_typer(rule_files.commands)
commands.add_typer(rules, name="rules")

Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="A config folder: with rules/ and its other files.")
]
CHANGES_SHOWN = 40


@rules.command("lint")
def lint_rules(*, as_json: AsJson = False) -> None:
    """Name terms that cannot match or say nothing new, and topics out of reach; exit code 1 when there are any.

    Example: kuzet rules lint
    """
    from pipelines.tagging.workbench.lint import lint

    findings = lint(open_runtime(engines=False).tagger.ruleset)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        show_findings(findings)
    if findings:
        raise typer.Exit(FAILED)


def show_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        where = f"{finding.file}, line {finding.line}: "
        out.print(Text.assemble((where, "dim"), (finding.term, "bold"), f"  {finding.problem}"), soft_wrap=True)
    if not findings:
        out.print("Nothing odd.", style="green")


@rules.command("explain")
def explain(
    source: Source,
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

    found = compare(tagger_of(old), tagger_of(new), on=samples(on))
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


def samples(file: str) -> Iterator[Sample]:
    from pipelines.tagging.workbench.diff import Sample

    for number, row in enumerate(jsonl_rows(file), start=1):
        title, body = str(row.get("title") or ""), str(row.get("text") or row.get("body") or "")
        yield Sample(id=str(row.get("id") or number), title=title, body=body, language=language_of(title, body))


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

    texts = by_language(texts_of(sorted(folder.iterdir())))
    wanted = [known for known in LANGUAGES if texts[known] and language in {known, Language.AUTO}]
    if not wanted:
        raise KuzetError(str(folder), "holds no .txt or .jsonl in Kazakh or Russian")
    tagger = open_runtime(engines=False).tagger
    usual = by_language(texts_of(against) if against else own_texts(tagger))
    key_of = lemma_reader()
    proposed = {
        known: suggest(
            texts[known], count_keys(usual[known], key_of=key_of), key_of=key_of, tagger=tagger, language=known
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
