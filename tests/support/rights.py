"""Which rights a request to the search engine takes, by Elastic's list of privileges, and whether a role has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote, urlsplit

CLUSTER_RIGHTS = frozenset(["monitor", "cancel_task", "manage", "manage_security", "manage_index_templates", "all"])
INDEX_RIGHTS = frozenset(["read", "write", "manage", "monitor", "view_index_metadata", "create_index", "delete", "all"])
IMPLIED = {"manage": {"monitor", "view_index_metadata", "create_index", "delete_index", "maintenance"}}

CLUSTER = (
    (r"GET /", "monitor"),
    (r"GET /_cluster/health(/.*)?", "monitor"),
    (r"GET /_tasks(/[^/]+)?", "monitor"),
    (r"POST /_tasks/[^/]+/_cancel", "cancel_task"),
    (r"\w+ /_security/.*", "manage_security"),
)
INDEX = (
    (r"(GET|POST) /([^/]+)/(_search|_count|_mget)", ["read"]),
    (r"GET /([^/]+)/_doc/.*", ["read"]),
    (r"DELETE /([^/]+)/_doc/.*", ["write"]),
    (r"(PUT|POST) /([^/]+)/_(bulk|doc)(/.*)?", ["write"]),
    (r"POST /([^/]+)/_delete_by_query", ["read", "write"]),
    (r"POST /([^/]+)/_(refresh|flush)", ["maintenance"]),
    (r"GET /([^/]+)/_stats(/.*)?", ["monitor"]),
    (r"(GET|HEAD) /([^/]+)(/_(mapping|settings|alias)(/.*)?)?", ["view_index_metadata"]),
    (r"PUT /([^/]+)", ["create_index"]),
    (r"DELETE /([^/]+)", ["delete_index"]),
    (r"PUT /([^/]+)/_(mapping|settings|block|alias)(/.*)?", ["manage"]),
)


class UnknownRequestError(Exception):
    """A request that is not in the tables: say there which rights it takes, by Elastic's list."""


@dataclass(frozen=True)
class Need:
    """A right on an index, or on the cluster when `index` is empty."""

    right: str
    index: str = ""

    def is_met_by(self, role: Mapping[str, Any]) -> bool:
        if not self.index:
            return self.right in role["cluster"]
        return any(
            self.right in granted(group["privileges"]) and any(fnmatchcase(self.index, name) for name in group["names"])
            for group in role["indices"]
        )


def granted(rights: list[str]) -> set[str]:
    return {*rights, *(implied for right in rights for implied in IMPLIED.get(right, ()))}


def needs(method: str, target: str, body: bytes) -> list[Need]:
    """Everything a request takes. Raises UnknownRequestError."""
    path = unquote(urlsplit(target).path)
    asked = f"{method} {path}"
    if asked in {"POST /_reindex", "POST /_aliases", "POST /_bulk", "PUT /_bulk", "POST /_mget"}:
        return list(_of_body(path, body))
    if path == "/_search/scroll":
        return []  # who began it may go on, and end it
    if path.startswith("/_alias/"):
        return [Need("view_index_metadata", path.rpartition("/")[2])]
    for pattern, right in CLUSTER:
        if re.fullmatch(pattern, asked):
            return [Need(right)]
    for pattern, rights in INDEX:
        if re.fullmatch(pattern, asked) and not path.startswith("/_"):
            return [Need(right, index) for index in path.split("/")[1].split(",") for right in rights]
    raise UnknownRequestError(f"tests/support/rights.py does not say which rights {asked} takes")


def _of_body(path: str, body: bytes) -> Iterator[Need]:
    if path == "/_bulk":
        for line in body.splitlines():
            [(action, facts)] = list(json.loads(line).items())[:1] or [("", {})]
            if action in {"index", "create", "delete"} and isinstance(facts, dict) and "_index" in facts:
                yield Need("write", facts["_index"])
        return
    asked = json.loads(body)
    if path == "/_mget":
        yield from (Need("read", one["_index"]) for one in asked["docs"])
        return
    if path == "/_reindex":
        yield Need("read", asked["source"]["index"])
        yield Need("write", asked["dest"]["index"])
        return
    for action in asked["actions"]:
        for facts in action.values():
            yield from (Need("manage", facts[key]) for key in ("index", "alias"))
