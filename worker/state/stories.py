"""Stories in Redis: which article is in which, what a window needs after a restart, and what the index lacks still."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.stories.story import put_by_hand
from worker.state.records import literal, to_json
from worker.state.scripts import Scripts

WINDOW = "stories:window"
BATCH = 500


class Stories:
    """The truth about stories; the index of stories is a copy of it.

    `window` names where the features of the last days are kept: a rebuild works on one of its own.
    """

    def __init__(self, scripts: Scripts, *, window: str = WINDOW) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._key = scripts.key
        self.window = window

    def with_window(self, window: str) -> Stories:
        return Stories(self._scripts, window=window)

    def join(  # noqa: PLR0913 - what is written at once
        self,
        article_id: str,
        story: str,
        *,
        member: Mapping[str, Any],
        features: Mapping[str, Any],
        at: float,
        merged: Sequence[str] = (),
        now: float,
        before: str = "",
    ) -> int:
        """Put an article into a story; return the number of the change. Doing it again is harmless.

        before: the story that its document names, for an article that the window has forgotten.
        """
        return int(
            self._scripts.run(
                "join_story",
                id=article_id,
                story=story,
                member=to_json(member),
                features=to_json(features),
                window=self.window,
                at=at,
                merged=" ".join(merged),
                now=now,
                **{"from": before},
            )
        )

    def renew(self, article_id: str, story: str, facts: Mapping[str, Any], *, names: Sequence[str]) -> None:
        """Give an article of a story other facts, after a retag; `names`: all that are facts. Its reasons stay."""
        found = self._redis.hget(self._key(f"story:{story}"), article_id)
        if found is None:
            return
        before = json.loads(found)
        after = {name: value for name, value in before.items() if name not in names} | dict(facts)
        if after != before:
            self._scripts.run("renew_member", id=article_id, story=story, member=to_json(after), now=0.0)

    def merge(self, story: str, other: str, *, now: float) -> None:
        """Make `other` part of `story`, as a person asked."""
        self._scripts.run("merge_stories", story=story, other=other, now=now)
        self._note_hand(story, [other], now=now)

    def split(self, story: str, article_ids: Sequence[str], *, now: float) -> str:
        """Give articles of a story one of their own, and return its id: the first of them."""
        new = article_ids[0]
        self._scripts.run("split_story", story=story, ids=" ".join(article_ids), new=new, now=now)
        self._note_hand(new, article_ids, now=now)
        return new

    def _note_hand(self, story: str, article_ids: Sequence[str], *, now: float) -> None:
        """Give articles that a person has moved that as their reason."""
        found = self._redis.hmget(self._key(f"story:{story}"), list(article_ids))
        for article_id, member in zip(article_ids, found, strict=True):
            if member:
                put = to_json(put_by_hand(json.loads(member)))
                self._scripts.run("renew_member", id=article_id, story=story, member=put, now=now)

    def reasons_of(self, article_id: str, story: str) -> list[str]:
        """Return why an article is in a story; empty when it has left it."""
        member = self._redis.hget(self._key(f"story:{story}"), article_id)
        return list(json.loads(member).get("reasons", ())) if member else []

    def forget(self, article_id: str, *, now: float) -> None:
        """Take a forgotten article out of its story."""
        self._scripts.run("leave_story", id=article_id, now=now)

    @property
    def changes(self) -> int:
        """The number of the last change."""
        return int(self._redis.get(self._key("stories:changes")) or 0)

    def story_of(self, article_id: str) -> str:
        """Return the story of an article; empty when it has none."""
        return str(self._redis.hget(self._key("stories:of"), article_id) or "")

    def became(self, story: str) -> str:
        """Return the story that one has become part of, or its own id."""
        while found := self._redis.get(self._key(f"story:{story}:became")):
            story = str(found)
        return story

    def parted_from(self, article_id: str) -> frozenset[str]:
        """Return the stories that a person has parted this article from."""
        return frozenset(map(self.became, self._redis.smembers(self._key(f"story:apart:{article_id}"))))

    def together_with(self, article_id: str) -> frozenset[str]:
        """Return the articles that a person has put into one story with this one."""
        return frozenset(self._redis.smembers(self._key(f"story:together:{article_id}")))

    def members(self, story: str) -> list[dict[str, Any]]:
        """Return the facts of a story's articles, in no order."""
        return [json.loads(member) for member in self._redis.hvals(self._key(f"story:{story}"))]

    def members_of(self, stories: Sequence[str]) -> list[list[dict[str, Any]]]:
        """Return the facts of each story's articles, asked at once."""
        pipeline = self._redis.pipeline(transaction=False)
        for story in stories:
            pipeline.hvals(self._key(f"story:{story}"))
        return [[json.loads(member) for member in members] for members in pipeline.execute()]

    def windowed(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield story and features of each article of the window, in the order of publication."""
        ids = self._redis.zrange(self._key(f"{self.window}:at"), 0, -1)
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            features = self._redis.hmget(self._key(self.window), part)
            stories = self._redis.hmget(self._key("stories:of"), part)
            for record, story in zip(features, stories, strict=True):
                if record and story:
                    yield story, json.loads(record)

    def drop_before(self, at: float) -> int:
        """Forget the features of articles published before; return how many. The index still names their stories."""
        old = self._redis.zrangebyscore(self._key(f"{self.window}:at"), "-inf", f"({at:.3f}", start=0, num=5_000)
        if old:
            self._redis.hdel(self._key(self.window), *old)
            self._redis.zrem(self._key(f"{self.window}:at"), *old)
            self._redis.hdel(self._key("stories:of"), *old)
        return len(old)

    def take_window(self, window: str) -> None:
        """Make another window this one: what a rebuild found replaces what was."""
        for suffix in ("", ":at"):
            if self._redis.exists(self._key(window + suffix)):
                self._redis.rename(self._key(window + suffix), self._key(self.window + suffix))
        self._redis.incr(self._key("stories:changes"))

    def clear_window(self) -> None:
        self._redis.delete(self._key(self.window), self._key(f"{self.window}:at"))

    def unwritten(self, *, limit: int) -> dict[str, int]:
        """Return stories whose document in the index is behind → the version to write."""
        _, found = self._redis.hscan(self._key("stories:unwritten"), count=limit)
        return {story: int(version) for story, version in list(found.items())[:limit]}

    def mark_all(self, *, now: float) -> int:
        """Have the documents of all stories written anew; return how many. Their index is a copy, and may be gone."""
        found = self._redis.scan_iter(match=literal(self._key("story:")) + "*", count=BATCH, _type="hash")
        ids = [story for key in found if ":" not in (story := key.removeprefix(self._key("story:")))]
        for start in range(0, len(ids), BATCH):
            self._scripts.run("mark_stories", stories=" ".join(ids[start : start + BATCH]), now=now)
        return len(ids)

    def settle(self, story: str, version: int) -> None:
        self._scripts.run("settle_story", story=story, version=version)

    def moved(self, *, limit: int) -> dict[str, str]:
        """Return articles whose document in the index names another story → the story they are in."""
        _, found = self._redis.hscan(self._key("stories:moved"), count=limit)
        return dict(list(found.items())[:limit])

    def settle_move(self, article_id: str, story: str) -> None:
        self._scripts.run("settle_move", id=article_id, story=story)

    @property
    def waiting(self) -> int:
        """How many documents of stories and articles are still to be written."""
        return int(self._redis.hlen(self._key("stories:unwritten")) + self._redis.hlen(self._key("stories:moved")))
