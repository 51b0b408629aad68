"""Query text → tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import QueryError
from pipelines.search.fields import FIELDS
from pipelines.search.text import MAX_CHARS, MAX_TERMS, AllOf, AnyOf, Not, Phrase, Range, Word, plain_words, read_query

TOPIC, DETAINED, PUBLISHED, PERSON = (FIELDS[name] for name in ("topic", "detained", "published", "person"))


def words(*texts):
    return tuple(map(Word, texts))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("кража", Word("кража")),
        ("кража Алматы", AllOf(words("кража", "Алматы"))),
        ('"қару-жарақ"', Phrase("қару-жарақ")),
        ("«Найза» оқу", AllOf((Phrase("Найза"), Word("оқу")))),
        ("матч -футбол", AllOf((Word("матч"), Not(Word("футбол"))))),
        ("матч NOT футбол", AllOf((Word("матч"), Not(Word("футбол"))))),
        ('-"мяч в сетке" гол', AllOf((Not(Phrase("мяч в сетке")), Word("гол")))),
        ("взрыв OR пожар Шымкент", AllOf((AnyOf(words("взрыв", "пожар")), Word("Шымкент")))),
        ("взрыв | пожар", AnyOf(words("взрыв", "пожар"))),
        ("a OR b AND c", AnyOf((Word("a"), AllOf(words("b", "c"))))),
        ("(a b) OR c", AnyOf((AllOf(words("a", "b")), Word("c")))),
        ("-(a OR b) c", AllOf((Not(AnyOf(words("a", "b"))), Word("c")))),
        ("қылмыс*", Word("қылмыс", prefix=True)),
        ("topic:fraud", Word("fraud", TOPIC)),
        ("topic:(fraud OR drugs)", AnyOf((Word("fraud", TOPIC), Word("drugs", TOPIC)))),
        ('person:"Ермек Ким"', Phrase("Ермек Ким", PERSON)),
        ("-topic:fraud", Not(Word("fraud", TOPIC))),
        ("detained:>=10", Range(DETAINED, low="10")),
        ("figures.detained:<10", Range(DETAINED, high="10", with_low=False, with_high=False)),
        ("published:[2026-01 TO 2026-02]", Range(PUBLISHED, "2026-01", "2026-02")),
        ("published:{2026-01-01 TO *}", Range(PUBLISHED, low="2026-01-01", with_low=False, with_high=False)),
        ("published:now-7d", Word("now-7d", PUBLISHED)),
    ],
)
def test_the_language(text, tree):
    """What the guide promises."""
    assert read_query(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('"незакрытая кавычка', AllOf(words("незакрытая", "кавычка"))),
        ('кража "', Word("кража")),
        ("Токаев - президент", AllOf(words("Токаев", "президент"))),
        ("Астана: взрыв", AllOf(words("Астана", "взрыв"))),
        ("Астана:взрыв", Word("Астана:взрыв")),
        ("12:51", Word("12:51")),
        ("https://habar.example/a?b=1", Word("https://habar.example/a?b=1")),
        ("АҚШ-тың", Word("АҚШ-тың")),
        ("/etc/passwd", Word("etc/passwd")),
        (".*", None),
        ("*взрыв", Word("взрыв")),
        ("вз*", Word("вз")),
        ("взрыв~2", Word("взрыв~2")),
        ("(a b", AllOf(words("a", "b"))),
        (")) a ((", Word("a")),
        ("a OR", Word("a")),
        ("OR a", Word("a")),
        ("AND NOT", None),
        ('- — ! ( ) "" «»', None),
        ("words:>=много", AllOf(words("words", "много"))),
        ("published:2026-13-01", Word("published:2026-13-01")),
        ("nosuch:[1 TO 2]", AllOf(words("nosuch", "1", "TO", "2"))),
        ("topic:", Word("topic")),
        ("(" * 50 + "a", Word("a")),
    ],
)
def test_what_is_no_syntax_is_words(text, tree):
    """People paste headlines, times, links and halves of sentences; each of them searches."""
    assert read_query(text) == tree


LIKELY = st.sampled_from(
    [*'"()[]{}:-+*|&~^<>=/\\ «»', "OR", "AND", "NOT", "TO", "topic:", "detained:", "published:", "a", "ұқ"]
)


@given(st.lists(LIKELY | st.text(max_size=4), max_size=40).map(" ".join) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_query(text):
    """Safe for any input."""
    try:
        read_query(text)
    except QueryError as error:
        assert "At most" in str(error)  # noqa: PT017 - only this one is allowed


def test_the_cost_is_limited():
    """A pasted book must not become a query of ten thousand clauses."""
    with pytest.raises(QueryError, match="words"):
        read_query("a " * (MAX_TERMS + 1))
    with pytest.raises(QueryError, match="letters"):
        read_query("a" * (MAX_CHARS + 1))


def test_brackets_in_brackets_do_not_overflow():
    """Two thousand brackets are no stack overflow."""
    read_query("(a OR " * 60)
    read_query("(" * 3000 + "a")
    read_query("-(" * 1500 + "a")
    read_query("NOT " * 900 + "a")


def test_plain_words():
    """Nearness is asked of the words in a row, not of fields, exclusions or alternatives."""
    assert plain_words(read_query("кража -сон topic:fraud лошадей (a OR b)")) == ("кража", "лошадей")
    assert plain_words(read_query("кража")) == ("кража",)
    assert plain_words(None) == ()
