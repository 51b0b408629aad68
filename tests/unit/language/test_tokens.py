"""Cutting texts into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.language.normalise import fold
from pipelines.language.tokens import cut_hyphenated_endings, tokenize, without_endings
from pipelines.language.word_lists import HYPHENATED_ENDINGS


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


@pytest.mark.parametrize("ending", sorted(HYPHENATED_ENDINGS))
def test_a_query_and_a_key_lose_the_same_endings(ending):
    """`ҰҚК-нікі` was cut for the index and not in a query, which then found nothing."""
    typed = f"ҰҚК-{ending}"
    assert cut_hyphenated_endings(typed) == "ҰҚК"
    assert without_endings([token.form for token in tokenize(typed)]) == ["ұқк"]


@pytest.mark.parametrize("text", ["қару-жарақ", "Ростов-на-Дону", "нің", "а-ға", "кто-то"])
def test_what_is_no_ending_stays_in_a_query(text):
    """Two words joined by a hyphen are asked as both."""
    assert cut_hyphenated_endings(text) == text


def test_every_ending_after_a_hyphen_is_cut():
    """People write ҰҚК-лар-дың as well."""
    assert cut_hyphenated_endings("ҰҚК-лар-дың") == "ҰҚК"
