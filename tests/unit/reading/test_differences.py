"""What differs between two revisions of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.differences import MOST_WORDS, Change, Piece, differences

TEXT = st.text("аб \n", max_size=60)
SAME, GONE, NEW = Change.SAME, Change.GONE, Change.NEW


def test_a_corrected_number_is_shown_in_its_sentence():
    """An analyst wants to see the number, not two paragraphs to compare by eye."""
    before, after = "Жертв нет.\nЗадержали троих мужчин.", "Жертв нет.\nЗадержали пятерых мужчин.\nСуд завтра."
    assert differences(before, after) == [
        (Piece(SAME, "Жертв нет."),),
        (Piece(SAME, "Задержали "), Piece(GONE, "троих"), Piece(NEW, "пятерых"), Piece(SAME, " мужчин.")),
        (Piece(NEW, "Суд завтра."),),
    ]


def test_another_paragraph_is_no_changed_one():
    """Words that two sentences share by chance would be a salad."""
    found = differences("Полиция ищет свидетелей аварии.", "Завтра в городе ожидается сильный снег.")
    assert [[piece.change for piece in paragraph] for paragraph in found] == [[GONE], [NEW]]


def test_an_endless_paragraph_is_compared_as_a_whole():
    """The words of one are compared with all of the other."""
    long = "слово " * (MOST_WORDS + 1)
    assert [len(paragraph) for paragraph in differences(long, f"{long} ещё")] == [1, 1]


@given(TEXT, TEXT)
def test_nothing_is_lost(before: str, after: str):
    """Each text can be read out of the differences."""
    found = differences(before, after)
    for text, left_out in ((before, NEW), (after, GONE)):
        lines = ["".join(piece.text for piece in each if piece.change is not left_out) for each in found]
        assert [line for line in lines if line] == [line.strip() for line in text.split("\n") if line.strip()]
