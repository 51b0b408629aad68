"""A text in pieces: every stored span is marked, and nothing of the text is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.models import Context, Figure, Span, Tag, Tagging
from pipelines.search.marks import MarkKind, marks_of, paragraphs, segments, sentence_around

TEXT = "Полиция задержала мошенников.\n\nОни обманули 8 человек в Шымкенте."
SPANS = st.builds(
    lambda start, length, term: Span(field="body", start=start, end=start + length, form="", term=term, weight=2.0),
    st.integers(0, len(TEXT) + 5),
    st.integers(0, 30),
    st.sampled_from(["a", "b", "c"]),
)


def tagging(topics: list[Span], silenced: list[Span]) -> Tagging:
    tag = Tag(topic="fraud", rule="fraud", score=4, threshold=4, spans=tuple(topics))
    return Tagging(tags=(tag,), contexts=(Context(context="drill", topic="fraud", spans=tuple(silenced)),))


@given(st.lists(SPANS, max_size=6), st.lists(SPANS, max_size=3))
def test_segments_are_the_text_and_marks_are_the_spans(topics: list[Span], silenced: list[Span]):
    """Each letter carries exactly the spans that cover it."""
    marks = marks_of(tagging(topics, silenced))
    pieces = segments(TEXT, "body", marks)
    assert "".join(piece.text for piece in pieces) == TEXT
    for piece in pieces:
        for place in range(piece.start, piece.start + len(piece.text)):
            covering = [mark for mark in marks if mark.span.start <= place < mark.span.end]
            assert list(piece.marks) == covering


@given(st.lists(SPANS, max_size=6))
def test_paragraphs_keep_every_word(spans: list[Span]):
    """A mark over the end of a paragraph is in both."""
    groups = paragraphs(segments(TEXT, "body", marks_of(tagging(spans, []))))
    assert ["".join(piece.text for piece in group) for group in groups] == TEXT.split("\n\n")
    for group in groups:
        for piece in group:
            assert TEXT[piece.start : piece.start + len(piece.text)] == piece.text


def test_marks_say_what_they_are_for():
    """Topic, context and figure look different."""
    span = Span(field="title", start=0, end=3, form="abc", term="abc", weight=4)
    found = marks_of(Tagging(
        tags=(Tag(topic="fraud", rule="r", score=4, threshold=4, spans=(span,)),),
        contexts=(Context(context="drill", topic="weapons", spans=(span,)),),
        figures=(Figure(kind="detained", value=2, span=span), Figure(kind="killed", value=1)),
    ))  # fmt: skip
    assert [(mark.kind, mark.about, mark.rule, mark.topic, mark.place) for mark in found] == [
        (MarkKind.TOPIC, "fraud", "r", "", 0),
        (MarkKind.CONTEXT, "drill", "", "weapons", -1),
        (MarkKind.FIGURE, "detained", "", "", -1),
    ]


def test_a_figure_has_its_sentence():
    """A number alone says nothing."""
    start = TEXT.index("8 человек")
    span = Span(field="body", start=start, end=start + 9, form="8 человек")
    assert sentence_around(TEXT, span) == "Они обманули 8 человек в Шымкенте."
    assert sentence_around("8 killed", Span(field="body", start=0, end=1, form="8")) == "8 killed"
