"""How a term of a rule is written."""

import pytest

from pipelines.errors import ConfigError
from pipelines.language.terms import Match, matches, term_forms


def test_a_plain_word_inflects_in_its_language():
    """One word in a rule means all its forms."""
    assert term_forms("Қылмыс", "kk")["қылмыстарға"] is False
    assert term_forms("Взрыв", "ru")["взрывом"] is False


def test_a_hyphen_makes_a_kazakh_verb():
    """Its negated forms are found, as negated."""
    assert term_forms("өлтір-", "kk")["өлтірді"] is False
    assert term_forms("өлтір-", "kk")["өлтірмеді"] is True


def test_an_equals_sign_means_as_written():
    """For words whose other forms mean something else."""
    assert dict(term_forms("=Банда", "ru")) == {"банда": False}


def test_abbreviations_are_not_words():
    """ЧС has no genitive; ҰҚК takes its endings without a hyphen too."""
    assert dict(term_forms("ЧС", "ru")) == {"чс": False}
    assert "ұқкнің" in term_forms("ҰҚК", "kk")


@pytest.mark.parametrize(
    ("term", "language"), [("сыбайлас жемқорлық", "kk"), ("IT-саласы", "kk"), ("убить-", "ru"), ("", "ru")]
)
def test_what_is_not_one_word_is_refused(term, language):
    """The author of a rule sees it, instead of getting a term that never matches."""
    with pytest.raises(ConfigError, match=r"word|verb"):
        term_forms(term, language)


@pytest.mark.parametrize(
    ("term", "word", "language", "match"),
    [
        ("қару", "Қаруларымен", "kk", Match.FORM),
        ("өлтір-", "өлтірмеді", "kk", Match.NEGATED),
        ("өлтір-", "өлтірді", "kk", Match.FORM),
        ("ҰҚК", "ҰҚК-нің", "kk", Match.FORM),
        ("террорист", "террористердің", "kk", Match.FORM),
        ("қару", "қар", "kk", Match.NONE),
        ("взрыв", "взрывами", "ru", Match.FORM),
        ("=банда", "банды", "ru", Match.NONE),
        ("қару", "", "kk", Match.NONE),
    ],
)
def test_a_word_is_a_form_of_a_term_or_not(term, word, language, match):
    """The author of a rule asks before adding a term twice."""
    assert matches(term, word, language=language) == match
