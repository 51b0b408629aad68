"""Accounts of Elasticsearch: their passwords and roles, brought to what the setup's files say. Safe to repeat."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from elasticsearch import AuthenticationException, Elasticsearch, NotFoundError

from config.settings import Settings
from pipelines.errors import EngineRefusedError, KuzetError
from worker.search.connection import EngineAddress, Product
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors
from worker.setup import roles
from worker.setup.deliveries import ELASTIC, INSTALLER, KIBANA, WORKERS

ANALYST_PASSWORD_BYTES = 12
RECOVERY_S = 60.0
"""How long a right password may get 401 after a restart: until Elasticsearch has read its index of users."""

ROUND_S = 2.0
LOST = (
    "Its data are older than the secrets of the setup, or its password was changed by hand: "
    "docs/guide/deploy.md, «When passwords are lost»."
)


def sign_in(settings: Settings, *, wait_s: float, recovery_s: float = RECOVERY_S) -> SearchEngine:
    """Wait for Elasticsearch and get in as its superuser, whose password is renewed there if it is an earlier one.

    Refused passwords are tried again for `recovery_s`: a node that has just started refuses the right one, too.
    Raises EngineUnavailableError, and EngineRefusedError when it is not Elasticsearch or knows none of our passwords.
    """
    address = EngineAddress.of(settings)
    until = time.monotonic() + min(wait_s, recovery_s)
    while True:
        if engine := _try_passwords(address, settings, wait_s=wait_s):
            return engine
        if time.monotonic() > until:
            raise EngineRefusedError(str(address), f"it does not accept the password of {ELASTIC}", remedy=LOST)
        time.sleep(ROUND_S)


def _try_passwords(address: EngineAddress, settings: Settings, *, wait_s: float) -> SearchEngine | None:
    """Return an engine that takes today's password, after renewing it there if it took an earlier one; else None."""
    for password in (address.password, *_earlier(settings)):
        engine = SearchEngine(
            replace(address, password=password), index=settings.search_index, schema_folder=settings.config / "search"
        )
        if _gets_in(engine, wait_s=wait_s):
            return engine if password == address.password else _renewed(engine, address, settings)
        engine.close()
    return None


def _gets_in(engine: SearchEngine, *, wait_s: float) -> bool:
    try:
        server = engine.wait_ready(timeout_s=wait_s)
    except EngineRefusedError as error:
        if isinstance(error.__cause__, AuthenticationException):
            return False
        raise
    if server.product is not Product.ELASTICSEARCH:
        raise EngineRefusedError(engine.address, f"it is {server}", remedy="Accounts are set up on Elasticsearch only.")
    return True


def _renewed(engine: SearchEngine, address: EngineAddress, settings: Settings) -> SearchEngine:
    with engine_errors(engine.address):
        engine.client.security.change_password(username=ELASTIC, password=address.password)
    engine.close()
    return SearchEngine.connect(settings)


def bring_accounts(engine: SearchEngine, *, passwords: Path) -> None:
    """Give Kibana's own account its password, and make the workers' role and user."""
    role = roles.workers(engine.read_alias)
    with engine_errors(engine.address):
        security = engine.client.security
        security.change_password(username=KIBANA, password=_password(passwords, KIBANA))
        security.put_role(name=role.name, description=role.description, **role.for_elasticsearch)
        security.put_user(
            username=WORKERS,
            password=_password(passwords, WORKERS),
            roles=[role.name],
            full_name="The services of kuzet",
        )


def bring_installer(engine: SearchEngine, *, passwords: Path) -> str:
    """Make the user that installs the dashboards, and return its password. Kibana makes its role."""
    password = _password(passwords, INSTALLER)
    with engine_errors(engine.address):
        engine.client.security.put_user(
            username=INSTALLER,
            password=password,
            roles=[roles.installer().name],
            full_name="The installer of kuzet's dashboards",
        )
    return password


def make_analyst(engine: SearchEngine, name: str, *, renew: bool = False) -> str:
    """Make a user who may read, and return the password, which is kept nowhere.

    renew: give an analyst who is there another password. Raises KuzetError for a name that is taken.
    """
    role = roles.analysts(engine.read_alias).name
    with engine_errors(engine.address):
        known = _roles_of(engine.client, name)
        if known is not None and (not renew or role not in known):
            raise _taken(name, is_analyst=role in known)
        password = secrets.token_urlsafe(ANALYST_PASSWORD_BYTES)
        if known is None:
            engine.client.security.put_user(username=name, password=password, roles=[role])
        else:
            engine.client.security.change_password(username=name, password=password)
    return password


def _roles_of(client: Elasticsearch, name: str) -> Sequence[str] | None:
    try:
        found = client.security.get_user(username=name).body
    except NotFoundError:
        return None
    return list(found[name]["roles"]) if name in found else None


def _taken(name: str, *, is_analyst: bool) -> KuzetError:
    remedy = "Give another password with --renew." if is_analyst else "Choose another name."
    return KuzetError(name, "there is a user of that name already", remedy=remedy)


def _earlier(settings: Settings) -> list[str]:
    """The superuser's passwords of before, which an Elasticsearch may still know."""
    file = settings.secrets / f"{ELASTIC}.earlier" if settings.secrets else None
    return file.read_text(encoding="ascii").split() if file and file.exists() else []


def _password(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="ascii").strip()
    except OSError as error:
        remedy = "Run `kuzet setup secrets` first, and name the folder it made for accounts in KUZET_SECRETS."
        raise KuzetError(str(folder / name), f"cannot be read ({error.strerror})", remedy=remedy) from error
