"""Words with one mistake are what they were meant to be, and words of their own stay so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tagging.matching.misspelt import beginnings, is_one_mistake

MISTAKES = [
    ("ru", "Пенсионерка отдала деньги мошенику.", "fraud"),
    ("ru", "При обыске изъяли наркотиики.", "drugs"),
    ("ru", "Его осудили за коррупцыю.", "corruption"),
    ("kk", "Полиция үйінен есірткіі тапты.", "drugs"),
]


@pytest.mark.parametrize(("written", "meant"), [("кража", "каража"), ("кржа", "кража"), ("карж", "краж"), ("а", "")])
def test_one_letter_or_two_neighbours_are_one_mistake(written, meant):
    """The four mistakes of typing (Damerau, 1964)."""
    assert is_one_mistake(written, meant)
    assert is_one_mistake(meant, written)


@pytest.mark.parametrize(("written", "meant"), [("кража", "кража"), ("кража", "кружок"), ("ракж", "краж"), ("", "аб")])
def test_two_mistakes_are_another_word(written, meant):
    """Farther away there is a word of its own for almost every word."""
    assert not is_one_mistake(written, meant)


@given(st.text(alphabet="абвг", min_size=7, max_size=12), st.integers(0, 11), st.sampled_from("абвгд"))
def test_words_one_mistake_apart_are_looked_up_alike(word, place, letter):
    """A stem that does not share a beginning is never compared."""
    for other in (
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
    ):
        assert other == word or not is_one_mistake(other, word) or beginnings(other) & beginnings(word)


@pytest.mark.parametrize(("language", "sentence", "topic"), MISTAKES)
def test_a_misspelt_key_word_gives_its_topic(tagger, language, sentence, topic):
    """A reader does not stumble over «мошеник», so a topic must not hang on it."""
    assert topic in tagger.tag("", sentence, language=language).topics


@pytest.mark.parametrize(
    ("language", "word"),
    [("kk", "қарқынды"), ("kk", "қалдықты"), ("kk", "жаралану"), ("ru", "оборонка"), ("ru", "Мошеников сказал")],
)
def test_a_word_of_its_own_is_no_mistake(tagger, language, word):
    """Ordinary words one letter from a key word, and names inside a sentence, are meant as they are written."""
    assert tagger.tag("", f"Бұл {word}." if language == "kk" else f"Это {word}.", language=language).topics == ()
