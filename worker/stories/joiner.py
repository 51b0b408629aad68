"""Gives each document its story before it is written: the one place where stories begin, grow and become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock
from typing import cast

import structlog

from pipelines.models import ArticleDocument, IndexDocument, VersionedDocument
from pipelines.stories.features import Features, features_of, from_record, to_record
from pipelines.stories.joining import Decision, decide
from pipelines.stories.story import member_of
from pipelines.stories.window import Window
from worker.files.stories import StoryFiles
from worker.state.stories import Stories

HOUR_S = 3600.0
MARGIN_HOURS = 24.0
"""Articles are kept in the window this much longer: sites report late, and clocks differ."""

log = structlog.get_logger(__name__)

KnownStory = Callable[[str], str]
"""Article id → the story that its document in the index names; empty for an article that is new."""


class Joiner:
    """Keeps the window in memory, and reads it anew when another process has changed a story.

    What it decides is written to Redis article by article, before the documents go to the index: a process that ends
    in between finds the same story the next time. anew: articles that have a story are decided again.
    """

    def __init__(
        self, stories: Stories, files: StoryFiles, *, known: KnownStory = lambda _article: "", anew: bool = False
    ) -> None:
        self._stories = stories
        self._anew = anew
        self._files = files
        self._known = known
        self._window = Window()
        self._change = -1
        self._lock = Lock()

    def join(
        self, batch: Iterable[ArticleDocument], *, now: float, keep_from: float | None = None
    ) -> list[ArticleDocument]:
        """Return the documents with their stories. Raises ConfigError when config/stories.yaml was never right.

        keep_from: articles published before it leave the window; without it, those older than the rules allow.
        """
        with self._lock:
            self._follow()
            joined = [self._joined(one, now=now) for one in batch]
            hours = self._files.rules.window_hours + MARGIN_HOURS
            self._prune(now - hours * HOUR_S if keep_from is None else keep_from)
        return joined

    def _follow(self) -> None:
        """Read the window from Redis, unless no story has changed but by this process."""
        changes = self._stories.changes
        if changes == self._change:
            return
        self._window = Window()
        for story, record in self._stories.windowed():
            self._window.put(from_record(record), story)
        self._change = changes

    def _joined(self, one: ArticleDocument, *, now: float) -> ArticleDocument:
        features = features_of(one.document, self._files.frequencies, self._files.rules.reactions)
        decision = self._decision(one, features)
        change = self._stories.join(
            one.article_id,
            decision.story,
            member=member_of(one.document, decision),
            features=to_record(features),
            at=features.at,
            merged=decision.merged,
            now=now,
            before=one.document.get("story", ""),
        )
        self._note(features, decision, change=change)
        log.debug("article joined", article=one.article_id, story=decision.story, score=decision.score)
        return VersionedDocument(one.article_id, one.version, with_story(one.document, decision))

    def _decision(self, one: ArticleDocument, features: Features) -> Decision:
        """Keep the story that an article has; decide for a new one."""
        story = "" if self._anew else self._stories.story_of(one.article_id) or self._earlier_story(one.document)
        story = story or self._story_by_hand(one.article_id)
        if not story:
            parted = self._stories.parted_from(one.article_id)
            return decide(features, self._window, rules=self._files.rules, is_apart=parted.__contains__)
        again = decide(features, self._window, rules=self._files.rules, is_apart=lambda other: other != story)
        return again if again.story == story else Decision(article_id=one.article_id, story=story)

    def _story_by_hand(self, article_id: str) -> str:
        """Return the story of an article that a person has put together with this one."""
        others = sorted(self._stories.together_with(article_id))
        return next(filter(None, map(self._window.story_of, others)), "")

    def _earlier_story(self, document: IndexDocument) -> str:
        """Return the story of an earlier revision that Redis remembers no longer."""
        is_revision = document.get("revision", 1) > 1
        return self._stories.became(known) if is_revision and (known := self._known(document["id"])) else ""

    def _note(self, features: Features, decision: Decision, *, change: int) -> None:
        """Bring the window in memory along; a change of another process in between makes it be read anew."""
        self._window.put(features, decision.story)
        for other in decision.merged:
            for member in self._window.members(other):
                self._window.put(self._window.features(member), decision.story)
        self._change = change if change == self._change + 1 else -1

    def _prune(self, before: float) -> None:
        self._window.drop_before(before)
        while self._stories.drop_before(before):
            pass


def with_story(document: IndexDocument, decision: Decision) -> IndexDocument:
    """Return the document with its story and why it is part of it."""
    own: IndexDocument = {"story": decision.story, "story_score": decision.score}
    if decision.reasons:
        own["story_reasons"] = list(decision.reasons)
    bare = {name: value for name, value in document.items() if name != "story_reasons"}
    return cast("IndexDocument", {**bare, **own})


def published_at(document: IndexDocument) -> float:
    """Return when an article was published, in epoch seconds."""
    return datetime.fromisoformat(document["published_at"]).timestamp()
