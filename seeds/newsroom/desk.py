"""What is published: stories in which version and since when. Safe for several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from seeds.newsroom.stories import LinkFate, Story, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A story that is out. `changed_at` is the moment of its last version."""

    story: Story
    published_at: datetime
    changed_at: datetime
    revision: int = 0

    @property
    def version(self) -> Version:
        return self.story.versions[self.revision]


class Desk:
    """Publishes stories in their order, by name or by number, and revises them.

    Nothing can be taken back.
    """

    def __init__(self, stories: Sequence[Story], *, clock: Callable[[], datetime]) -> None:
        self._stories = {story.id: story for story in stories}
        self._clock = clock
        self._lock = threading.Lock()
        self._out: dict[str, Publication] = {}
        self._reprints = 0

    def __len__(self) -> int:
        """Count all stories, published or not."""
        return len(self._stories)

    @property
    def waiting(self) -> int:
        """How many stories are not published yet."""
        return len(self._stories.keys() - self._out.keys())

    def publish(self, story_ids: Sequence[str] = (), *, count: int = 0) -> tuple[Publication, ...]:
        """Publish the named stories and the next `count` others. A story that is published already stays as it is."""
        with self._lock:
            waiting = [name for name in self._stories if name not in self._out and name not in story_ids]
            names = [*dict.fromkeys(story_ids), *waiting[:count]]
            return tuple(self._publish(self._stories[name]) for name in names if name not in self._out)

    def _publish(self, story: Story) -> Publication:
        now = self._clock()
        publication = Publication(story=story, published_at=now, changed_at=now)
        self._out[story.id] = publication
        return publication

    def reprint(self) -> Publication:
        """Publish the oldest story once more, as a story of its own with an address of its own."""
        with self._lock:
            self._reprints += 1
            originals = [each.story for each in self._out.values() if each.story.id in self._stories]
            story = originals[(self._reprints - 1) % len(originals)]
            again = replace(story, id=f"{story.id}-{self._reprints}", delivery=LinkFate.PAGE)
            return self._publish(again)

    def revise(self, story_id: str) -> Publication:
        """Bring out the next version of a story. Raises LookupError when it is not out, or has no further version."""
        with self._lock:
            before = self._out[story_id]
            if before.revision + 1 == len(before.story.versions):
                raise LookupError(f"{story_id} has no further version")
            after = replace(before, revision=before.revision + 1, changed_at=self._clock())
            self._out[story_id] = after
            return after

    def out(self, site_id: str = "") -> tuple[Publication, ...]:
        """Return what is published, newest first; of one site or of all."""
        with self._lock:
            publications = list(self._out.values())
        return tuple(each for each in reversed(publications) if site_id in {"", each.story.site})
