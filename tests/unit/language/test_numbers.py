"""Numbers are spelled in one way before words are looked for."""

import pytest

from pipelines.language.numbers import join_digits, spell_numbers


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("1,5 %", "1.5 %"),
        ("2 000 000 теңге", "2. млн теңге"),
        ("2000000", "2. млн"),
        ("1,5 млн", "1.5 млн"),
        ("1 500 000", "1.5 млн"),
        ("1 125 000", "1.125 млн"),
        ("3\u00a0000\u202f000 000", "3. млрд"),
        ("50 000 адам", "50. мың адам"),
        ("50 тысяч", "50 мың"),
        ("12,5 тыс", "12.5 мың"),
        ("12 500", "12.5 мың"),
        ("5000", "5. мың"),
        ("1 234 567", "1234567"),
    ],
)
def test_one_number_has_one_spelling(written, spelled):
    """A sum is written in four ways, and a search for one has to find the others."""
    assert spell_numbers(written) == spelled
    assert spell_numbers(spelled) == spelled


@pytest.mark.parametrize(
    "text",
    ["2000 год", "1900 жыл", "2026", "13.03.2000", "050000", "8 701 123 45 67", "в 2024 100 человек"],
)
def test_years_dates_and_telephones_stay(text):
    """They are no sums: 2000 is a year, and an index number begins with a nought."""
    assert spell_numbers(text) == text


def test_a_query_has_its_digits_joined_before_it_is_cut_into_words():
    """«2 000 000» asks for one number; what is no group of three stays apart."""
    assert join_digits("штраф 2 000 000 теңге 12 34") == "штраф 2000000 теңге 12 34"
