"""The double of Kibana's API, with the users of the Elasticsearch that its settings name. Forgets what it holds."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3
import yaml

from tests.support.fake_kibana import FakeKibana
from tests.support.fake_security import User
from tests.support.http_server import serving
from tests.support.tls import server_context

JSON = "application/json"


@dataclass
class Roles(dict[str, Any]):
    """Roles, which are kept by Elasticsearch."""

    elsewhere: ElasticsearchAccounts

    def __setitem__(self, name: str, role: Any) -> None:
        self.elsewhere.ask("PUT", f"/_security/role/{name}", role)


@dataclass
class ElasticsearchAccounts:
    """Asks Elasticsearch who somebody is, with what they have sent. Serves one request at a time."""

    url: str
    ca: str
    users: dict[str, User] = field(default_factory=dict)
    header: str = ""

    def __post_init__(self) -> None:
        self.http = urllib3.PoolManager(ca_certs=self.ca, retries=False, timeout=30)
        self.roles = Roles(self)

    def who(self, header: str | None) -> str | None:
        self.header = header or ""
        status, said = self.ask("GET", "/_security/_authenticate")
        if status != 200:
            return None
        self.users[said["username"]] = User("", said["roles"])
        return str(said["username"])

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"authorization": self.header, "content-type": JSON}
        data = json.dumps(body) if body is not None else None
        answer = self.http.request(method, self.url + path, body=data, headers=headers)
        return answer.status, json.loads(answer.data)


def read_settings(arguments: list[str]) -> Mapping[str, Any]:
    """Return the settings of the file behind `--config`."""
    settings = yaml.safe_load(Path(arguments[arguments.index("--config") + 1]).read_text())
    assert isinstance(settings, dict)
    return settings


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = read_settings(sys.argv)
    accounts = ElasticsearchAccounts(
        settings["elasticsearch.hosts"][0], settings["elasticsearch.ssl.certificateAuthorities"][0]
    )
    kibana = FakeKibana(accounts=accounts)  # type: ignore[arg-type]  # has what is used of it

    def answer(method: str, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        status, said = kibana.answer(method, path, headers, body)
        return status, said if isinstance(said, bytes) else json.dumps(said).encode()

    tls = None
    if settings.get("server.ssl.enabled"):
        tls = server_context(Path(settings["server.ssl.certificate"]), Path(settings["server.ssl.key"]))
    with serving(answer, headers={}, tls=tls, address="0.0.0.0", port=5601):
        signal.pause()


if __name__ == "__main__":
    main()
