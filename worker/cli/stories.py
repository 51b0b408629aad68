"""`kuzet stories`, `story`, `story-pair` and `restory`: one event once, with the reasons."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from pipelines.errors import KuzetError, UsageError
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.selection import find_key, moment
from worker.answers.wording import local_time
from worker.cli.console import out, print_json, read_input, warn
from worker.cli.labels import names
from worker.cli.listing import linked, severity_mark, show_listed
from worker.cli.session import open_runtime, open_settings

if TYPE_CHECKING:
    from pipelines.models import IndexDocument
    from pipelines.stories.features import Features
    from pipelines.stories.story import FigureRange, StoryDocument, StoryEvent
    from worker.answers.shapes import PairAnswer
    from worker.rebuilds.rebuilder import Progress
    from worker.runtime import Runtime
    from worker.state import Rebuild

commands = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
MERGE, SPLIT = "merge", "split"
SHOWN_REASONS = 6
EVENT_STYLES = {"first": "bold", "raised": "bold red", "twin": "green", "reprint": "dim"}


@commands.command("stories")
def stories(  # noqa: PLR0913  one option a wish
    *,
    since: Annotated[str, typer.Option(help="Changed since: 2026-11-01, an age (24h, 7d), yesterday …")] = "24h",
    until: Annotated[str, typer.Option(help="The same.")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")] = None,
    families: Annotated[int, typer.Option(min=1, help="The least number of publishers.")] = 1,
    articles: Annotated[int, typer.Option(min=1, help="The least number of articles.")] = 1,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many stories.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List stories, the last changed first: an event once, however many articles report it.

    Example: kuzet stories --since 7d --topic drugs --families 2
    """
    from pipelines.models import Severity
    from worker.answers.choices import resolve_filters
    from worker.stories.index import StoryRequest

    if unknown := [one for one in severity or () if one not in list(Severity)]:
        raise UsageError("--severity", f"no severity {unknown[0]}; there are {', '.join(Severity)}")
    runtime = open_runtime()
    now = datetime.now(KAZAKHSTAN)
    chosen = {"topic": topic, "region": region, "source": source, "language": language}
    filters = resolve_filters(runtime, {name: values for name, values in chosen.items() if values}, warn=warn)
    fields = {"topic": "topics", "region": "regions", "source": "sources", "language": "languages"}
    found = runtime.story_index.search(
        StoryRequest(
            since=moment(since, now=now),
            until=moment(until, now=now),
            filters={fields[name]: values for name, values in filters.items()}
            | ({"severity": severity} if severity else {}),
            least_families=families,
            least_articles=articles,
            size=limit,
        )
    )
    if as_json:
        print_json({"total": found.total, "stories": found.stories})
        return
    for story in found.stories:
        show_in_list(story)
    out.print(f"{found.total} {'story' if found.total == 1 else 'stories'}", style="dim")


@commands.command("story")
def story(
    words: Annotated[
        list[str],
        typer.Argument(metavar="ID | merge STORY OTHER… | split STORY ARTICLE…", help="A story's or article's id."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a story: what is known of it, who reported what when, and why its articles are one story.

    `merge` makes other stories part of one, `split` gives articles a story of their own. Both are remembered.

    Examples: kuzet story 9307c34a9ea0a3baaa4a9d72e2b14143; kuzet story split 9307… 0b52…
    """
    runtime = open_runtime()
    if words[0] == MERGE:
        shown = merge(runtime, words[1:])
    elif words[0] == SPLIT:
        shown = split(runtime, words[1:])
    elif len(words) == 1:
        shown = find(runtime, words[0])
    else:
        raise UsageError(words[0], "is no action on a story", remedy=f"Actions: {MERGE}, {SPLIT}.")
    print_json(shown) if as_json else show_story(shown)


@commands.command("story-pair")
def story_pair(
    *, jsonl: Annotated[str, typer.Option(help="File of pairs, one JSON object a line; - is standard input.")] = "-"
) -> None:
    """Say of pairs of texts whether they report one event: a line of JSON for each line.

    A line is {id, first: {title, text, url?, published_at?, image_url?, translations?}, second: {…}}; translations are
    addresses of the same article in other languages. Needs no watch.

    Example: kuzet story-pair --jsonl pairs.jsonl
    """
    lines = sys.stdin if jsonl == "-" else read_input(jsonl).decode().splitlines()
    for answer in pair_answers(line for line in lines if line.strip()):
        print_json(answer)


@commands.command("restory")
def restory(
    *,
    attach: Annotated[bool, typer.Option("--attach", help="Follow the one that is under way.")] = False,
    wait: Annotated[bool, typer.Option(help="Follow it to its end; Ctrl-C leaves it to the workers.")] = True,
    as_json: AsJson = False,
) -> None:
    """Find the stories of all articles anew, oldest first, e.g. after an edit of config/stories.yaml.

    Merges and splits by hand stay. Example: kuzet restory
    """
    from worker.cli.rebuild_progress import carry_out
    from worker.rebuilds import RESTORY

    runtime = open_runtime()
    carry_out(runtime, RESTORY, sentence=sentence_of_restory, attach=attach, wait=wait, as_json=as_json)


def sentence_of_restory(rebuild: Rebuild) -> str:
    progress: Progress = rebuild.progress
    return f"{progress['done']} articles were looked at, {progress['changed']} are in another story than before."


def find(runtime: Runtime, named: str) -> StoryDocument:
    """Return a story by what was typed. Raises KuzetError for an unknown one."""
    from worker.stories.reading import find_story

    key = find_key(runtime, named)
    found = find_story(runtime.state.stories, runtime.story_index, key, story_of=runtime.search.story_of)
    if found is None:
        raise KuzetError(named, "is no story, and no article of one", remedy="`kuzet stories` lists them.")
    return found


def merge(runtime: Runtime, named: list[str]) -> StoryDocument:
    """Make stories one; the earliest gives its name."""
    if len(named) < 2:  # noqa: PLR2004  two are merged
        raise UsageError(MERGE, "needs two stories or more")
    first, *others = sorted((find(runtime, each) for each in named), key=lambda each: (each["first_seen"], each["id"]))
    for other in others:
        if other["id"] != first["id"]:
            runtime.state.stories.merge(first["id"], other["id"], now=runtime.now())
    return find(runtime, first["id"])


def split(runtime: Runtime, named: list[str]) -> StoryDocument:
    """Give articles of a story one of their own."""
    if len(named) < 2:  # noqa: PLR2004  a story and an article
        raise UsageError(SPLIT, "needs a story and one of its articles or more")
    whole = find(runtime, named[0])
    members = {member["id"]: member for member in whole["members"]}
    keys = [find_key(runtime, each) for each in named[1:]]
    if strangers := [key for key in keys if key not in members]:
        raise KuzetError(strangers[0], f"is no article of the story {whole['id']}")
    if whole["id"] in keys or len(keys) == len(members):
        raise KuzetError(whole["id"], "is the article that the story is named after", remedy="Split off the others.")
    keys.sort(key=lambda key: (members[key]["observed_at"], key))
    return find(runtime, runtime.state.stories.split(whole["id"], keys, now=runtime.now()))


def show_in_list(story: StoryDocument) -> None:
    reported = f"{story['articles']} articles" if story["articles"] > 1 else "1 article"
    by = f"{story['corroboration']} publishers" if story["corroboration"] > 1 else story["sources"][0]
    show_listed(
        severity_mark(story.get("severity")).append(story["title"], style="bold"),
        when=local_time(story["updated_at"]),
        url=story["members"][0]["url"],
        article_id=story["id"],
        facts=[
            f"{reported}, {by}",
            "+".join(story["languages"]),
            names().listed("topic", story["topics"]),
            names().listed("region", story["regions"]),
            figures_line(story["figures"]),
        ],
    )


def show_story(story: StoryDocument) -> None:
    """Print what a story says as a whole, then its timeline with the reasons."""
    out.print(severity_mark(story.get("severity")).append(story["title"], style="bold"))
    for language, title in story["titles"].items():
        if title != story["title"]:
            out.print(Text(f"{language}: {title}"))
    facts = {
        "first seen": local_time(story["first_seen"]),
        "articles": f"{story['articles']}, {story['reprints']} of them reprints",
        "publishers": f"{story['corroboration']} with a text of their own: {', '.join(story['sources'])}",
        "topics": names().listed("topic", story["topics"]),
        "regions": names().listed("region", story["regions"]),
        "persons": ", ".join(story["persons"]),
        "organisations": ", ".join(story["organisations"]),
    }
    for name, said in facts.items():
        if said:
            out.print(Text.assemble((f"{name:>13}  ", "dim"), said))
    for kind, found in story["figures"].items():
        who = "; ".join(f"{one['value']:,g}: {', '.join(one['sources'])}" for one in found["said"])
        out.print(Text.assemble((f"{kind:>13}  ", "dim"), (range_of(found), "bold"), f"  ({who})"))
    out.rule(style="dim")
    members = {member["id"]: member for member in story["members"]}
    for event in story["timeline"]:
        show_event(event, members.get(event["article"], {}))
    out.print(f"story {story['id']}", style="dim", soft_wrap=True)


def show_event(event: StoryEvent, member: Mapping[str, Any]) -> None:
    what = f"{event['what']}{f' ({detail})' if (detail := event['detail']) else ''}"
    title = linked(Text(event["title"]), member.get("url", ""))
    line = Text.assemble((local_time(event["at"]), "dim"), "  ", (event["source"], "cyan"), "  ")
    out.print(line.append(what, style=EVENT_STYLES.get(event["what"], "")).append("  ").append_text(title))
    for reason in member.get("reasons", ())[:SHOWN_REASONS]:
        out.print(Text(f"             {reason}", style="dim"))


def figures_line(figures: Mapping[str, FigureRange]) -> str:
    return ", ".join(f"{kind} {range_of(found)}" for kind, found in figures.items())


def range_of(found: FigureRange) -> str:
    low, high = found["low"], found["high"]
    return f"{low:,g}" if low == high else f"{low:,g} to {high:,g}"


def pair_answers(lines: Iterable[str]) -> Iterable[PairAnswer]:
    """Yield the answer for each pair. Raises UsageError for a line that holds no pair."""
    from pipelines.stories.scoring import compare
    from worker.files.stories import StoryFiles
    from worker.runtime import Runtime

    runtime = Runtime(open_settings(quiet=True))
    files = StoryFiles(runtime.config)
    for number, line in enumerate(lines, start=1):
        pair = read_pair(line, number=number)
        first, second = (pair_features(runtime, files, pair[side], name=side) for side in ("first", "second"))
        match = compare(first, second, rules=files.rules, explain=True)
        same = match.score >= files.rules.join_from
        yield {
            "id": pair.get("id"),
            "same": same,
            "score": round(match.score, 4),
            "likeness": round(match.likeness, 4),
            "reasons": list(match.reasons),
        }


def read_pair(line: str, *, number: int) -> dict[str, Any]:
    try:
        pair = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"line {number}", f"is not JSON ({error})") from error
    sides = [pair.get(side) for side in ("first", "second")] if isinstance(pair, dict) else []
    if not sides or not all(isinstance(each, dict) and each.get("text", each.get("title")) for each in sides):
        raise UsageError(f"line {number}", "is no pair", remedy="Write {id, first: {title, text}, second: {…}}.")
    for name, value in (item for side in ("first", "second") for item in pair[side].items()):
        if value and (fault := _fault(name, value)):
            raise UsageError(f"line {number}", f"`{name}` {fault}")
    return dict(pair)


def _fault(name: str, value: object) -> str:
    """Say what is wrong with a field of a text; empty for nothing, and for fields that are not read."""
    if name in ("title", "text", "url", "image_url") and not isinstance(value, str):
        return "is no text"
    if name == "translations" and not (isinstance(value, list) and all(isinstance(url, str) for url in value)):
        return "is no list of addresses"
    if name == "published_at":
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            return "is no time like 2026-11-01T08:00:00+05:00"
    return ""


def pair_features(runtime: Runtime, files: Any, text: Mapping[str, Any], *, name: str) -> Features:
    """Return the features of a text as the watch would make them: its language is detected, its figures are found."""
    from pipelines.language.detect import detect
    from pipelines.search.documents import figure_fields
    from pipelines.stories.features import features_of, site_of

    title, body = str(text.get("title") or ""), str(text.get("text") or "")
    language = detect(f"{title}\n{body}").language
    tagging = runtime.tagger.tag(title, body, language=language)
    document: IndexDocument = {
        "id": name,
        "title": title,
        "body": body,
        "language": language,
        "source": site_of(str(text.get("url") or "")),
        "topics": list(tagging.topics),
        "places": list(dict.fromkeys(place.name for place in tagging.places)),
        "organisations": list(tagging.organisations),
        "figures": figure_fields(tagging.figures),
    }
    for given in ("published_at", "url", "image_url", "translations"):
        if text.get(given):
            document[given] = text[given]
    return features_of(document, files.frequencies, files.rules.reactions)
