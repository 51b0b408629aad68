"""Stories as commands and the desk read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pipelines.stories.story import StoryDocument, build_story
from worker.state.stories import Stories
from worker.stories.index import FoundStories, StoryIndex, StoryRequest


def recent_stories(
    index: StoryIndex,
    *,
    now: datetime,
    hours: float = 24.0,
    filters: Mapping[str, Sequence[str]] | None = None,
    size: int = 20,
) -> FoundStories:
    """Return the stories that changed in the last hours, the last changed first.

    filters: field of a story (topics, regions, severity, sources, languages …) → values, any of which will do.
    """
    return index.search(StoryRequest(since=now - timedelta(hours=hours), filters=filters or {}, size=size))


def find_story(
    stories: Stories, index: StoryIndex, named: str, *, story_of: Callable[[str], str] = lambda _article: ""
) -> StoryDocument | None:
    """Return a story by its id, by the id of one that became part of it, or by the id of one of its articles.

    What Redis says comes first, for the index is seconds behind; a story that Redis has forgotten is read from there.
    story_of: what the index says of an article that the window has forgotten.
    """
    for find in (str, stories.story_of, story_of):
        story = stories.became(find(named) or named)
        if members := stories.members(story):
            return build_story(story, members)  # type: ignore[arg-type]  # JSON that was a Member
        if found := index.get(story):
            return found
    return None
