"""A text in pieces, each with the reasons that the tagger found there: the stored explanation, made to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pipelines.models import Span, Tagging


class MarkKind(StrEnum):
    """What a mark is a reason for: a topic, a context that silenced the words, or a counted fact."""

    TOPIC = "topic"
    CONTEXT = "context"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One stored span. `about`: topic, context or kind of figure; `topic`: the topic a context silences.

    `place`: the number of the topic among those of the article, from 0; contexts and figures have -1.
    """

    kind: MarkKind
    about: str
    span: Span
    rule: str = ""
    topic: str = ""
    place: int = -1


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that the same marks cover. Put together, the segments are the text."""

    text: str
    start: int
    marks: tuple[Mark, ...] = ()


def marks_of(tagging: Tagging) -> tuple[Mark, ...]:
    """List every stored span: those of topics first, then of contexts, then of figures."""
    topics = (
        Mark(kind=MarkKind.TOPIC, about=tag.topic, rule=tag.rule, place=place, span=span)
        for place, tag in enumerate(tagging.tags)
        for span in tag.spans
    )
    contexts = (
        Mark(kind=MarkKind.CONTEXT, about=context.context, topic=context.topic, span=span)
        for context in tagging.contexts
        for span in context.spans
    )
    figures = (
        Mark(kind=MarkKind.FIGURE, about=figure.kind, span=figure.span) for figure in tagging.figures if figure.span
    )
    return (*topics, *contexts, *figures)


def segments(text: str, field: str, marks: Iterable[Mark]) -> tuple[Segment, ...]:
    """Cut one field of an article where a mark begins or ends. Marks outside of the text are cut to it."""
    own = [mark for mark in marks if mark.span.field == field and mark.span.start < mark.span.end]
    cuts = {0, len(text)} | {min(max(end, 0), len(text)) for mark in own for end in (mark.span.start, mark.span.end)}
    return tuple(_segments(text, own, sorted(cuts)))


def sentence_around(text: str, span: Span) -> str:
    """Return the sentence of the text in which the span begins."""
    start = max((text.rfind(end, 0, span.start) + 1 for end in ".!?\n"), default=0)
    ends = [found for end in ".!?\n" if (found := text.find(end, span.end)) >= 0]
    return " ".join(text[start : min(ends, default=len(text) - 1) + 1].split())


def paragraphs(pieces: Iterable[Segment]) -> tuple[tuple[Segment, ...], ...]:
    """Group segments into the paragraphs of their text; blank lines are left out."""
    groups: list[list[Segment]] = [[]]
    for piece in pieces:
        start = piece.start
        for number, line in enumerate(piece.text.split("\n")):
            if number:
                groups.append([])
            if line:
                groups[-1].append(Segment(line, start, piece.marks))
            start += len(line) + 1
    return tuple(tuple(group) for group in groups if any(piece.text.strip() for piece in group))


def _segments(text: str, marks: list[Mark], cuts: list[int]) -> Iterator[Segment]:
    for start, end in pairwise(cuts):
        yield Segment(
            text[start:end], start, tuple(mark for mark in marks if mark.span.start <= start and end <= mark.span.end)
        )
