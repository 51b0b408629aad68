"""The words around numbers and names, in files that analysts edit."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.tagging.figures.number_words import NumberWords
from pipelines.tagging.figures.numbers import find_numbers
from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.word_lists import parse_lists
from pipelines.tagging.names.name_words import NameWords

FILES = {"numbers.yaml": NumberWords, "name_words.yaml": NameWords}


@pytest.mark.parametrize("file", FILES)
def test_every_list_of_the_code_is_in_the_file(file: str):
    """A list that is only in the code would be empty, and the gap would not be seen."""
    words = parse_lists(FILES[file], file, (HERE / file).read_text(encoding="utf-8"))
    assert [name for name in vars(words) if not getattr(words, name)] == []


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"),
    [
        ("months:\n  ru: [май]", 2, "months", "unknown key"),
        ("month_words:\n  ru:\n  - май\n  - два слова", 4, "ru", "is not one word"),
        ("month_words:\n  ru:\n  - ''", 3, "ru", "is not one word"),
        ("month_words:\n  de: [Mai]", 2, "de", "unknown key"),
        ("month_words: [май]", 1, "month_words", "a mapping"),
        ("russian_numerals:\n  двадцать: [двадцать]", 2, "двадцать", "is not a number"),
        ("kilograms:\n  1:\n    ru: кг", 3, "ru", "a list is expected"),
        ("qualifiers_before:\n  maybe: {ru: [пожалуй]}", 2, "maybe", "unknown key"),
    ],
)
def test_a_mistake_names_file_line_and_key(text: str, line: int, key: str, problem: str):
    """An analyst who adds a word corrects it by what the message says."""
    with pytest.raises(ConfigError, match=problem) as caught:
        parse_lists(NumberWords, "numbers.yaml", text)
    assert (caught.value.file, caught.value.line, caught.value.key) == ("numbers.yaml", line, key)


def test_a_word_is_folded_as_words_of_texts_are():
    """«Её» is written so in the file and found as «ее»."""
    assert parse_lists(NumberWords, "numbers.yaml", "pronouns: {ru: [Её]}").pronouns == {"ее"}


def test_without_the_file_digits_are_read():
    """A config folder written before the file was there still counts what is in digits."""
    numbers = find_numbers(Text("Задержаны 12 человек и двое полицейских", language="ru"), NumberWords())
    assert [number.value for number in numbers] == [12]
