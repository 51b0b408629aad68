"""Forgetting articles for good: in the state, in the index, and in the indices that are kept to go back to."""

from __future__ import annotations

from collections.abc import Sequence

from worker.rebuilds.generations import Indices
from worker.search.engine import SearchEngine
from worker.state import State


def forget(article_id: str, *, engine: SearchEngine, state: State, now: float, url: str = "") -> bool:
    """Forget one article; True if it was in the index. Raises EngineUnavailableError as `forget_all` does."""
    return bool(forget_all({article_id: url}, engine=engine, state=state, now=now))


def forget_all(urls: dict[str, str], *, engine: SearchEngine, state: State, now: float) -> int:
    """Forget articles (id → address); return how many were in the index.

    Tombstones come first, so that a process that writes one of the articles just now deletes it again. Raises
    EngineUnavailableError when the engine is away: forgetting them again does the rest.
    """
    for article_id, url in urls.items():
        state.forgotten.forget(article_id, now=now, url=url)
        state.stories.forget(article_id, now=now)
    has_index = bool(engine.index_name())
    deleted = sum(engine.delete(article_id) for article_id in urls) if has_index else 0
    _forget_in_kept(Indices(engine), [*urls])
    return deleted


def _forget_in_kept(indices: Indices, article_ids: Sequence[str]) -> None:
    for old in indices.generations():
        if old.replaced_at and not old.is_live:
            indices.lift_block(old.name)
            indices.delete_documents(old.name, article_ids)
