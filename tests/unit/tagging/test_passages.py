"""Articles in two languages: the rules of each read its own sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tagging.matching.text import Text

KAZAKH = "Алматыда полиция қызметкерлері есірткі сатқан үш адамды ұстады."
RUSSIAN = "В Костанае сотрудники полиции задержали двоих мошенников."


def passages(source: str, language: str) -> list[tuple[str, str]]:
    """Each passage with its language."""
    text = Text(source, language=language)
    starts = [*(passage.start for passage in text.passages), len(source)]
    return [
        (passage.language, source[passage.start : end].strip())
        for passage, end in zip(text.passages, starts[1:], strict=True)
    ]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_text_is_cut_where_its_language_changes(language):
    """Whichever language most of the article is in, each part has its own rules."""
    assert passages(f"{KAZAKH} {RUSSIAN}", language) == [("kk", KAZAKH), ("ru", RUSSIAN)]
    assert passages(f"{RUSSIAN}\n{KAZAKH}", language) == [("ru", RUSSIAN), ("kk", KAZAKH)]


@pytest.mark.parametrize(
    ("source", "language", "found"),
    [
        ("Ол: «Мы никого не убивали и не грабили», – деді.", "kk", ["kk", "ru", "kk"]),
        ("Он ответил: «Біз ешкімді өлтірген жоқпыз», и ушёл.", "ru", ["ru", "kk", "ru"]),
    ],
)
def test_a_quotation_has_the_language_of_its_speaker(source, language, found):
    """A speaker is quoted as he spoke, within the sentence."""
    assert [language for language, _ in passages(source, language)] == found


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("Об этом пишет «Егемен Қазақстан», передает агентство.", "ru"),
        ("Жители посёлка Құлан вышли на улицы.", "ru"),
        ("Банк картасы арқылы аударды.", "kk"),
        ("Астанада автобус апаты болды, бала аман.", "kk"),
        ("«Казахтелеком» АҚ директоры сотталды.", "kk"),
        ("Аю туристке шабуыл жасады.", "kk"),
        ("Киберспорттан ел чемпионаты басталды.", "kk"),
        ("Police in Almaty said so. Полиция.", "en"),
        ("Полиция және полиция.", ""),
    ],
)
def test_names_and_words_without_a_letter_of_their_own_change_nothing(source, language):
    """A Kazakh name in a Russian sentence, a Kazakh sentence that has no Kazakh letter, and other languages."""
    assert len(Text(source, language=language).passages) == 1


def test_the_evidence_of_both_languages_is_one_article(tagger):
    """Topics, persons, figures and spans are found on both sides of the seam."""
    body = f"{KAZAKH}\n{RUSSIAN} Об этом сообщил Марат Ахметов."
    for language in ("kk", "ru"):
        tagging = tagger.tag("", body, language=language)
        assert set(tagging.topics) == {"drugs", "fraud"}
        assert {(figure.kind, figure.value) for figure in tagging.figures} == {("detained", 3.0), ("detained", 2.0)}
        assert tagging.persons == ("Марат Ахметов",)
        assert all(body[span.start : span.end] == span.form for tag in tagging.tags for span in tag.spans)


@given(st.text(alphabet="абвқәі «».!\n", max_size=200), st.sampled_from(["kk", "ru", ""]))
def test_passages_cover_a_text(source: str, language: str):
    """Every character is in one passage, whatever the text."""
    text = Text(source, language=language)
    starts = [passage.start for passage in text.passages]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
