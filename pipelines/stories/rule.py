"""config/stories.yaml: the numbers that decide what is one story."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from pipelines.language.normalise import fold
from pipelines.reading.marked_yaml import Marked, read_yaml

STORIES_FILE = "stories.yaml"
REACTIONS = "reaction_words"
"""Words in the file; without them no title is a reaction."""


@dataclass(frozen=True, kw_only=True)
class MatchRule:
    """Weights of the terms of `scoring.TERMS`, learned by `python -m benchmarks.stories.learn`.

    They are in the order in which they are asked for: those that cost little or decide much first.
    """

    constant: float
    same_site: float = 0.0
    reaction_differs: float = 0.0
    numbers_differ: float = 0.0
    places_differ: float = 0.0
    figures_differ: float = 0.0
    no_number_shared: float = 0.0
    translation: float = 0.0
    picture: float = 0.0
    numbers: float = 0.0
    places: float = 0.0
    figures: float = 0.0
    organisations: float = 0.0
    names: float = 0.0
    rare: float = 0.0
    titles: float = 0.0
    lead: float = 0.0

    @cached_property
    def steps(self) -> tuple[tuple[str, float, float], ...]:
        """Return the terms that weigh something: name, weight, and the most that those after it can add."""
        weighing = [(each.name, getattr(self, each.name)) for each in fields(self)[1:] if getattr(self, each.name)]
        return tuple(
            (name, weight, math.fsum(max(other, 0.0) for _, other in weighing[number:]))
            for number, (name, weight) in enumerate(weighing, start=1)
        )


@dataclass(frozen=True, slots=True)
class ReactionWords:
    """Words of titles that say what somebody thinks of an event. `forms`: whole words; `beginnings`: of any ending."""

    forms: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> ReactionWords:
        """Read words; one with `*` behind it is a beginning."""
        folded = [fold(word) for word in words]
        beginnings = tuple(word.removesuffix("*") for word in folded if word.endswith("*"))
        return cls(frozenset(word for word in folded if not word.endswith("*")), beginnings)

    def are_in(self, forms: Iterable[str]) -> bool:
        """Return whether one of these folded words is named."""
        return any(form in self.forms or form.startswith(self.beginnings) for form in forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRules:
    """The whole file. Scores and shares are between 0 and 1.

    window_hours: articles further apart are never one event. most_candidates: how many articles a new one is compared
    with. join_from: the score from which two articles report one event. story_from: what the articles of the story
    must have on average. merge_from: the score from which an article joins two stories into one. reprint_from: the
    share of equal shingles from which a text is a reprint, if also reprint_numbers of its numbers are the same.
    """

    same_language: MatchRule
    twins: MatchRule
    window_hours: float
    most_candidates: int
    join_from: float
    story_from: float
    merge_from: float
    reprint_from: float
    reprint_numbers: float
    reactions: ReactionWords = field(default_factory=ReactionWords)


def parse_story_rules(text: str, *, file: str = STORIES_FILE) -> StoryRules:
    """Read the file. Raises ConfigError with file, line and key."""
    needed = tuple(name for name in _names(StoryRules) if name != "reactions")
    found = read_yaml(file, text).fields((*needed, REACTIONS), required=needed)
    shares = ("join_from", "story_from", "merge_from", "reprint_from", "reprint_numbers")
    values: dict[str, Any] = {name: _share(found[name]) for name in shares}
    return StoryRules(
        same_language=_match_rule(found["same_language"]),
        twins=_match_rule(found["twins"]),
        window_hours=found["window_hours"].positive(),
        most_candidates=int(found["most_candidates"].positive()),
        reactions=ReactionWords.of(found[REACTIONS].texts() if REACTIONS in found else ()),
        **values,
    )


def _match_rule(source: Marked) -> MatchRule:
    found = source.fields(_names(MatchRule), required=("constant",))
    return MatchRule(**{name: value.number() for name, value in found.items()})


def _share(source: Marked) -> float:
    if not 0 <= (number := source.number()) <= 1:
        raise source.wrong("a number from 0 to 1 is expected here")
    return number


def _names(kind: type[MatchRule | StoryRules]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
