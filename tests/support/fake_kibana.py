"""A small server that answers as Kibana's API is documented to, on real sockets. It is no Kibana."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from tests.support.fake_security import Accounts, User
from tests.support.http_server import serving

IMPORT = "/api/saved_objects/_import?overwrite=true"
EXPORT = "/api/saved_objects/_export"
DEFAULT = "/api/data_views/default"
SETTINGS = "/internal/kibana/settings"
ROLES = "/api/security/role/"

FEATURES = {  # what a route takes of the role of the user who asks
    IMPORT: "savedObjectsManagement",
    EXPORT: "savedObjectsManagement",
    DEFAULT: "indexPatterns",
    SETTINGS: "advancedSettings",
}


def one_installer() -> Accounts:
    """One user, who may do everything an installer does."""
    return Accounts({"desk": User("secret-word", ["superuser"])})


@dataclass
class FakeKibana:
    """What the server holds, and how it is to misbehave: path → answers given before it behaves.

    elsewhere: ids that another space has. restricted: ids of objects that only their owner may write.
    accounts: those of the Elasticsearch behind it; a real Kibana asks there, too, and writes its roles there.
    """

    accounts: Accounts = field(default_factory=one_installer)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    default_view: str = ""
    version: str = "9.5.0"
    troubles: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    used_by: dict[str, set[str]] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    restricted_error: dict[str, Any] | None = None
    port: int = 0
    protocol: str = "http"

    @property
    def url(self) -> str:
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if self.troubles.get(path):
            return self.troubles[path].pop(0)
        if path == "/api/status":
            return 200, {"version": {"number": self.version}, "status": {"overall": {"level": "available"}}}
        user = self.accounts.who(headers["authorization"])
        if user is None:
            return 401, {"statusCode": 401, "error": "Unauthorized", "message": "unable to authenticate user"}
        if headers["kbn-xsrf"] is None:
            return 400, {"message": "Request must contain a kbn-xsrf header."}
        if not self._may(user, path):
            return 403, {"statusCode": 403, "error": "Forbidden", "message": f"{user} may not {method} {path}"}
        self.used_by.setdefault(path, set()).add(user)
        return self._served(path, headers, body)

    def _served(self, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        if path.startswith(ROLES):
            return self._role(path.removeprefix(ROLES), body)
        return self._routes()[path](headers, body) if path in self._routes() else (404, {"message": "Not Found"})

    def _may(self, user: str, path: str) -> bool:
        roles = self.accounts.users[user].roles
        if "superuser" in roles:
            return True
        rights = [right for role in roles if role in self.roles for right in self.roles[role]["kibana"]]
        return path in FEATURES and any("all" in right["feature"].get(FEATURES[path], ()) for right in rights)

    def _role(self, name: str, body: bytes) -> tuple[int, Any]:
        role = json.loads(body)
        if any(bool(right["base"]) == bool(right["feature"]) for right in role["kibana"]):
            return 400, {"message": "either base or feature"}
        self.roles[name] = role
        self.accounts.roles[name] = role["elasticsearch"]
        return 204, b""

    def _routes(self) -> dict[str, Callable[[Any, bytes], tuple[int, Any]]]:
        return {
            IMPORT: self._import,
            EXPORT: self._export,
            DEFAULT: self._default,
            SETTINGS: self._settings,
        }

    def _import(self, headers: Any, body: bytes) -> tuple[int, Any]:
        name, text = uploaded(headers["content-type"], body)
        if not name.endswith(".ndjson"):
            return 400, {"message": "Invalid file extension"}
        objects = [json.loads(line) for line in text.splitlines()]
        if locked := [one for one in objects if one["id"] in self.restricted]:
            return self._restricted(locked)
        results = []
        for one in objects:
            self.objects[one["type"], one["id"]] = one
            result = {"type": one["type"], "id": one["id"], "overwrite": True}
            results.append(result | ({"destinationId": "8d2f"} if one["id"] in self.elsewhere else {}))
        return 200, {"success": True, "successCount": len(objects), "warnings": [], "successResults": results}

    def _restricted(self, locked: list[dict[str, Any]]) -> tuple[int, Any]:
        """Answer as for a request, or, with `restricted_error`, as for each object."""
        if self.restricted_error is None:
            return 403, {"statusCode": 403, "error": "Forbidden", "message": "Unable to bulk_create dashboard"}
        errors = [{"type": one["type"], "id": one["id"], "error": self.restricted_error} for one in locked]
        return 200, {"success": False, "successCount": 0, "errors": errors}

    def _export(self, _: Any, body: bytes) -> tuple[int, Any]:
        [wanted] = json.loads(body)["objects"]
        found = self.objects.get((wanted["type"], wanted["id"]))
        return (200, found) if found else (400, {"statusCode": 400, "message": "Error fetching objects to export"})

    def _default(self, _: Any, body: bytes) -> tuple[int, Any]:
        self.default_view = json.loads(body)["data_view_id"]
        return 200, {"acknowledged": True}

    def _settings(self, headers: Any, body: bytes) -> tuple[int, Any]:
        if headers["x-elastic-internal-origin"] is None:
            return 400, {"message": "uri not available with the current configuration"}
        self.settings |= json.loads(body)["changes"]
        return 200, {"settings": {}}


def uploaded(content_type: str, body: bytes) -> tuple[str, str]:
    """Name and text of the one file of a multipart body."""
    message = BytesParser().parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    [part] = message.get_payload()
    assert part.get_param("name", header="content-disposition") == "file"
    return part.get_filename(), part.get_payload(decode=True).decode()


@contextmanager
def serving_kibana(fake_kibana: FakeKibana, *, tls: ssl.SSLContext | None = None) -> Iterator[FakeKibana]:
    """Open the fake_kibana on a port of the loopback."""

    def answer(method: str, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        status, said = fake_kibana.answer(method, path, headers, body)
        return status, said if isinstance(said, bytes) else json.dumps(said).encode()

    fake_kibana.protocol = "https" if tls else "http"
    with serving(answer, headers={}, tls=tls) as fake_kibana.port:
        yield fake_kibana
