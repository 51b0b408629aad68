"""An OpenSearch behind the double of Elasticsearch's accounts, with TLS as the variables `xpack.*` say.

Users and roles are kept with the data, and `elastic` has the password of the file until it was given another one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config.settings import Settings
from tests.support.fake_security import JSON, Accounts, AccountsProxy, User
from tests.support.http_server import serving
from tests.support.tls import server_context
from worker.local.engines import start_search_node
from worker.local.report import Silence
from worker.local.search_node import dictionaries_folder
from worker.local.supervisor import Supervisor

HOME = Path("/usr/share/elasticsearch")
DATA, CONFIG = HOME / "data", HOME / "config"
HEAP_MB = 512


@dataclass
class KeptAccounts(Accounts):
    """Accounts that are written down after every change."""

    @classmethod
    def read(cls, password: str) -> KeptAccounts:
        accounts = cls(Accounts.of_a_new_node(password).users)
        if (file := DATA / "accounts.json").exists():
            kept = json.loads(file.read_text())
            accounts.users |= {name: User(**user) for name, user in kept["users"].items()}
            accounts.roles = kept["roles"]
        accounts.given = accounts.users["elastic"].password != password
        return accounts

    given: bool = False
    """True once `elastic` has a password that was set by the API."""

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        status, said = super().answer(method, target, body)
        if method != "GET":
            self.given = self.given or target.startswith("/_security/user/elastic/")
            users = {name: asdict(user) for name, user in self.users.items() if name != "elastic" or self.given}
            (DATA / "accounts.json").write_text(json.dumps({"users": users, "roles": self.roles}))
        return status, said


@dataclass
class Door(AccountsProxy):
    """Also says who somebody is: Kibana asks that of its Elasticsearch."""

    def reply(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        name = self.accounts.who(headers["authorization"])
        if name and target == "/_security/_authenticate":
            return 200, json.dumps({"username": name, "roles": self.accounts.users[name].roles}).encode()
        return super().reply(method, target, headers, body)


def setting(name: str) -> Path:
    """Return the file below the config folder that a variable names."""
    return CONFIG / os.environ[name]


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    base = DATA / "node"
    dictionaries = dictionaries_folder(base)
    dictionaries.parent.mkdir(parents=True, exist_ok=True)
    if not dictionaries.exists():
        dictionaries.symlink_to(CONFIG / "hunspell")
    tls = server_context(setting("xpack.security.http.ssl.certificate"), setting("xpack.security.http.ssl.key"))
    accounts = KeptAccounts.read(Path(os.environ["ELASTIC_PASSWORD_FILE"]).read_text().strip())
    headers = {"x-elastic-product": "Elasticsearch", "content-type": JSON}
    with Supervisor(DATA / "logs", report=Silence()) as supervisor:
        url = start_search_node(supervisor, base, cache=Settings().cache, heap_mb=HEAP_MB, report=Silence())
        with serving(Door(url, accounts).reply, headers=headers, tls=tls, address="0.0.0.0", port=9200):
            signal.pause()


if __name__ == "__main__":
    main()
