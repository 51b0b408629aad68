"""Making a lexicon from word counts."""

from pipelines.language.induction import count_words, induce, loans

COUNTS = """\
дроппер\t9
дропперлер\t4
дропперге\t3
дроппердің\t5
адамдар\t7
бұл\t90
контрабанда\t8
контрабандаға\t3
контрабандасы\t4
жәдігер\t5
жәдігерлер\t2
жәдігердің\t2
"""


def test_a_stem_seen_bare_and_in_two_ways_is_a_lemma():
    """New words reach the index without anybody writing them down."""
    induced = induce(count_words(COUNTS.splitlines()), known={"адам"}, closed={"бұл"})
    assert {"дроппер", "контрабанда", "жәдігер", "адам"} <= induced.lemmas.keys()
    assert not {"дропперлер", "контрабан", "контрабандасы", "бұл", "адамдар"} & induced.lemmas.keys()


def test_counts_of_a_word_are_added_up():
    """A user's own files come in pieces, with counts or without, in any case."""
    assert count_words(["Қару\t2", "қару", "атыс-шабыс\t4", "5G\t3", "", "қару\t1"]) == {"қару": 4}


def test_loans_are_stems_that_russian_knows():
    """Контрабандаға speaks for контрабанда, not for a word of its own."""
    found = loans(count_words(COUNTS.splitlines()), is_noun={"контрабанда", "ад"}.__contains__)
    assert found == {"контрабанда"}
