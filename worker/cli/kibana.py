"""`kuzet kibana`: dashboards, saved searches and data views for Kibana, made from config/kibana."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from pipelines.errors import KuzetError
from worker.cli.console import FAILED, out

if TYPE_CHECKING:
    from worker.kibana.api import Access
    from worker.kibana.dashboards import BuiltDashboards

commands = typer.Typer()
kibana = typer.Typer(help="Dashboards for Kibana, made from config/kibana.", no_args_is_help=True)
commands.add_typer(kibana, name="kibana")

LAST_DAYS = 7


@kibana.command("build")
def build(
    file: Annotated[Path, typer.Argument(metavar="FILE.ndjson", help="Where to write; - for standard output.")],
) -> None:
    """Write the saved objects as one file, for «Import» under Stack Management in Kibana.

    Example: kuzet kibana build kuzet.ndjson
    """
    built = _described()
    if str(file) == "-":
        sys.stdout.write(built.text)
        return
    try:
        file.write_text(built.text, encoding="utf-8")
    except OSError as error:
        raise KuzetError(str(file), f"cannot be written ({error.strerror})") from error
    out.print(f"{len(built.objects)} objects are in {file}.", style="green", soft_wrap=True)


@kibana.command("check")
def check(
    *,
    ask: Annotated[
        bool, typer.Option("--ask", help="Also ask the search engine what every panel would ask of it.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, help="With --ask: over how many days.")] = LAST_DAYS,
) -> None:
    """Check the saved objects without a Kibana: their form, and that every field is there and fits its use.

    Example: kuzet kibana check --ask
    """
    built = _described()
    out.print(f"{len(built.objects)} objects are in order ({built.digest}).", style="green")
    if ask:
        _show_answers(built, days=days)


@kibana.command("install")
def install(  # noqa: PLR0913  one option a fact
    *,
    url: Annotated[str, typer.Option(envvar="KUZET_KIBANA_URL", help="Address, with its path if it has one.")],
    username: Annotated[str, typer.Option(envvar="KUZET_KIBANA_USERNAME", help="User of Kibana.")] = "",
    password: Annotated[
        str, typer.Option(envvar="KUZET_KIBANA_PASSWORD", help="Better given by the variable.", show_default=False)
    ] = "",
    api_key: Annotated[
        str, typer.Option(envvar="KUZET_KIBANA_API_KEY", help="Instead of user and password.", show_default=False)
    ] = "",
    ca: Annotated[Path | None, typer.Option(envvar="KUZET_KIBANA_CA", help="CA certificate of Kibana.")] = None,
    space: Annotated[str, typer.Option(help="Space to install into; empty: the default one.")] = "",
    wait_s: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for a Kibana that starts.")] = 300.0,
    force: Annotated[
        bool, typer.Option("--force", help="Also when it is there: undoes changes made in Kibana.")
    ] = False,
) -> None:
    """Bring dashboards, saved searches, data views and settings into a Kibana. Does nothing when they are there.

    Example: kuzet kibana install --url http://localhost:5601
    """
    from worker.kibana.api import Access

    access = Access(url=url, username=username, password=password, api_key=api_key, ca=ca, space=space)
    bring(access, wait_s=wait_s, force=force)


def bring(access: Access, *, wait_s: float, force: bool = False) -> None:
    """Install what config/kibana describes, and say what was done."""
    from worker.kibana.api import Kibana
    from worker.kibana.dashboards import install as install_built

    client = Kibana(access)
    done = install_built(client, _described(), wait_s=wait_s, force=force)
    client.close()
    name = Text(f"{access} {done.kibana}".strip())
    result = (
        f": {done.objects} objects are installed."
        if done.objects
        else ": all is there already; --force installs again."
    )
    out.print(name.append(result), style="green", soft_wrap=True)
    for title in done.kept:
        said = f"Not replaced: «{title}», which only its owner may change. When they allow it in Kibana, use --force."
        out.print(Text(said), style="yellow", soft_wrap=True)


def _described() -> BuiltDashboards:
    """Return what config/kibana describes. Prints every fault, and ends the command when there is one."""
    from worker.kibana.dashboards import build_from

    built = build_from(Settings())
    for fault in built.faults:
        out.print(Text(str(fault), style="red"), soft_wrap=True)
    if built.faults:
        raise typer.Exit(FAILED)
    return built


def _show_answers(built: BuiltDashboards, *, days: int) -> None:
    from pipelines.kibana.requests import Shown
    from worker.cli.session import open_runtime
    from worker.kibana.dashboards import ask_panels

    shown = Shown(since=f"now-{days}d", until="now", zone="Asia/Almaty", interval=f"{max(3, days // 4)}h")
    table = Table("dashboard", "panel", "documents", "", box=None, header_style="bold")
    for request, filled in ask_panels(open_runtime().search, built, shown=shown):
        remark = Text("nothing to show", style="yellow") if filled.is_empty else Text("")
        table.add_row(request.board, request.title, str(filled.documents), remark)
    out.print(table)
