"""Texts without a feed: where title and date are found, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.errors import KuzetError
from pipelines.reading.texts import (
    MAX_TITLE,
    decode_text,
    entry_from_row,
    entry_from_text,
    file_address,
    is_file_name,
    row_content,
    text_id,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def read(text: str):
    return entry_from_text(text, url="file:report.txt", now=NOW)


def test_the_first_line_with_words_is_the_title():
    """Exchange rates, hash tags and crosses stand above many copied articles."""
    entry = read("×\n494.87\n#қаржы #билік\n\nАқтөбеде екі адам ұсталды\n\nПолиция хабарлады.")
    assert entry.title == "Ақтөбеде екі адам ұсталды"


def test_every_line_is_kept_once():
    """Nothing may be lost before somebody has seen it, and a title in the body too would count twice."""
    entry = read("×\n494.87\nАқтөбеде екі адам ұсталды\nПолиция хабарлады.")
    assert entry.content == "×\n494.87\nПолиция хабарлады."


@pytest.mark.parametrize("title", ["Өрт", "ДТП в Алматы", "Пожар", "5 человек задержаны"])
def test_a_short_first_line_is_the_title(title: str):
    """Headlines of one word are common; the second line is not the title of this text."""
    entry = read(f"{title}\nЕкінші жолда толық сөйлем бар екен\nҮшінші жол")
    assert (entry.title, entry.content) == (title, "Екінші жолда толық сөйлем бар екен\nҮшінші жол")


def test_a_line_that_is_a_date_is_no_title():
    """Saved articles begin with the time."""
    assert read("14 шіл. 2025 12:53\nЕкі адам ұсталды\nПолиция хабарлады.").title == "Екі адам ұсталды"


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
    rest = "Следствие продолжается, подробности позже. " * 20
    entry = read(f"Полиция задержала троих. {rest}")
    assert (entry.title, entry.content) == ("Полиция задержала троих.", rest.strip())
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


def test_a_row_that_repeats_its_title_counts_it_once():
    """Archives keep the headline in both places."""
    entry = entry_from_row({"title": "Тақырып мұнда", "text": "Тақырып мұнда\nМәтін"}, where="a.jsonl", now=NOW)
    assert (entry.title, entry.content) == ("Тақырып мұнда", "Мәтін")


def test_a_file_is_identified_by_its_path_and_its_content():
    """Files of one name in two folders are two articles; so are two states of one file."""
    addresses = [
        file_address(path, content)
        for path, content in (("2025/a.txt", b"one"), ("2026/a.txt", b"one"), ("2025/a.txt", b"two"))
    ]
    assert len({text_id(address) for address in addresses}) == 3
    assert file_address("2025/a.txt", b"one") == addresses[0]
    assert is_file_name(addresses[0])


def test_the_order_of_keys_does_not_identify_a_row():
    """Two programs write one row in two ways."""
    assert row_content({"text": "a", "title": "b"}) == row_content({"title": "b", "text": "a"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_windows_saves_is_read(encoding: str):
    """Notepad marks its files."""
    assert decode_text("Өрт".encode(encoding), where="a.txt") == "Өрт"
