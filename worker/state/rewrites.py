"""Documents that are written without a sighting, by rebuilds and imports, and what articles' records learn of it."""

from __future__ import annotations

from pipelines.models import IndexDocument
from worker.state.scripts import Scripts


class Rewrites:
    """Keeps live revisions above whatever rebuilds write, and the forgotten forgotten."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def reserve(self, article_id: str, version: int) -> bool:
        """Whether the document may be written under this version: before it is written."""
        return bool(self._scripts.run("reserve_version", id=article_id, version=version))

    def note(self, article_id: str, version: int, *, content_hash: str) -> bool:
        """Write into the record what the document says now: after it is written."""
        return bool(self._scripts.run("note_content", id=article_id, version=version, content_hash=content_hash))

    def adopt(self, article_id: str, version: int, document: IndexDocument, *, now: float) -> bool:
        """Remember an exported document's article; False when it is forgotten and must not be written."""
        facts = {name: str(document.get(name, "")) for name in ("source", "content_hash")}
        revision = int(document.get("revision", 1))
        return bool(
            self._scripts.run("adopt_article", id=article_id, version=version, revision=revision, now=now, **facts)
        )
