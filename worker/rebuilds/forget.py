"""Forgetting an article for good: in the state, in the index, and in the indices that are kept to go back to."""

from __future__ import annotations

from worker.rebuilds.generations import Indices
from worker.search.engine import SearchEngine
from worker.state import State


def forget(article_id: str, *, engine: SearchEngine, state: State, now: float) -> bool:
    """Put up the tombstone first, so that whatever writes the article just now deletes it again; whether it was there.

    Raises EngineUnavailableError when the engine is away: forgetting again does the rest.
    """
    state.forgotten.forget(article_id, now=now)
    was_there = bool(engine.index_name()) and engine.delete(article_id)
    indices = Indices(engine)
    for old in indices.generations():
        if old.replaced_at and not old.is_live:
            indices.lift_block(old.name)
            indices.delete_documents(old.name, [article_id])
    return was_there
