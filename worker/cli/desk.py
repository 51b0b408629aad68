"""`kuzet desk`: the watch in a browser, and who may open it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from config.settings import Settings
from pipelines.errors import UsageError
from worker.cli.console import out, print_json
from worker.cli.session import open_runtime, open_settings
from worker.desk.access import Role

if TYPE_CHECKING:
    from worker.desk.accounts import Accounts

commands = typer.Typer()
desk = typer.Typer(help="The watch in a browser.")
users = typer.Typer(help="Who may open the desk: names, roles and passwords.", no_args_is_help=True)
commands.add_typer(desk, name="desk")
desk.add_typer(users, name="user")

Name = Annotated[str, typer.Argument(help="As it is typed at the sign-in.")]
RoleOption = Annotated[
    Role,
    typer.Option(help="reader: look; analyst: also report tags and mute alerts; admin: also feeds and the watch."),
]
FromInput = Annotated[bool, typer.Option("--stdin", help="Read the password from standard input, one line.")]


@desk.callback(invoke_without_command=True)
def serve_desk(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=-1, max=65_535, help="Instead of KUZET_DESK_PORT; 0 takes a free one.")] = -1,
    address: Annotated[str, typer.Option(help="Instead of KUZET_DESK_ADDRESS.")] = "",
) -> None:
    """Serve the desk until Ctrl-C; `kuzet up` starts one as well. Only this machine reaches it.

    On another address it starts only when an account exists (`kuzet desk user add`), or when a trusted proxy is named
    (KUZET_DESK_PROXY_HEADER and KUZET_DESK_PROXY_NETWORKS).

    Examples: kuzet desk; kuzet desk --port 9000; kuzet desk user add aigerim --role analyst
    """
    if context.invoked_subcommand:
        return
    from worker.desk.server import address_of, free_port, serve
    from worker.runtime import Runtime

    given: dict[str, Any] = {"desk_port": port} if port >= 0 else {}
    given |= {"desk_address": address} if address else {}
    settings = open_runtime().settings.model_copy(update=given)
    if not settings.desk_port:
        settings = settings.model_copy(update={"desk_port": free_port(settings)})
    out.print(f"The desk: {address_of(settings, settings.desk_port)}  (Ctrl-C ends it)", soft_wrap=True)
    serve(Runtime(settings))


@users.command("add")
def add_user(name: Name, *, role: RoleOption = Role.READER, stdin: FromInput = False) -> None:
    """Make an account. From then on everyone has to sign in, also on this machine.

    Example: kuzet desk user add aigerim --role analyst
    """
    accounts().add(name, new_password(stdin=stdin), role=role)
    out.print(f"{name} may sign in as {role}.", style="green")


@users.command("password")
def change_password(name: Name, *, stdin: FromInput = False) -> None:
    """Give an account another password, and end its sessions.

    Example: kuzet desk user password aigerim
    """
    accounts().set_password(name, new_password(stdin=stdin))
    out.print(f"{name} has a new password; its sessions have ended.", style="green")


@users.command("role")
def change_role(name: Name, role: Annotated[Role, typer.Argument(help="reader, analyst or admin.")]) -> None:
    """Change what an account may do, and end its sessions.

    Example: kuzet desk user role aigerim admin
    """
    accounts().set_role(name, role)
    out.print(f"{name} is {role} now; its sessions have ended.", style="green")


@users.command("remove")
def remove_user(name: Name) -> None:
    """Remove an account, and end its sessions.

    Example: kuzet desk user remove aigerim
    """
    accounts().remove(name)
    out.print(f"{name} has no account any more.", style="green")


@users.command("list")
def list_users(*, as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False) -> None:
    """List the accounts.

    Example: kuzet desk user list
    """
    known = accounts().all()
    if as_json:
        print_json({"users": [{"name": name, "role": str(account.role)} for name, account in known.items()]})
        return
    table = Table("name", "role", box=None, header_style="bold")
    for name, account in known.items():
        table.add_row(name, str(account.role))
    out.print(table if known else "There is no account: the desk opens for this machine alone, without a password.")


def accounts() -> Accounts:
    from worker.desk.accounts import Accounts

    settings: Settings = open_settings(quiet=True)
    return Accounts(settings.data / "desk")


def new_password(*, stdin: bool) -> str:
    """Return a password that was typed twice, or a line of standard input. Raises UsageError without either."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("The password", "has to be typed", remedy="Without a terminal, give it with --stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
