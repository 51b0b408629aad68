"""Lines that sites write into every page are distinguished from the article's own."""

from __future__ import annotations

import pytest

from pipelines.pages.boilerplate import without_boilerplate


@pytest.mark.parametrize("kicker", ["Новости", "22.11.2026, 05:22 Новости", "Қоғам", "Оқиға · 12:40"])
def test_a_section_or_date_above_the_text_is_left_out(kicker: str) -> None:
    """Else every article of a site begins with the same word, and so does its summary in search."""
    lead = "Полиция Павлодара задержала двух подозреваемых в краже кабеля."
    assert without_boilerplate([kicker, lead], title="Задержаны двое") == [lead]


def test_a_short_first_sentence_stays() -> None:
    """A sentence is no section, however short, and an only line is all there is."""
    lines = ["Всё кончено.", "Суд вынес приговор."]
    assert without_boilerplate(lines, title="Приговор") == lines
    assert without_boilerplate(["Новости"], title="x") == ["Новости"]
