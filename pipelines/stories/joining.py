"""Which story a new article joins, and which stories it shows to be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from itertools import product

from pipelines.stories.features import Features
from pipelines.stories.rule import StoryRules
from pipelines.stories.scoring import Match, compare
from pipelines.stories.window import Window

MOST_COMPARED = 6
"""Articles of a story that a new one is compared with; a story of forty articles is as well known by six."""

NOT_APART: Callable[[str], bool] = lambda _story: False  # noqa: E731 - the default of a parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of an article. `story` is its own id when it begins one. `merged`: stories that become this one.

    `like`: the article it is most like; empty for the first of a story. `is_reprint`: its text is that article's.
    """

    article_id: str
    story: str
    score: float = 1.0
    like: str = ""
    is_reprint: bool = False
    reasons: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Joinable:
    story: str
    best: Match
    average: float


def decide(
    new: Features, window: Window, *, rules: StoryRules, is_apart: Callable[[str], bool] = NOT_APART
) -> Decision:
    """Decide which story an article joins. Changes nothing.

    is_apart: true for a story that a person has parted from this article.
    """
    if new.picture and window.shows_several(new.picture):
        new = replace(new, picture="")
    joinable = [each for each in _joinable(new, window, rules=rules) if not is_apart(each.story)]
    if not joinable:
        return Decision(article_id=new.article_id, story=new.article_id)
    best = max(joinable, key=lambda each: (each.best.score, each.average, each.story))
    like = window.features(best.best.article_id)
    return Decision(
        article_id=new.article_id,
        story=best.story,
        score=round(best.best.score, 3),
        like=like.article_id,
        is_reprint=best.best.is_reprint,
        reasons=compare(new, like, rules=rules, explain=True).reasons,
        merged=tuple(sorted(_shown_as_one(best, joinable, window, rules=rules))),
    )


def _joinable(new: Features, window: Window, *, rules: StoryRules) -> Iterable[_Joinable]:
    """Yield the stories that the article could join: one article of it fits, and the others do not speak against it."""
    candidates = window.candidates(new, limit=rules.most_candidates)
    compared = (compare(new, old, rules=rules, least=rules.join_from) for old in candidates)
    known = {match.article_id: match for match in compared if match.score >= rules.join_from}
    by_story: defaultdict[str, list[Match]] = defaultdict(list)
    for match in known.values():
        by_story[window.story_of(match.article_id)].append(match)
    for story, matches in by_story.items():
        best = max(matches, key=lambda match: (match.score, match.likeness, match.article_id))
        average = _average(new, _asked(window.members(story), best.article_id), known, window, rules=rules)
        if best.is_translation or average >= rules.story_from:
            yield _Joinable(story, best, average)


def _asked(members: tuple[str, ...], best: str) -> list[str]:
    """Return the best article, the first ones and the last ones of a story, up to MOST_COMPARED."""
    half = MOST_COMPARED // 2
    return [*dict.fromkeys((best, *members[:half], *members[-half:]))][:MOST_COMPARED]


def _average(
    new: Features, asked: Collection[str], known: dict[str, Match], window: Window, *, rules: StoryRules
) -> float:
    scores = [
        (known[each] if each in known else compare(new, window.features(each), rules=rules)).score for each in asked
    ]
    return sum(scores) / len(scores)


def _shown_as_one(best: _Joinable, joinable: Iterable[_Joinable], window: Window, *, rules: StoryRules) -> set[str]:
    """Return the other stories that the article joins just as surely, if their own articles agree."""
    return {
        each.story
        for each in joinable
        if each.story != best.story
        and min(each.best.score, best.best.score) >= rules.merge_from
        and _are_alike(each.story, best.story, window, rules=rules)
    }


def _are_alike(one: str, other: str, window: Window, *, rules: StoryRules) -> bool:
    """Whether the articles of two stories are alike on average."""
    firsts, seconds = (_asked(window.members(story), window.members(story)[0]) for story in (one, other))
    missing = rules.story_from * len(firsts) * len(seconds)
    for first, second in product(firsts, seconds):
        # a picture that both stories have is an emblem or from the archive
        missing -= compare(replace(window.features(first), picture=""), window.features(second), rules=rules).score
        if missing <= 0:
            return True
    return False
