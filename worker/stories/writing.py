"""The documents of stories: written after each change, until the index says what Redis says."""

from __future__ import annotations

from typing import cast

import structlog

from pipelines.models import VersionedDocument
from pipelines.stories.story import Member, StoryDocument, build_story
from worker.search.bulk import BulkStatus
from worker.state.stories import Stories
from worker.stories.index import StoryIndex

BATCH = 200

log = structlog.get_logger(__name__)


def write_stories(stories: Stories, index: StoryIndex, *, now: float) -> int:
    """Write the documents of stories that have changed; return how many.

    A process that ends in between leaves them to the next one; a story that changes meanwhile is written again. An
    index that is missing gets all stories.
    """
    behind = stories.unwritten(limit=BATCH)
    if behind and not index.is_there():
        stories.mark_all(now=now)  # before it is made: who dies in between leaves it to the next one
    documents: list[VersionedDocument[StoryDocument]] = []
    gone: list[str] = []
    for story, version in behind.items():
        if members := stories.members(story):
            document = build_story(story, cast("list[Member]", members))
            documents.append(VersionedDocument(story, version, document))
        else:
            gone.append(story)
    for story in gone:
        index.delete(story)
        stories.settle(story, behind[story])
    for result in index.write(documents):
        if result.status is BulkStatus.REJECTED:
            log.warning("document of a story refused", story=result.article_id, error=result.detail)
        if result.status is not BulkStatus.RETRY:
            stories.settle(result.article_id, result.version)
    return len(behind)
