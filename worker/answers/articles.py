"""One article: its document, its journey, the quarantine, the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipelines.errors import KuzetError
from worker.answers.journeys import sentence_of
from worker.answers.selection import find_key, key_of
from worker.answers.shapes import AccountRow, AuditAnswer, QuarantinedRow, TraceAnswer

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import Audit, Tombstone, Trace
    from worker.state.quarantine import Quarantined


def find_document(runtime: Runtime, article: str) -> Mapping[str, Any]:
    """Return the document of an article, by any address of it. Raises KuzetError that says where it is instead."""
    key = key_of(article)
    articles = runtime.state.articles
    trace = articles.trace(key)
    for one in (key, articles.alias_owner(key), trace.owner if trace else ""):
        if one and (stored := runtime.search.get(one)):
            return stored.document
    if trace is None:
        raise KuzetError(article, "is not in the index", remedy="`kuzet search` finds articles by their words.")
    raise KuzetError(article, "is known and not in the index", remedy=f"`kuzet trace {article}` shows how far it came.")


def trace_row(found: Trace) -> TraceAnswer:
    return {
        "id": found.article_id,
        "url": found.url,
        "source": found.source,
        "stage": found.stage and str(found.stage),
        "outcome": found.outcome,
        "attempts": found.attempts,
        "error": found.error,
        "revision": found.revision,
        "version": found.version,
        "recheck_at": list(found.recheck_at),
        "forgotten": False,
        "forgotten_at": None,
        "steps": [
            {"at": step.at, "event": step.event, "detail": step.detail, "sentence": sentence_of(step)}
            for step in found.steps
        ],
    }


def tombstone_row(tombstone: Tombstone) -> TraceAnswer:
    """Return a trace that has nothing but the address: the rest went with the article."""
    return {
        "id": tombstone.article_id,
        "url": tombstone.url,
        "source": "",
        "stage": None,
        "outcome": "",
        "attempts": 0,
        "error": "",
        "revision": 0,
        "version": 0,
        "recheck_at": [],
        "forgotten": True,
        "forgotten_at": tombstone.at or None,
        "steps": [],
    }


def books_row(books: Audit) -> AuditAnswer:
    """The sums, and one account a day and source."""
    accounts: list[AccountRow] = [
        {"day": account.day, "source": account.source, "sighted": account.sighted, "under_way": account.under_way,
         "outcomes": dict(account.outcomes), "missing": account.missing, "read": account.read,
         "from_feeds": account.from_feeds, "known": account.known, "dropped": dict(account.dropped),
         "vanished": account.vanished}
        for account in books.accounts
    ]  # fmt: skip
    return {
        "sighted": books.sighted,
        "under_way": books.under_way,
        "outcomes": dict(books.outcomes),
        "read": books.read,
        "from_feeds": books.from_feeds,
        "known": books.known,
        "dropped": dict(books.dropped),
        "balanced": books.is_balanced,
        "accounts": accounts,
    }


def quarantined_row(kept: Quarantined) -> QuarantinedRow:
    return {"id": kept.article_id, "url": kept.url, "stage": str(kept.stage), "error": kept.error, "at": kept.at}


def show_row(document: Mapping[str, Any], found: Trace | None) -> dict[str, Any]:
    """The stable answer of `kuzet show --json`: the document, and the revisions that its journey still knows."""
    return {**document, "revisions": [asdict(revision) for revision in found.revisions] if found else []}


def trace_of(runtime: Runtime, article: str) -> Trace | Tombstone:
    """Return an article's journey, or its tombstone. Raises KuzetError for one never seen."""
    articles, key = runtime.state.articles, find_key(runtime, article)
    if found := articles.trace(key) or articles.trace(articles.alias_owner(key)):
        return found
    if tombstone := runtime.state.forgotten.tombstone(key):
        return tombstone
    remedy = f"A row of an import is traced by its own address: kuzet trace '{article}#…', as search shows it."
    remedy = remedy if article.startswith("file:") else "`kuzet feeds list` shows what is polled."
    raise KuzetError(article, "was never seen", remedy=remedy)
