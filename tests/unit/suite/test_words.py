"""The list of mannered words that `make words` finds."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.support.scripts import load_script


@pytest.fixture(scope="module")
def words() -> ModuleType:
    return load_script("words.py")


def found(words: ModuleType, text: str) -> list[tuple[int, str]]:
    return [(number, word) for number, word, _ in words.findings(text)]


@pytest.mark.parametrize(
    "line",
    [
        '"""What the user was told."""',  # words: an example
        "# Tells one from the other",  # words: an example
        "told = 1",  # words: an example
        'print("whoever asks")',  # words: an example
        "There is none.",  # words: an example
        "He vouches for it",  # words: an example
        "waits so long",  # words: an example
    ],
)
def test_a_mannered_word_is_found_wherever_it_is_written(words: ModuleType, line: str) -> None:
    """Docstrings, comments, texts for users and names are all read by people."""
    assert [number for number, _ in found(words, f"x = 1\n{line}\n")] == [2]


@pytest.mark.parametrize("line", ["if x is None:", "outstands", "withstood", "is_told", "BESIDE_HEAP_MB", "so what"])
def test_other_words_are_left_alone(words: ModuleType, line: str) -> None:
    """A check that is wrong is a check that people switch off."""
    assert not found(words, line)


def test_a_proper_use_keeps_its_word_with_a_reason(words: ModuleType) -> None:
    """`tell` is the name of a method of files; an exception without a reason is none."""  # words: an example
    assert not found(words, "at = file.tell()  # words: a method of files")
    assert found(words, "at = file.tell()  # words:") == [(1, "tell")]  # words: an example


def test_every_word_has_a_plain_one(words: ModuleType) -> None:
    """A lint that only forbids leaves the writer to guess."""
    text = "told tell tells stands is none whoever nobody beside so many so long bears vouch vouches"  # words: examples
    assert len(list(words.findings(text))) == 13
    assert all(plain for _, _, plain in words.findings(text))
