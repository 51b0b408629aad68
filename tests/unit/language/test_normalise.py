"""Repairing and folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.language.letters import CYRILLIC
from pipelines.language.normalise import LOOK_ALIKES, fold, repair

MIXED = st.text(alphabet="аеоухқіңйАИaeocpxyikhBHTnqfsə-ё \u00ad\u0301\u0306\u0308\u200b", max_size=25)


@pytest.mark.parametrize(
    ("shown", "meant", "repairs"),
    [
        ("қayiпсiздiк", "қауіпсіздік", 5),
        ("ҚAУIПCIЗДIК", "ҚАУІПСІЗДІК", 5),
        ("жəне", "және", 1),
        ("МBД", "МВД", 1),
        ("гражда\u00adнин", "гражданин", 1),
        ("за\u0301мок", "замок", 1),
        ("зa\u0301мок", "замок", 2),
        ("елкë", "елкё", 1),
        ("Кита\u0438\u0306", "Китай", 0),
    ],
)
def test_look_alikes_and_invisible_characters_are_repaired(shown, meant, repairs):
    """A word that only looks right is never found."""
    repaired = repair(shown)
    assert repaired.text == meant
    assert repaired.repairs == repairs


@pytest.mark.parametrize("text", ["IT-саласы", "Boeing-тың", "Boeingтің", "iPhone", "COVID-19", "café", "H&M дүкені"])
def test_latin_words_stay_latin(text):
    """Brand names are searched as they are written."""
    assert repair(text).text == text


@given(MIXED)
def test_repairing_twice_is_repairing_once(text):
    """The index and a query repaired again must agree."""
    once = repair(text).text
    assert repair(once).text == once
    assert repair(once).repairs == 0


@given(st.text(max_size=40))
def test_any_text_can_be_repaired(text):
    """Pages hold anything."""
    assert repair(repair(text).text).repairs == 0


def test_the_look_alikes_are_cyrillic():
    """A table of twins is easily mistyped with the wrong twin."""
    assert all(chr(latin) not in CYRILLIC for latin in LOOK_ALIKES)
    assert all("\u0400" <= chr(cyrillic) <= "\u04ff" for cyrillic in LOOK_ALIKES.values())


def test_folding_lowers_and_joins_yo():
    """Ё is written or not, at will; capitals carry no meaning."""
    assert fold("ЁЛКА Ұлттық") == "елка ұлттық"


@given(st.text(alphabet="АЁёҚҒİIΣabв", max_size=12))
def test_folding_twice_is_folding_once(word):
    """Tables are keyed by folded words."""
    assert fold(fold(word)) == fold(word)
