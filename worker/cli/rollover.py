"""`kuzet rollover`: new articles go to an index of their own from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from worker.cli.console import out, print_json
from worker.cli.rebuilds import AsJson, Attach, DryRun, Wait, give_dictionary
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from worker.answers.shapes import RolloverPlanAnswer
    from worker.rebuilds.rollover import RolloverPlan
    from worker.state import Rebuild

commands = typer.Typer()


@commands.command("rollover")
def rollover(*, dry_run: DryRun = False, attach: Attach = False, wait: Wait = True, as_json: AsJson = False) -> None:
    """Begin another index for new articles, named after the year; those of before stay, and are found as ever.

    Nothing is copied. The workers do it by themselves once the newest index is larger than KUZET_ROLLOVER_GB.
    Example: kuzet rollover --dry-run && kuzet rollover
    """
    from worker.cli.rebuild_progress import carry_out
    from worker.rebuilds import ROLLOVER, open_rollover

    runtime = open_runtime()
    if dry_run:
        show_plan(open_rollover(runtime).look(), as_json=as_json)
        return
    if not attach:
        give_dictionary()
    carry_out(runtime, ROLLOVER, sentence=sentence_of_rollover, attach=attach, wait=wait, as_json=as_json)


def sentence_of_rollover(rebuild: Rebuild) -> str:
    progress = rebuild.progress
    return f"New articles go to {progress['target']} now; {progress['source']} keeps its {progress['total']}."


def show_plan(plan: RolloverPlan, *, as_json: bool) -> None:
    """Show what a rollover would do, and how far the newest index is from one by itself."""
    if as_json:
        print_json(plan_row(plan))
        return
    out.print(f"{plan.target} would take new articles; {plan.source} would keep its {plan.articles}.", soft_wrap=True)
    size_gb, limit_gb = plan.size / 1e9, plan.limit / 1e9
    by_itself = f"a rollover begins by itself at {limit_gb:g} GB" if plan.limit else "none begins by itself"
    out.print(f"{plan.source} takes {size_gb:.2f} GB; {by_itself} (KUZET_ROLLOVER_GB).", style="dim", soft_wrap=True)


def plan_row(plan: RolloverPlan) -> RolloverPlanAnswer:
    return {
        "source": plan.source,
        "target": plan.target,
        "articles": plan.articles,
        "bytes": plan.size,
        "limit_bytes": plan.limit,
        "due": plan.is_due,
    }
