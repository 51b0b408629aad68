"""Russian forms by way of pymorphy3."""

import pytest

from pipelines.language.russian import inflect


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("взрыв", "взрыва взрывом взрывы взрывами"),
        ("террористический", "террористическая террористического террористических"),
        ("задержать", "задержали задержал задержавший задержанного задержав задержан"),
        ("осужденный", "осужденного осужденными"),
        ("кибератака", "кибератаки кибератак кибератаками"),
        ("ружье", "ружья ружьем"),
    ],
)
def test_every_form_of_a_term(word, forms):
    """Nouns, adjectives, verbs with participles, and words that no dictionary has."""
    assert set(forms.split()) <= inflect(word)


def test_a_participle_is_not_its_verb():
    """The condemned is not «to condemn»: the verb is a term of its own."""
    assert "осудить" not in inflect("осужденный")


def test_a_plural_has_plural_forms_only():
    """Беспорядки are riots; беспорядок is a mess."""
    assert "беспорядков" in inflect("беспорядки")
    assert "беспорядок" not in inflect("беспорядки")


def test_words_are_read_in_the_nominative():
    """Рота is a company, not «of the mouth»."""
    assert "рот" in inflect("рота")
    assert "ротом" not in inflect("рота")
