"""Texts without a feed: where title and date are found, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.errors import KuzetError
from pipelines.reading.texts import MAX_TITLE, entry_from_row, entry_from_text, text_id

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def read(text: str):
    return entry_from_text(text, url="file:report.txt", now=NOW)


def test_the_first_line_with_words_is_the_title():
    """Exchange rates, hash tags and crosses stand above many copied articles."""
    entry = read("×\n494.87\n#қаржы #билік\n\nАқтөбеде екі адам ұсталды\n\nПолиция хабарлады.")
    assert entry.title == "Ақтөбеде екі адам ұсталды"


def test_the_text_stays_whole():
    """Nothing may be lost before somebody has seen it."""
    text = "×\n494.87\nАқтөбеде екі адам ұсталды\nПолиция хабарлады."
    assert read(text).content == text


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("Аты Жөні 14 шіл. 2025 12:53", datetime(2025, 7, 14, 7, 53, tzinfo=UTC)),
        ("08.09.2023, 12:51", datetime(2023, 9, 8, 7, 51, tzinfo=UTC)),
    ],
)
def test_a_byline_dates_the_text(line: str, moment: datetime):
    """A time without a zone is Kazakhstan's."""
    assert read(f"Екі адам бүгін ұсталды\n{line}\nПолиция хабарлады.").published_at == moment


def test_a_date_mark_is_read_and_left_out_of_the_title():
    """Exports begin with `date …` in the text itself."""
    entry = read(" date 2025-10-14 Он высоко оценил эту работу. И сказал ещё.")
    assert entry.published_at is not None
    assert entry.published_at.date().isoformat() == "2025-10-14"
    assert entry.title.startswith("Он высоко оценил")


def test_a_sentence_that_names_a_day_does_not_date_the_text():
    """«On 5 May 2019 he left» says when he left, not when it was written."""
    assert (
        read(
            "Соттың қаулысы бүгін шықты\n" + "Ол 2019 жылы 5 мамырда елден кетті, деп хабарлады сот. " * 3
        ).published_at
        is None
    )


def test_a_long_first_line_gives_its_first_sentence():
    """A headline of a thousand letters helps no one."""
    title = read("Полиция задержала троих. " + "Следствие продолжается, подробности позже. " * 20).title
    assert title == "Полиция задержала троих."
    assert len(read("слово " * 200).title) <= MAX_TITLE


def test_a_text_without_words_is_refused():
    """An empty article would only be found by accident."""
    with pytest.raises(KuzetError, match=r"report\.txt: holds no words"):
        read("494.87\n\n×")


def test_a_row_brings_its_own_facts():
    """An archive knows better than its text."""
    row = {"text": "Мәтін бар ма екен, бар", "title": "Тақырып", "url": "https://a.kz/1", "published_at": "2024-05-06"}
    entry = entry_from_row(row, where="a.jsonl, line 1", now=NOW)
    assert (entry.title, entry.link) == ("Тақырып", "https://a.kz/1")
    assert entry.published_at is not None
    assert entry.published_at.date().isoformat() == "2024-05-06"


def test_a_row_without_text_is_refused_with_its_place():
    """The person has to find the line."""
    with pytest.raises(KuzetError, match=r"a\.jsonl, line 7: has no text"):
        entry_from_row({"title": "x"}, where="a.jsonl, line 7", now=NOW)


def test_a_name_is_an_identity():
    """The same file again is the same article."""
    assert text_id("file:a.txt") == text_id("file:a.txt") != text_id("file:b.txt")
