"""Kibana's HTTP API, as far as an installation needs it: Kibana 8.18 to 9.x."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from pipelines.errors import EngineRefusedError, EngineUnavailableError
from pipelines.handshakes import RENEW, HandshakeFault, handshake_fault
from pipelines.kibana.objects import render

OLDEST = (8, 18)
TIMEOUT_S = 60.0
RETRY_S = 2.0
FILE_NAME = "kuzet.ndjson"

OK, NO_CONTENT = 200, 204
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LARGE = 401, 403, 404, 409, 413
_LATER = (CONFLICT, 429, 502, 503, 504)
"""Answers that another try may change: somebody else is writing the same object, or Kibana is still starting."""

_RIGHTS = "«Saved Objects Management», «Data View Management» and «Advanced Settings»"
_REFUSALS = {
    UNAUTHORIZED: (
        "it does not accept the user, the password or the key",
        "Check KUZET_KIBANA_USERNAME and KUZET_KIBANA_PASSWORD, or KUZET_KIBANA_API_KEY.",
    ),
    FORBIDDEN: ("the user may not do this", f"Give the user's role {_RIGHTS} in Kibana."),
    NOT_FOUND: ("there is no such thing there", "Check the address, its path and the name of the space."),
    TOO_LARGE: ("a request was too large for it, or for a proxy before it", "Allow requests of 1 MB."),
}


class RestrictedError(EngineRefusedError):
    """An object is there already, and this user may not write over it: it stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where Kibana is and how one gets in. Printed, it holds no secret. `space`: empty is the default space."""

    url: str
    username: str = ""
    password: str = ""
    api_key: str = ""
    ca: Path | None = None
    space: str = ""

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"Kibana at {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def base(self) -> str:
        """Prefix of every path, with the space in it."""
        return self.url.rstrip("/") + (f"/s/{quote(self.space, safe='')}" if self.space else "")

    @property
    def headers(self) -> dict[str, str]:
        headers = {"kbn-xsrf": "true", "x-elastic-internal-origin": "Kibana"}
        if self.api_key:
            return headers | {"authorization": f"ApiKey {self.api_key}"}
        if self.username:
            return headers | urllib3.make_headers(basic_auth=f"{self.username}:{self.password}")
        return headers


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any
    """Parsed JSON, or the text when it is not JSON."""

    @property
    def message(self) -> str:
        message = self.body.get("message") if isinstance(self.body, dict) else self.body
        return str(message or "")[:300]


class Kibana:
    """Every call raises EngineUnavailableError (again later) or EngineRefusedError (a person has to act).

    A call that meets a busy Kibana is repeated for `patience_s`; all of them may be, for they say how it should be.
    """

    def __init__(self, access: Access, *, patience_s: float = 60.0, retry_s: float = RETRY_S) -> None:
        self._access = access
        self._patience_s = patience_s
        self._retry_s = retry_s
        certificates = {"ca_certs": str(access.ca)} if access.ca else {}
        self._pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT_S, **certificates)  # type: ignore[arg-type]

    def close(self) -> None:
        self._pool.clear()

    def wait_ready(self, *, wait_s: float) -> str:
        """Wait until Kibana says it is available, and return its version ("" when it does not say)."""
        until = time.monotonic() + wait_s
        while True:
            answer = self._ask("GET", "/api/status", until=until)
            level, version = _read_status(answer, self._access)
            if level == "available":
                return version
            if time.monotonic() > until:
                raise EngineUnavailableError(str(self._access), f"it is not ready ({level})")
            time.sleep(self._retry_s)

    def description_of(self, kind: str, object_id: str) -> str:
        """Read an object's description; empty when there is no such object."""
        wanted = {"objects": [{"type": kind, "id": object_id}], "excludeExportDetails": True}
        answer = self._ask("POST", "/api/saved_objects/_export", json=wanted, allowed=(OK, 400, NOT_FOUND))
        if answer.status != OK or not isinstance(answer.body, dict):
            return ""
        attributes = answer.body.get("attributes")
        return str(attributes.get("description", "")) if isinstance(attributes, dict) else ""

    def import_objects(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Write the objects over what has their ids.

        Kibana answers 200 also when it wrote nothing or half of it: only `success` counts. An object whose id belongs
        to another space is given a new one, and its links point nowhere: that counts as refused, too.
        Raises RestrictedError for an object that its owner made read-only for others (Kibana 9.3 and newer).
        """
        file = (FILE_NAME, render(objects).encode(), "application/ndjson")
        answer = self._ask(
            "POST", "/api/saved_objects/_import?overwrite=true", allowed=(OK, FORBIDDEN), fields={"file": file}
        )
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status == FORBIDDEN:
            raise _refusal(self._access, answer, kind=RestrictedError)
        if any(_is_restricted(one) for one in body.get("errors") or ()):
            raise RestrictedError(str(self._access), _errors(body))
        if body.get("success") is not True:
            raise EngineRefusedError(str(self._access), f"it did not take the objects: {_errors(body)}")
        moved = [one for one in body.get("successResults", []) if one.get("destinationId", one["id"]) != one["id"]]
        if moved:
            names = ", ".join(f"{one['type']} {one['id']}" for one in moved)
            raise EngineRefusedError(
                str(self._access),
                f"another space of it has {names}, so it gave ours new ids",
                remedy="Use one space, or delete ours there first.",
            )

    def put_role(self, name: str, role: Mapping[str, Any]) -> None:
        """Make a role, or bring it to what is given. The user needs the right to manage security."""
        path = f"/api/security/role/{quote(name, safe='')}"
        self._ask("PUT", path, json=dict(role), allowed=(OK, NO_CONTENT))

    def set_default_view(self, object_id: str) -> None:
        """Make it the data view that Discover begins with."""
        self._ask("POST", "/api/data_views/default", json={"data_view_id": object_id, "force": True})

    def change_settings(self, changes: Mapping[str, str | bool]) -> None:
        """Change advanced settings of the space. Their route became internal; older servers have only the other."""
        body = {"changes": dict(changes)}
        answer = self._ask("POST", "/internal/kibana/settings", json=body, allowed=(OK, NOT_FOUND))
        if answer.status == NOT_FOUND:
            self._ask("POST", "/api/kibana/settings", json=body)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        until: float | None = None,
        allowed: Sequence[int] = (OK,),
        **sent: Any,  # noqa: ANN401 - of urllib3
    ) -> _Answer:
        """Ask until it is answered for good or the patience is over. `sent`: what urllib3 calls `json` or `fields`."""
        url = f"{self._access.base}{path}"
        ends_at = time.monotonic() + self._patience_s if until is None else until
        answer = self._patiently(lambda: self._request(method, url, **sent), until=ends_at)
        if answer.status in allowed:
            return answer
        raise _refusal(self._access, answer)

    def _patiently(self, ask: Callable[[], _Answer], *, until: float) -> _Answer:
        while True:
            try:
                answer = ask()
            except EngineUnavailableError:
                if time.monotonic() > until:
                    raise
            else:
                if answer.status not in _LATER:
                    return answer
                if time.monotonic() > until:
                    problem = f"it is busy or not ready ({answer.status} {answer.message})".strip()
                    raise EngineUnavailableError(str(self._access), problem)
            time.sleep(self._retry_s)

    def _request(self, method: str, url: str, **sent: Any) -> _Answer:  # noqa: ANN401 - of urllib3
        try:
            response = self._pool.request(method, url, headers=self._access.headers, redirect=False, **sent)
        except SSLError as error:
            raise _untrusted(self._access, error) from error
        except MaxRetryError as error:
            if isinstance(error.reason, SSLError):
                raise _untrusted(self._access, error) from error
            raise EngineUnavailableError(str(self._access), "it does not answer") from error
        except HTTPError as error:
            raise EngineUnavailableError(str(self._access), "it does not answer") from error
        return _Answer(response.status, _parsed(response.data))


def _parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


HANDSHAKE_REMEDIES = {
    HandshakeFault.NO_TLS: "Use http:// in KUZET_KIBANA_URL.",
    HandshakeFault.OTHER_NAME: "Use the name the certificate is for in KUZET_KIBANA_URL.",
    HandshakeFault.EXPIRED: RENEW,
    HandshakeFault.UNKNOWN_AUTHORITY: "Set KUZET_KIBANA_CA to the certificate of the authority that signed it.",
}


def _untrusted(access: Access, error: Exception) -> EngineRefusedError:
    fault = handshake_fault(str(error)) or HandshakeFault.UNKNOWN_AUTHORITY
    return EngineRefusedError(str(access), str(fault), remedy=HANDSHAKE_REMEDIES[fault])


def _read_status(answer: _Answer, access: Access) -> tuple[str, str]:
    """Return level and version. Kibana names its version only to a user who is signed in."""
    body = answer.body if isinstance(answer.body, dict) else {}
    status = body.get("status")
    overall = status.get("overall") if isinstance(status, dict) else None
    if not isinstance(overall, dict) or "level" not in overall:
        raise EngineRefusedError(
            str(access), "it answers, but it is no Kibana of 8 or newer", remedy="Check KUZET_KIBANA_URL."
        )
    version = str(body.get("version", {}).get("number", "")) if isinstance(body.get("version"), dict) else ""
    if version and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise EngineRefusedError(
            str(access), f"it is Kibana {version}, which is too old", remedy=f"Use {wanted} or newer."
        )
    return str(overall["level"]), version


def _refusal(
    access: Access, answer: _Answer, *, kind: type[EngineRefusedError] = EngineRefusedError
) -> EngineRefusedError:
    unknown = f"it refused the request ({answer.status} {answer.message})"
    problem, remedy = _REFUSALS.get(answer.status, (unknown, ""))
    return kind(str(access), problem, remedy=remedy)


def _is_restricted(error: Mapping[str, Any]) -> bool:
    """Kibana names the errors of its access control so; a bulk write answers 403 for the one object."""
    cause = error.get("error") or {}
    return cause.get("statusCode") == FORBIDDEN or "access_control" in str(cause.get("type"))


def _errors(body: Mapping[str, Any]) -> str:
    """Say the first errors of an import answer."""
    errors = body.get("errors") or []
    shown = "; ".join(_error(one) for one in errors[:3])
    return shown + (f"; and {len(errors) - 3} more" if len(errors) > 3 else "") or "it does not say why"  # noqa: PLR2004 - as above


def _error(one: Mapping[str, Any]) -> str:
    cause = one.get("error") or {}
    name = f"{one.get('type')} {one.get('id')}"
    match cause.get("type"):
        case "missing_references":
            missing = ", ".join(f"{other['type']} {other['id']}" for other in cause.get("references", []))
            return f"{name} refers to what is not there: {missing}"
        case "conflict" | "ambiguous_conflict":
            return f"{name} is in conflict with an object that is there already"
        case "unsupported_type":
            return f"{name} is of a type it does not know"
        case kind:
            return f"{name}: {cause.get('statusCode', '')} {cause.get('message', kind)}".strip()
