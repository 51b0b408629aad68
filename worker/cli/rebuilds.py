"""Commands that rewrite the whole index, in steps on the workers: `reindex`, `retag`, `reextract`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.time_zone import KAZAKHSTAN
from worker.answers.choices import resolve_filters
from worker.answers.selection import moment
from worker.answers.wording import duration, local_time
from worker.cli.console import err, out, print_json, warn
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.answers.shapes import IndexRow, ReindexPlan, RetagPlan, TopicChange
    from worker.rebuilds.generations import Generation
    from worker.rebuilds.reindex import Reindexer, ReindexProgress
    from worker.rebuilds.retag import Changes
    from worker.runtime import Runtime
    from worker.state import Rebuild

commands = typer.Typer()

KEEP_DAYS = 7.0

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Attach = Annotated[bool, typer.Option("--attach", help="Follow the one that is under way.")]
Wait = Annotated[bool, typer.Option(help="Follow it to its end; Ctrl-C leaves it to the workers.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]

Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only articles that have it now; repeatable.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only articles of this source; repeatable.")]
Since = Annotated[str, typer.Option(help="Only articles published since: 2026-11-01, or an age like 7d.")]


@commands.command("reindex")
def reindex(  # noqa: PLR0913  one option a wish
    *,
    dry_run: DryRun = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the index before, with everything written since.")
    ] = False,
    show_list: Annotated[bool, typer.Option("--list", help="List the indices: live, replaced, half-made.")] = False,
    index: Annotated[
        list[str] | None, typer.Option("--index", help="Only this live index of several (see --list); repeatable.")
    ] = None,
    keep: Annotated[float, typer.Option(metavar="DAYS", min=0, help="Days to keep the replaced index.")] = KEEP_DAYS,
    attach: Attach = False,
    wait: Wait = True,
    as_json: AsJson = False,
) -> None:
    """Build the index anew with today's mapping and dictionary, while articles come in and people search.

    Nothing is lost: the workers copy, catch up, compare and switch, and a failure leaves everything as it was.
    Example: kuzet reindex --dry-run && kuzet reindex
    """
    from worker.cli.rebuild_progress import carry_out
    from worker.rebuilds import REINDEX, open_reindexer

    runtime = open_runtime()
    if show_list:
        list_generations(open_reindexer(runtime), as_json=as_json, now=runtime.now())
    elif dry_run:
        rebuilder = open_reindexer(runtime)
        plan = rebuilder.plan_rollback() if rollback else rebuilder.plan(indices=index or ())
        show_plan(runtime, plan, as_json=as_json)
    else:
        if not attach:
            give_dictionary()
        options = {"rollback": rollback, "keep_days": keep, "indices": index}
        carry_out(runtime, REINDEX, sentence=sentence_of_reindex, attach=attach, wait=wait, as_json=as_json, **options)


@commands.command("retag")
def retag(  # noqa: PLR0913  one option a wish
    *,
    topic: Topics = None,
    since: Since = "",
    source: Sources = None,
    dry_run: DryRun = False,
    attach: Attach = False,
    wait: Wait = True,
    as_json: AsJson = False,
) -> None:
    """Give every article the tags of today's rules; a revision that comes in meanwhile wins.

    Example: kuzet retag --dry-run --since 30d && kuzet retag
    """
    from worker.cli.rebuild_progress import carry_out
    from worker.rebuilds import RETAG

    runtime = open_runtime()
    begins_at = moment(since, now=datetime.now(KAZAKHSTAN))
    chosen = resolve_filters(runtime, {"topic": topic or (), "source": source or ()}, warn=warn)
    topics, sources = chosen.get("topic", ()), chosen.get("source", ())
    if dry_run:
        selected = {"topics": topics, "sources": sources, "since": begins_at}
        show_changes(runtime, selected, as_json=as_json)
        return
    options = {"topics": topics, "sources": sources, "since": begins_at.isoformat() if begins_at else ""}
    carry_out(runtime, RETAG, sentence=sentence_of_retag, attach=attach, wait=wait, as_json=as_json, **options)


@commands.command("reextract")
def reextract(
    *,
    since: Annotated[str, typer.Option(help="Only pages fetched since: 2026-11-01, or an age like 7d.")] = "",
    source: Sources = None,
    attach: Attach = False,
    wait: Wait = True,
    as_json: AsJson = False,
) -> None:
    """Read the articles anew out of the pages that are still stored, and tag them; a newer revision wins.

    Example: kuzet reextract --source tengrinews --since 7d
    """
    from worker.cli.rebuild_progress import carry_out
    from worker.rebuilds import REEXTRACT

    runtime = open_runtime()
    begins_at = moment(since, now=datetime.now(KAZAKHSTAN))
    resolve_filters(runtime, {"source": source or ()}, warn=warn)
    options = {"sources": source, "since": f"{begins_at.astimezone(UTC):%Y-%m-%d}" if begins_at else ""}
    carry_out(runtime, REEXTRACT, sentence=sentence_of_reextract, attach=attach, wait=wait, as_json=as_json, **options)


def sentence_of_reextract(rebuild: Rebuild) -> str:
    facts = rebuild.progress
    left = f" {facts['failed']} pages could not be read." if facts["failed"] else ""
    read = facts.get("read", facts["done"])  # a reextract of version 0.1 counted no read pages
    return f"{read} pages were read, {facts['changed']} articles are other than before.{left}"


def sentence_of_retag(rebuild: Rebuild) -> str:
    facts = rebuild.progress
    left = f" {facts['failed']} could not be tagged and stay as they were." if facts["failed"] else ""
    return f"{facts['written']} articles have today's tags, {facts['changed']} of them other topics than before.{left}"


def show_changes(runtime: Runtime, chosen: Mapping[str, Any], *, as_json: bool) -> None:
    """Show what would change per topic. Tags every selected article here and writes nothing."""
    from rich.progress import track

    from worker.rebuilds.retag import Changes, OldTags, retagged

    tagger = runtime.tagger
    old = OldTags(runtime.search, tagger.ruleset.version, **chosen)
    changes = Changes()
    for stored in track(
        old, total=old.count(), description="tagging", console=err, transient=True, disable=not err.is_terminal
    ):
        changes.note(stored.document, retagged(tagger, stored.document))
    if as_json:
        print_json(changes_row(changes))
        return
    table = Table("topic", "kept", "gained", "lost", box=None, header_style="bold")
    for row in changes_row(changes)["topics"]:
        gained, lost = (f"+{row['gained']}" if row["gained"] else ""), (f"-{row['lost']}" if row["lost"] else "")
        table.add_row(row["topic"], str(row["kept"]), gained, lost)
    out.print(table)
    out.print(f"{changes.changed} of {changes.articles} articles with older tags would change their topics.")


def changes_row(changes: Changes) -> RetagPlan:
    topics: list[TopicChange] = [
        {
            "topic": topic,
            "kept": changes.kept[topic],
            "gained": changes.gained[topic],
            "lost": changes.lost[topic],
        }
        for topic in changes.topics
    ]
    return {"articles": changes.articles, "changed": changes.changed, "topics": topics}


def sentence_of_reindex(rebuild: Rebuild) -> str:
    progress = rebuild.progress
    moved = progress.get("moved") or [progress]  # of version 0.1
    targets, sources = (", ".join(one[name] for one in moved) for name in ("target", "source"))
    verb = "is" if len(moved) == 1 else "are"
    return f"{progress['total']} articles are in {targets} now; {sources} {verb} replaced."


def give_dictionary() -> None:
    """Give a local node the dictionary that the new index will name; on a server an operator puts it there."""
    from config.settings import Settings
    from worker.cli.dictionary import have_dictionary
    from worker.local.run import run_settings
    from worker.local.search_node import install_dictionary

    settings = Settings()
    if not settings.search_url and run_settings(settings.data):
        install_dictionary(have_dictionary(settings), base=settings.data / "search")


def show_plan(runtime: Runtime, plan: ReindexProgress, *, as_json: bool) -> None:
    """Show what a reindex would do, and whether it is needed."""
    reasons = runtime.search.outdated(runtime.analysis) if plan.own_target else []
    if as_json:
        row: ReindexPlan = {"source": plan.source, "target": plan.target, "articles": plan.total, "reasons": reasons}
        print_json({**row, "then": [*plan.left]} if plan.left else row)
        return
    how = "made" if plan.own_target else "taken up again, with what came since"
    out.print(f"{plan.target} would be {how}, {plan.total} articles copied from {plan.source}, and the aliases moved.")
    if plan.left:
        out.print(f"The same would follow for {', '.join(plan.left)}.")
    for reason in reasons:
        out.print(f"{reason}.", style="yellow")
    if not reasons and plan.own_target:
        out.print("The index is as this version of kuzet makes it: no reindex is needed.", style="dim")


def list_generations(rebuilder: Reindexer, *, as_json: bool, now: float) -> None:
    """List the indices part by part, in the order of their making."""
    counted = [(one, rebuilder.indices.count(one.name)) for one in rebuilder.indices.generations()]
    if as_json:
        print_json({"indices": [generation_row(one, articles) for one, articles in counted]})
        return
    table = Table("index", "articles", "", box=None, header_style="bold")
    for one, articles in counted:
        table.add_row(one.name, str(articles), state_of(one, now=now))
    out.print(table)


def generation_row(one: Generation, articles: int) -> IndexRow:
    return {
        "index": one.name,
        "articles": articles,
        "live": one.is_live,
        "takes_new": one.takes_new,
        "replaced_at": one.replaced_at or None,
        "kept_until": one.kept_until or None,
    }


def state_of(one: Generation, *, now: float) -> Text:
    if one.takes_new:
        return Text("live", style="green")
    if one.is_live:
        return Text("live, takes revisions alone", style="green")
    if not one.replaced_at:
        return Text("half-made", style="yellow")
    left = max(0.0, one.kept_until - now)
    return Text(f"replaced {local_time(one.replaced_at)}, kept for {duration(left)} more", style="dim")
