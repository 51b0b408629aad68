"""Write many documents at once, and say what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from pipelines.models import VersionedDocument
from worker.search.errors import FULL_DISK, MAKE_ROOM, closed, is_temporary, reason_of, refusal, temporary_problem

MAX_BULK_BYTES = 8_000_000
MAX_BULK_ITEMS = 1_000
_FIRST_ERROR, _CONFLICT = 300, 409
_FAULTS_OF_THE_SETUP = (401, 403, 404)
_SAME = ("content_hash", "ruleset", "revision")


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
    client: Elasticsearch,
    documents: Sequence[VersionedDocument[Any]],
    *,
    alias: str,
    address: str,
    elsewhere: Mapping[str, str] | None = None,
) -> list[BulkResult]:
    """Write each document under its external version; results come in the order of the documents.

    elsewhere: id → the alias of a document that does not go to `alias`.

    Requests stay under MAX_BULK_BYTES. Raises what the client raises when a whole request fails: part of the documents
    may then be in the index, and writing them again finds them `present`. Raises EngineRefusedError when the alias is
    missing or the user may not write: then every document would fail.
    """
    places = elsewhere or {}
    items = streaming_bulk(
        client,
        ({"_index": places.get(sent.article_id, alias), **_action(sent)} for sent in documents),
        chunk_size=MAX_BULK_ITEMS,
        max_chunk_bytes=MAX_BULK_BYTES,
        raise_on_error=False,
        require_alias=True,
    )
    results = [_result(sent, item["index"], address=address) for sent, (_, item) in zip(documents, items, strict=True)]
    ours = _ours(client, documents, results, place_of=lambda article_id: places.get(article_id, alias))
    return [
        replace(result, status=BulkStatus.PRESENT, detail="") if mine else result
        for result, mine in zip(results, ours, strict=True)
    ]


def _action(sent: VersionedDocument[Any]) -> dict[str, Any]:
    return {"_id": sent.article_id, "version": sent.version, "version_type": "external", "_source": sent.document}


def _result(sent: VersionedDocument[Any], item: Mapping[str, Any], *, address: str) -> BulkResult:
    status = int(item["status"])
    if status < _FIRST_ERROR:
        return BulkResult(sent.article_id, sent.version, BulkStatus.WRITTEN)
    error = item.get("error", {})
    if status == _CONFLICT:
        return BulkResult(sent.article_id, sent.version, BulkStatus.SUPERSEDED, "a later version is in the index")
    if error.get("type") == "cluster_block_exception":
        return BulkResult(sent.article_id, sent.version, BulkStatus.RETRY, _block(reason_of(error)))
    if status in _FAULTS_OF_THE_SETUP:
        raise refusal(address, status=status, error=error)
    if is_temporary(status):
        detail = temporary_problem(status, reason_of(error))
        return BulkResult(sent.article_id, sent.version, BulkStatus.RETRY, detail)
    return BulkResult(sent.article_id, sent.version, BulkStatus.REJECTED, reason_of(error))


def _block(reason: str) -> str:
    return f"{FULL_DISK}. {MAKE_ROOM}" if "read-only-allow-delete" in reason else closed(reason)


def _ours(
    client: Elasticsearch,
    documents: Sequence[VersionedDocument[Any]],
    results: Sequence[BulkResult],
    *,
    place_of: Callable[[str], str],
) -> list[bool]:
    """Return which conflicts are with our own earlier write, whose answer was lost."""
    ids = list({result.article_id for result in results if result.status is BulkStatus.SUPERSEDED})
    if not ids:
        return [False] * len(results)
    wanted = [{"_index": place_of(one), "_id": one} for one in ids]
    stored = client.mget(docs=wanted, source_includes=list(_SAME)).body["docs"]
    found = {one["_id"]: one for one in stored if one.get("found")}
    return [
        result.status is BulkStatus.SUPERSEDED and _is_same(found.get(sent.article_id), sent)
        for sent, result in zip(documents, results, strict=True)
    ]


def _is_same(found: Mapping[str, Any] | None, sent: VersionedDocument[Any]) -> bool:
    if found is None or found["_version"] != sent.version:
        return False
    return all(found["_source"].get(field) == sent.document.get(field) for field in _SAME)
