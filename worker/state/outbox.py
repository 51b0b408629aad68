"""Documents on their way to the index, and the lock that lets one drain at a time send them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import zstandard

from pipelines.models import ArticleDocument, Outcome, VersionedDocument
from worker.state.articles import ArticleClaim
from worker.state.locking import is_taken, keep_lock, take_lock
from worker.state.records import to_json
from worker.state.scripts import Scripts

LOCK = "outbox:lock"
LEVEL = 6
PROBLEM_S = 120
"""A drain that waits looks again long before that."""
HEADLINE_FIELDS = (
    "url", "source", "language", "title", "published_at", "observed_at", "topics", "severity", "regions", "why",
)  # fmt: skip


class Outbox:
    """What is extracted and not yet indexed. It keeps it while the index is down; `bytes_used` says how full it is."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._redis = scripts.redis

    def put(  # noqa: PLR0913  one argument a fact
        self,
        claim: ArticleClaim,
        document: Mapping[str, Any],
        *,
        now: float,
        content_hash: str,
        recheck_after_s: Sequence[float] = (),
        remark: str = "",
    ) -> int | None:
        """Move the article to the outbox and return its document's version, None if the claim is stale.

        `recheck_after_s`: when to look at its page again once it is indexed (RECHECK_AFTER_S if it has a topic).
        `remark`: why its text is not its page's (`Article.note`); the journey has it.
        """
        version: str = self._scripts.run(
            "put_document",
            id=claim.article_id,
            token=claim.token,
            document=packed(document),
            headline=to_json({name: document[name] for name in HEADLINE_FIELDS if name in document}),
            content_hash=content_hash,
            recheck_after=" ".join(str(after_s) for after_s in recheck_after_s),
            remark=remark,
            now=now,
        )
        return int(version) if version else None

    def peek(self, limit: int, *, now: float, max_bytes: int = 10_000_000) -> list[ArticleDocument]:
        """Look at what to send next, longest waiting first. What is not settled is there again next time."""
        flat = self._scripts.run("peek_outbox", limit=limit, max_bytes=max_bytes, now=now)
        return [_outgoing(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)]

    def settle(self, article_id: str, version: int, outcome: Outcome, *, now: float, reason: str = "") -> bool:
        """End the sighting of a document that was sent, if the outbox still holds that version.

        INDEXED says «it is in the index» and is booked as `revised` when an earlier version was there. QUARANTINED
        keeps the article for a replay; others (rejected, superseded, unchanged) end it.
        """
        return bool(
            self._scripts.run(
                "settle_document",
                id=article_id,
                version=version,
                outcome=Outcome.INDEXED if outcome is Outcome.REVISED else outcome,
                reason=reason,
                now=now,
            )
        )

    def defer(self, article_id: str, version: int, *, until: float) -> bool:
        """Send others first: this document is left alone until then."""
        return bool(self._scripts.run("defer_document", id=article_id, version=version, until=until))

    def oldest_at(self) -> float:
        """Return since when the document that waits longest is due; 0 when none waits."""
        found = self._redis.zrange(self._scripts.key("due:outbox"), 0, 0, withscores=True)
        return float(found[0][1]) if found else 0.0

    @property
    def size(self) -> int:
        """How many documents wait."""
        return int(self._redis.hlen(self._scripts.key("outbox:docs")))

    @property
    def bytes_used(self) -> int:
        return int(self._redis.get(self._scripts.key("outbox:bytes")) or 0)

    def note_problem(self, sentence: str) -> None:
        """Remember for PROBLEM_S why documents wait; an empty sentence: they do not."""
        key = self._scripts.key("outbox:problem")
        self._redis.set(key, sentence, ex=PROBLEM_S) if sentence else self._redis.delete(key)

    @property
    def problem(self) -> str:
        """Why documents wait, as the drain said last; empty when they do not."""
        return str(self._redis.get(self._scripts.key("outbox:problem")) or "")

    def lock(self, *, lease_s: float) -> str | None:
        """Become the one drain: its token, or None while another has it. The lease runs on the server's clock."""
        return take_lock(self._scripts, LOCK, lease_s=lease_s)

    def is_locked(self, *, lease_s: float) -> bool:
        """Whether a drain is at work, whose lease is that long."""
        return is_taken(self._scripts, LOCK, lease_s=lease_s)

    def renew(self, token: str, *, lease_s: float) -> bool:
        """Prolong the lock; False if it ran out and may be another's: stop draining."""
        return keep_lock(self._scripts, LOCK, token, lease_s=lease_s)

    def unlock(self, token: str) -> bool:
        """Give the lock up, unless it is another's by now. Look once more afterwards (`Due.ready`)."""
        return keep_lock(self._scripts, LOCK, token, lease_s=0)


def _outgoing(article_id: str, value: str) -> ArticleDocument:
    version, _, document = value.partition("\n")
    return VersionedDocument(article_id, int(version), unpacked(document))


def packed(document: Mapping[str, Any]) -> str:
    """Return the document as it waits: JSON, compressed, in base64, because the client of Redis takes text alone.

    It is half of the plain text, so that twice as many articles fit into KUZET_OUTBOX_MAX_MB while the engine is away.
    """
    return base64.b64encode(zstandard.ZstdCompressor(level=LEVEL).compress(to_json(document).encode())).decode()


def unpacked(text: str) -> Any:  # noqa: ANN401  JSON
    """Read what `packed` wrote, or the plain JSON that earlier versions left."""
    if text.startswith("{"):
        return json.loads(text)
    return json.loads(zstandard.ZstdDecompressor().decompress(base64.b64decode(text)))
