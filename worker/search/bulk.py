"""Writing many documents at once, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from worker.search.refusals import FENCED, FULL_DISK, MAKE_ROOM, reason_of, refusal

MAX_BULK_BYTES = 8_000_000
MAX_BULK_ITEMS = 1_000
_FIRST_ERROR, _CONFLICT, _BUSY, _BROKEN = 300, 409, 429, 500
_NOBODYS_FAULT = (401, 403, 404)
_SAME = ("content_hash", "ruleset", "revision")


class Written(Protocol):
    """What is written: the outbox's records have this shape."""

    @property
    def article_id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def document(self) -> Mapping[str, Any]: ...


class BulkStatus(StrEnum):
    """What became of a document.

    written: in the index now. present: this very version was there already. superseded: a later one is there.
    rejected: the engine will never take this document. retry: not now (busy, full disk, fence).
    """

    WRITTEN = "written"
    PRESENT = "present"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class BulkResult:
    article_id: str
    version: int
    status: BulkStatus
    detail: str = ""


def write_documents(
    client: Elasticsearch, documents: Sequence[Written], *, alias: str, address: str
) -> list[BulkResult]:
    """Write each document under its external version; results come in the order of the documents.

    Requests stay under MAX_BULK_BYTES. Raises what the client raises when a whole request fails: part of the documents
    may then be in the index, and writing them again finds them `present`. Raises EngineRefusedError when the alias is
    missing or the user may not write, for then no document is to blame.
    """
    items = streaming_bulk(
        client,
        map(_action, documents),
        chunk_size=MAX_BULK_ITEMS,
        max_chunk_bytes=MAX_BULK_BYTES,
        raise_on_error=False,
        index=alias,
        require_alias=True,
    )
    results = [_result(sent, item["index"], address=address) for sent, (_, item) in zip(documents, items, strict=True)]
    conflicts = [result for result in results if result.status is BulkStatus.SUPERSEDED]
    present = _present(client, documents, conflicts, alias=alias)
    return [present.get((result.article_id, result.version), result) for result in results]


def _action(sent: Written) -> dict[str, Any]:
    return {"_id": sent.article_id, "version": sent.version, "version_type": "external", "_source": sent.document}


def _result(sent: Written, item: Mapping[str, Any], *, address: str) -> BulkResult:
    status = int(item["status"])
    if status < _FIRST_ERROR:
        return BulkResult(sent.article_id, sent.version, BulkStatus.WRITTEN)
    error = item.get("error", {})
    if status == _CONFLICT:
        return BulkResult(sent.article_id, sent.version, BulkStatus.SUPERSEDED, "a later version is in the index")
    if error.get("type") == "cluster_block_exception":
        return BulkResult(sent.article_id, sent.version, BulkStatus.RETRY, _block(reason_of(error)))
    if status in _NOBODYS_FAULT:
        raise refusal(address, status=status, error=error)
    waiting = status == _BUSY or status >= _BROKEN
    return BulkResult(
        sent.article_id, sent.version, BulkStatus.RETRY if waiting else BulkStatus.REJECTED, reason_of(error)
    )


def _block(reason: str) -> str:
    return f"{FULL_DISK}. {MAKE_ROOM}" if "read-only-allow-delete" in reason else FENCED


def _present(
    client: Elasticsearch, documents: Sequence[Written], conflicts: Sequence[BulkResult], *, alias: str
) -> dict[tuple[str, int], BulkResult]:
    """Find the conflicts that are our own earlier write: the answer to it was lost, not the document."""
    if not conflicts:
        return {}
    ids = [result.article_id for result in conflicts]
    stored = client.mget(index=alias, ids=ids, source_includes=list(_SAME)).body["docs"]
    sent = {(document.article_id, document.version): document.document for document in documents}
    return {
        (result.article_id, result.version): BulkResult(result.article_id, result.version, BulkStatus.PRESENT)
        for result, found in zip(conflicts, stored, strict=True)
        if _is_ours(found, version=result.version, document=sent[result.article_id, result.version])
    }


def _is_ours(found: Mapping[str, Any], *, version: int, document: Mapping[str, Any]) -> bool:
    if not found.get("found") or found["_version"] != version:
        return False
    return all(found["_source"].get(field) == document.get(field) for field in _SAME)
