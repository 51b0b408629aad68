"""Cutting texts into words."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.language.normalise import fold
from pipelines.language.tokens import tokenize


def test_hyphens_and_dots_separate_words():
    """The index cuts at hyphens too; a forgotten blank must not hide a word."""
    assert [token.form for token in tokenize("ҰҚК-нің IT-саласы, айтты.Бұл 2-ші")] == [
        "ұқк",
        "нің",
        "it",
        "саласы",
        "айтты",
        "бұл",
        "2",
        "ші",
    ]


@given(st.text(max_size=60))
def test_offsets_point_at_the_word(text):
    """Explanations mark the very letters of the article."""
    for token in tokenize(text):
        assert fold(text[token.start : token.end]) == token.form
        assert token.form
