"""A proxy before the search node: TLS by the setup's certificate, and accounts as Elasticsearch's API documents them.

The node behind it is real and accepts every request. To a client the proxy is an Elasticsearch with accounts. It is not
one: it was never compared with Elasticsearch's own security.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.support.http_server import serving
from tests.support.rights import CLUSTER_RIGHTS, INDEX_RIGHTS, UnknownRequestError, needs
from tests.support.tls import server_context

VERSION = "9.5.0"
JSON = "application/json"
HOP = {"connection", "transfer-encoding", "content-length", "content-type", "host", "authorization", "accept"}


@dataclass
class User:
    password: str
    roles: list[str]


@dataclass
class Accounts:
    """What the security API holds. `refused`: what was asked without the right to."""

    users: dict[str, User]
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def of_a_new_node(cls, elastic_password: str) -> Accounts:
        users = {"elastic": User(elastic_password, ["superuser"]), "kibana_system": User("", ["kibana_system"])}
        return cls(users)

    def who(self, header: str | None) -> str | None:
        """The user of an Authorization header, whose password is right."""
        if not (header or "").startswith("Basic "):
            return None
        name, _, password = base64.b64decode(str(header)[6:]).decode().partition(":")
        known = self.users.get(name)
        return name if known and known.password and known.password == password else None

    def may(self, name: str, method: str, target: str, body: bytes) -> bool:
        if "superuser" in self.users[name].roles:
            return True
        rights = [self.roles[role] for role in self.users[name].roles if role in self.roles]
        try:
            if all(any(need.is_met_by(role) for role in rights) for need in needs(method, target, body)):
                return True
            self.refused.append(f"{name}: {method} {target}")
        except UnknownRequestError as error:
            self.refused.append(str(error))
        return False

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """The security API."""
        kind, name, *action = [unquote(part) for part in urlsplit(target).path.split("/")[2:]]
        asked = json.loads(body) if body else {}
        if kind == "role" and method in {"PUT", "POST"}:
            return self._put_role(name, asked)
        if kind == "user" and action == ["_password"]:
            if name not in self.users:
                return 400, {"error": {"type": "validation_exception", "reason": f"user [{name}] does not exist"}}
            self.users[name].password = asked["password"]
            return 200, {}
        if kind == "user" and method == "GET":
            known = self.users.get(name)
            return (200, {name: {"username": name, "roles": known.roles, "enabled": True}}) if known else (404, {})
        if kind == "user" and method in {"PUT", "POST"}:
            return self._put_user(name, asked)
        return 405, {"error": {"type": "illegal_argument_exception", "reason": f"{method} {target}"}}

    def _put_role(self, name: str, asked: dict[str, Any]) -> tuple[int, Any]:
        unknown = set(asked["cluster"]) - CLUSTER_RIGHTS
        unknown |= {right for group in asked["indices"] for right in group["privileges"]} - INDEX_RIGHTS
        if unknown:
            return 400, {"error": {"type": "illegal_argument_exception", "reason": f"unknown privilege {unknown}"}}
        created = name not in self.roles
        self.roles[name] = asked
        return 200, {"role": {"created": created}}

    def _put_user(self, name: str, asked: dict[str, Any]) -> tuple[int, Any]:
        created = name not in self.users
        if created and len(asked.get("password", "")) < 6:
            return 400, {"error": {"type": "action_request_validation_exception", "reason": "password is missing"}}
        password = asked.get("password") or self.users[name].password
        self.users[name] = User(password, list(asked["roles"]))
        return 200, {"created": created}


@contextmanager
def demanding_accounts(node_url: str, *, secrets: Path) -> Iterator[AccountsProxy]:
    """Serve a node behind accounts. `secrets`: the folder that the setup made for Elasticsearch."""
    context = server_context(secrets / "elasticsearch.crt", secrets / "elasticsearch.key")
    proxy = AccountsProxy(node_url, Accounts.of_a_new_node((secrets / "elastic.password").read_text()))
    with serving(
        proxy.reply, headers={"x-elastic-product": "Elasticsearch", "content-type": JSON}, tls=context
    ) as port:
        proxy.url = f"https://localhost:{port}"
        yield proxy


@dataclass
class AccountsProxy:
    """Its own https address before a node."""

    node_url: str
    accounts: Accounts
    url: str = ""

    def reply(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        name = self.accounts.who(headers["authorization"])
        if name is None:
            return 401, _error("missing or wrong authentication credentials", status=401)
        if not self.accounts.may(name, method, target, body):
            return 403, _error(f"action is unauthorized for user [{name}]", status=403)
        if target.startswith("/_security/"):
            status, answer = self.accounts.answer(method, target, body)
            return status, json.dumps(answer).encode()
        status, data = self._pass_on(method, target, headers, body)
        return status, _as_elasticsearch(data) if (method, urlsplit(target).path) == ("GET", "/") else data

    def _pass_on(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        kept = {name: value for name, value in headers.items() if name.lower() not in HOP}
        lines = "ndjson" in (headers["content-type"] or "")
        plain = {"accept": JSON, "content-type": "application/x-ndjson" if lines else JSON}
        node = http.client.HTTPConnection(urlsplit(self.node_url).netloc, timeout=120)
        try:
            node.request(method, target, body=body or None, headers={**kept, **(plain if body else {"accept": JSON})})
            answer = node.getresponse()
            return answer.status, answer.read()
        finally:
            node.close()


def _as_elasticsearch(data: bytes) -> bytes:
    described = json.loads(data)
    described["version"] = {"number": VERSION, "build_flavor": "default"}
    described["tagline"] = "You Know, for Search"
    return json.dumps(described).encode()


def _error(reason: str, *, status: int) -> bytes:
    error = {"type": "security_exception", "reason": reason}
    return json.dumps({"error": {"root_cause": [error], **error}, "status": status}).encode()
