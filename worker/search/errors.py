"""Errors of the client, explained in one sentence with the cause and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionError as NoConnectionError
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, BadRequestError, UnsupportedProductError
from urllib3.exceptions import NameResolutionError, NewConnectionError

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from pipelines.handshakes import RENEW, HandshakeFault, handshake_fault

FULL_DISK = "its disk is nearly full, so it has made the index read-only"
MAKE_ROOM = "Free disk space; the engine lifts the block by itself, and what waits is written then."
FENCED = "the index is closed to writes. A reindex does so for seconds; if none runs, `kuzet reindex` opens it"

READ_ONLY = (
    "the whole engine is read-only: somebody set `cluster.blocks.read_only`. "
    "What waits is written when that setting is taken back"
)

_TIMED_OUT, _TOO_MANY_REQUESTS, _SERVER_ERROR = 408, 429, 500
_REFUSALS = {
    401: ("it does not accept the user or the password", "Check KUZET_SEARCH_USERNAME and KUZET_SEARCH_PASSWORD."),
    403: ("the user may not do this", "Give the user of KUZET_SEARCH_USERNAME the rights."),
    404: ("the index or its alias is missing", "Start the index worker (`kuzet up`): it makes them."),
    413: ("a request was too large for it, or for a proxy before it", "Allow requests of 10 MB."),
}


@contextmanager
def engine_errors(address: str) -> Iterator[None]:
    """Turn every error of the client inside into EngineUnavailableError (try again) or EngineRefusedError (act)."""
    try:
        yield
    except UnsupportedProductError as error:
        raise not_an_engine(address) from error
    except ApiError as error:
        raise refusal(address, status=error.status_code, error=_error_of(error)) from error
    except TlsError as error:
        raise _tls(address, _cause(error)) from error
    except ConnectionTimeout as error:
        raise EngineUnavailableError(
            address, "it did not answer in time", remedy="It may be busy or starting; kuzet tries again."
        ) from error
    except NoConnectionError as error:
        raise _unreachable(address, _cause(error)) from error
    except SerializationError as error:
        raise not_an_engine(address) from error


def refusal(address: str, *, status: int, error: Mapping[str, Any]) -> KuzetError:
    """Return the error for an error answer, to a whole request or to one item of a bulk."""
    kind, reason = error.get("type", ""), reason_of(error)
    if kind == "cluster_block_exception":
        return _blocked(address, reason)
    if is_temporary(status):
        return EngineUnavailableError(address, temporary_problem(status, reason))
    problem, remedy = _REFUSALS.get(status, (f"it refused the request ({status} {reason})", ""))
    return EngineRefusedError(address, problem, remedy=remedy)


def is_temporary(status: int) -> bool:
    """True if the same request may succeed later: the engine is overloaded (429), failed (500) or is not ready.

    Elasticsearch answers 408 to a wait for health while its cluster is red (seen on 9.3.2); OpenSearch answers 200.
    """
    return status in (_TIMED_OUT, _TOO_MANY_REQUESTS) or status >= _SERVER_ERROR


def temporary_problem(status: int, reason: str) -> str:
    """Return the sentence for a status that is temporary."""
    problem = "it failed" if status == _SERVER_ERROR else "it is busy or not ready"
    return f"{problem} ({status} {reason}".strip() + ")"


def reason_of(error: Mapping[str, Any]) -> str:
    """Return the reasons of an error, the outermost first."""
    inner: Mapping[str, Any] = error
    reasons = [str(error.get("reason", ""))]
    while isinstance(inner.get("caused_by"), dict):
        inner = inner["caused_by"]
        reasons.append(str(inner.get("reason", "")))
    return ": ".join(dict.fromkeys(filter(None, reasons)))[:500]


def no_index(address: str) -> KuzetError:
    """Return the error for a request to an index that is missing."""
    return refusal(address, status=404, error={})


def is_taken(error: KuzetError) -> bool:
    """True if an index was not made because it exists."""
    cause = error.__cause__
    return isinstance(cause, BadRequestError) and cause.error == "resource_already_exists_exception"


HANDSHAKE_REMEDIES = {
    HandshakeFault.NO_TLS: "Use http:// in KUZET_SEARCH_URL.",
    HandshakeFault.OTHER_NAME: "Use the name the certificate is for in KUZET_SEARCH_URL.",
    HandshakeFault.EXPIRED: RENEW,
    HandshakeFault.UNKNOWN_AUTHORITY: "Set KUZET_SEARCH_CA to the certificate of the authority that signed it.",
}


def not_an_engine(address: str) -> EngineRefusedError:
    return EngineRefusedError(
        address, "it answers, but it is neither Elasticsearch nor OpenSearch", remedy="Check KUZET_SEARCH_URL."
    )


def _error_of(error: ApiError) -> Mapping[str, Any]:
    body = error.body
    described = body.get("error") if isinstance(body, dict) else None
    return described if isinstance(described, dict) else {"reason": str(described or error.message)}


def _blocked(address: str, reason: str) -> KuzetError:
    if "read-only-allow-delete" in reason or "flood-stage" in reason:
        return EngineRefusedError(address, FULL_DISK, remedy=MAKE_ROOM)
    if "state not recovered" in reason or "no master" in reason or "no cluster-manager" in reason:
        return EngineUnavailableError(address, "it is still starting")
    return EngineUnavailableError(address, closed(reason))


def closed(reason: str) -> str:
    """Return the sentence for a block of writes that is not the engine's own."""
    return READ_ONLY if "cluster read-only" in reason else FENCED


def _cause(error: TransportError) -> BaseException:
    """Return the error behind the client's own «connection error»."""
    return error.__cause__ or error


def _tls(address: str, cause: BaseException) -> EngineRefusedError:
    fault = handshake_fault(str(cause)) or HandshakeFault.UNKNOWN_AUTHORITY
    return EngineRefusedError(address, str(fault), remedy=HANDSHAKE_REMEDIES[fault])


def _unreachable(address: str, cause: BaseException) -> EngineUnavailableError:
    if isinstance(cause, NameResolutionError):
        return EngineUnavailableError(address, "its name is unknown", remedy="Check KUZET_SEARCH_URL.")
    if isinstance(cause, NewConnectionError):
        return EngineUnavailableError(address, "nothing listens there", remedy="Start it, or check KUZET_SEARCH_URL.")
    remedy = "If it speaks TLS, use https:// in KUZET_SEARCH_URL; else it is being restarted."
    return EngineUnavailableError(address, "it broke the connection off", remedy=remedy)
