"""`kuzet setup`: what docker-compose.yml runs before and after the engines start; docs/guide/deploy.md."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from config.settings import Settings
from pipelines.errors import KuzetError
from worker.cli.console import FAILED, out, print_json

if TYPE_CHECKING:
    from worker.answers.shapes import MachineAnswer
    from worker.kibana.api import Access
    from worker.setup.preflight import Machine

commands = typer.Typer()
setup = typer.Typer(help="Secrets, certificates and accounts of a server; safe to repeat.", no_args_is_help=True)
commands.add_typer(setup, name="setup")

VAULT = "vault"


class Protocol(StrEnum):
    HTTP = "http"
    HTTPS = "https"


Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for an engine that starts.")]


@setup.command("secrets")
def make_secrets(
    folder: Annotated[Path, typer.Argument(help="Where they are kept: vault/ for all, and a folder for each service.")],
    *,
    rotate: Annotated[bool, typer.Option("--rotate", help="Make new passwords.")] = False,
    kibana_protocol: Annotated[
        Protocol, typer.Option(envvar="KUZET_KIBANA_PROTOCOL", help="How Kibana itself is spoken to.")
    ] = Protocol.HTTP,
    kibana_url: Annotated[
        str, typer.Option(envvar="KUZET_KIBANA_PUBLIC_URL", help="Address people type, which Kibana links to.")
    ] = "http://localhost:5601",
    kibana_names: Annotated[
        str, typer.Option(envvar="KUZET_KIBANA_NAMES", help="Host names for Kibana's certificate, comma separated.")
    ] = "",
) -> None:
    """Make what is missing of certificates and passwords, and give every service its own. Prints no secret.

    Certificates are renewed half a year before they end. As root, files are given to the users of the images.
    Example: kuzet setup secrets /secrets
    """
    from worker.setup.deliveries import PASSWORDS, KibanaDoor, deliver, deliveries
    from worker.setup.preflight import look, problems
    from worker.setup.vault import open_vault

    door = KibanaDoor(protocol=kibana_protocol.value, url=kibana_url, names=_listed(kibana_names))
    with open_vault(folder / VAULT, now=datetime.now(UTC)) as vault:
        for name in PASSWORDS if rotate else ():
            vault.renew(name)
        for delivery in deliveries(vault, kibana=door, desk_names=_listed(Settings().desk_names)):
            deliver(delivery, below=folder)
        made = list(vault.made)
    out.print(Text(f"Made: {', '.join(made)}." if made else "All secrets are there."), style="green", soft_wrap=True)
    for problem in problems(look(site=Settings().site, disk=folder)):
        out.print(Text(problem), style="yellow", soft_wrap=True)
    if rotate:
        out.print("Now start every service anew: docker compose up -d --force-recreate", soft_wrap=True)


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


@setup.command("check")
def check(
    disk: Annotated[Path, typer.Argument(help="A folder on the disk that the volumes are on.")] = Path(),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Look whether this machine can run the engines: kernel settings, memory, disk, files of the site.

    Changes nothing. Each problem is a sentence with the way out; the exit code is 1 when there is one.
    `kuzet setup secrets` says the same and goes on.
    Example: docker compose run --rm setup kuzet setup check /secrets
    """
    from worker.setup.preflight import look, problems

    machine = look(site=Settings().site, disk=disk)
    found = list(problems(machine))
    print_json(_row(machine, found)) if as_json else _say(found)
    if found:
        raise typer.Exit(FAILED)


def _row(machine: Machine, found: list[str]) -> MachineAnswer:
    return {
        "map_count": machine.map_count,
        "overcommit": machine.overcommit,
        "memory_mb": machine.memory_mb,
        "free_mb": machine.free_mb,
        "unreadable": [str(path) for path in machine.unreadable],
        "problems": found,
    }


def _say(problems: list[str]) -> None:
    for problem in problems:
        out.print(Text(problem), style="yellow", soft_wrap=True)
    if not problems:
        out.print("The machine has what the engines need.", style="green", soft_wrap=True)


@setup.command("accounts")
def bring_accounts(*, wait_s: Wait = 300.0) -> None:
    """Bring Elasticsearch's accounts to what the secrets say: Kibana's password, the services' role and user.

    Makes the first account of the desk, too: `admin`, unless the desk has accounts.
    Reads KUZET_SEARCH_URL, KUZET_SEARCH_CA, KUZET_SEARCH_USERNAME and the folders KUZET_SECRETS and KUZET_DATA.
    Example: KUZET_SECRETS=/secrets/accounts kuzet setup accounts
    """
    from worker.setup import accounts

    settings = Settings()
    engine = accounts.sign_in(settings, wait_s=wait_s)
    accounts.bring_accounts(engine, passwords=_secrets(settings))
    done = f"{engine.address}: the accounts of Kibana and of kuzet's services are in order."
    out.print(Text(done), style="green", soft_wrap=True)
    if name := _first_of_desk(settings):
        out.print(Text(f"The desk has its first account, {name}."), style="green", soft_wrap=True)


def _first_of_desk(settings: Settings) -> str:
    """Make the desk's first account if it has none; return its name, empty when nothing was made."""
    from worker.desk.access import Role
    from worker.desk.accounts import Accounts
    from worker.setup.deliveries import DESK, DESK_ADMIN

    password, accounts = _secrets(settings) / DESK, Accounts(settings.data / "desk")
    if accounts or not password.exists():
        return ""
    accounts.add(DESK_ADMIN, password.read_text(encoding="utf-8"), role=Role.ADMIN)
    return DESK_ADMIN


@setup.command("kibana")
def bring_kibana(
    *,
    url: Annotated[str, typer.Option(envvar="KUZET_KIBANA_URL", help="Address of Kibana.")],
    ca: Annotated[Path | None, typer.Option(envvar="KUZET_KIBANA_CA", help="CA certificate of Kibana.")] = None,
    wait_s: Wait = 300.0,
) -> None:
    """Make the index, the roles of analysts and of the installer, and install the dashboards as that one.

    Example: KUZET_SECRETS=/secrets/accounts kuzet setup kibana --url http://kibana:5601
    """
    from worker.cli.kibana import bring
    from worker.kibana.api import Access
    from worker.setup import accounts
    from worker.setup.deliveries import INSTALLER

    settings = Settings()
    engine = accounts.sign_in(settings, wait_s=wait_s)
    _make_indices(settings)
    superuser = Access(
        url=url, username=settings.search_username, password=settings.search_password.get_secret_value(), ca=ca
    )
    _make_roles(superuser, index=engine.read_alias, wait_s=wait_s)
    password = accounts.bring_installer(engine, passwords=_secrets(settings))
    bring(Access(url=url, username=INSTALLER, password=password, ca=ca), wait_s=wait_s)


def _make_indices(settings: Settings) -> None:
    """Make the two indices on a new server: Kibana complains of every field of an index that is not there.

    No broker is asked: the service that does this has none.
    """
    from worker.runtime import Runtime

    runtime = Runtime(settings)
    if not runtime.search.index_name():
        runtime.search.ensure_index(runtime.analysis)
        runtime.polls.ensure()


def _make_roles(superuser: Access, *, index: str, wait_s: float) -> None:
    from worker.kibana.api import Kibana
    from worker.setup import roles

    kibana = Kibana(superuser)
    kibana.wait_ready(wait_s=wait_s)
    for role in (roles.installer(), roles.analysts(index)):
        kibana.put_role(role.name, role.for_kibana)
    kibana.close()


@setup.command("analyst")
def make_analyst(
    name: Annotated[str, typer.Argument(help="Name of the user.")] = "analyst",
    *,
    renew: Annotated[bool, typer.Option("--renew", help="Give a user who is there another password.")] = False,
    wait_s: Wait = 60.0,
) -> None:
    """Make a user who may search and look at dashboards in Kibana, and print the password once. It is kept nowhere.

    Example: docker compose run --rm accounts kuzet setup analyst aigerim
    """
    from worker.setup import accounts

    engine = accounts.sign_in(Settings(), wait_s=wait_s)
    password = accounts.make_analyst(engine, name, renew=renew)
    out.print(Text(f"User {name}, password {password}"), style="green", soft_wrap=True)
    out.print("The password is shown only now; --renew makes another one.")


def _secrets(settings: Settings) -> Path:
    if settings.secrets is None:
        raise KuzetError("KUZET_SECRETS", "it is not set", remedy="Name the folder accounts/ of `kuzet setup secrets`.")
    return settings.secrets
